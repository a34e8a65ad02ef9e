using Paas.Cli.Connections;
using Paas.Cli.Git;
using Paas.Cli.Output;

namespace Paas.Cli.CommandLine;

/// <summary>One run of a command: its line, the terminal, and, once asked for, the app and the platform.</summary>
internal sealed class Invocation(ParsedLine line, Terminal terminal, CancellationToken ct) : IDisposable
{
    /// <summary>The git remote that names the app where nobody says otherwise.</summary>
    public const string DefaultRemote = "paas";

    private PaasClient? _client;
    private (Uri? Platform, string App)? _remote;
    private bool _remoteRead;

    public ParsedLine Line => line;

    public IReadOnlyList<string> Words => line.Words;

    /// <summary>The first word, or null.</summary>
    public string? FirstWord => line.Words.Count > 0 ? line.Words[0] : null;

    public Terminal Terminal => terminal;

    public CancellationToken Cancelled => ct;

    public bool Json => line.Has(Option.Json);

    public string RemoteName => line.Value(Option.Remote) ?? DefaultRemote;

    /// <summary>The platform the command talks to.</summary>
    public PaasClient Client => _client ??= new PaasClient(
        PlatformResolver.Resolve(line.Value(Option.Host), Environment.GetEnvironmentVariable, Logins(), () => RemoteOfDirectory()?.Platform));

    /// <summary>The app the command is about; a usage error where nothing names one.</summary>
    public string App =>
        line.Value(Option.App) ?? NullIfEmpty(Environment.GetEnvironmentVariable("PAAS_APP")) ?? RemoteOfDirectory()?.App
        ?? throw new UsageException("Which app?", $"Name it with -a APP, or run this in a checkout with the git remote '{RemoteName}'. Your apps: paas apps");

    /// <summary>The logins of this user.</summary>
    public static HostLogins Logins() => HostFile.OfUser()?.Read() ?? HostLogins.None;

    public void Dispose() => _client?.Dispose();

    private (Uri? Platform, string App)? RemoteOfDirectory()
    {
        if (_remoteRead) return _remote;
        _remoteRead = true;
        if (!line.Command.OfApp) return null;
        return _remote = GitCheckout.RemoteUrl(RemoteName) is { } url ? PlatformUrl.OfRemote(url) : null;
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
