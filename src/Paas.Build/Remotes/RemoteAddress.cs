using System.Text.RegularExpressions;

namespace Paas.Build.Remotes;

/// <summary>A user name and a password or token.</summary>
/// <param name="UserName">May be empty where the password is a token.</param>
/// <param name="Password">Never printed.</param>
public sealed record RemoteLogin(string UserName, string Password)
{
    /// <inheritdoc/>
    public override string ToString() => UserName;
}

/// <summary>Where a git repository is: <c>https://host/path</c>, <c>ssh://user@host:port/path</c> or <c>user@host:path</c> (git-fetch(1), "GIT URLS").</summary>
/// <param name="Scheme"><c>https</c>, <c>http</c>, <c>ssh</c> or <c>git</c>.</param>
/// <param name="User">Of SSH; null is git's own choice.</param>
/// <param name="Host">A name or an address, without brackets.</param>
/// <param name="Port">The scheme's own where none was named.</param>
/// <param name="Path">With its leading slash, but for that of <c>user@host:path</c>, which is relative to the user's home.</param>
/// <param name="Login">What was written before the host.</param>
public sealed partial record RemoteAddress(string Scheme, string? User, string Host, int Port, string Path, RemoteLogin? Login)
{
    private const int SshPort = 22;

    /// <summary>True for http and https.</summary>
    public bool IsHttp => Scheme is "https" or "http";

    /// <summary>The host as logins and known hosts name it: without the port where it is the usual one.</summary>
    public string HostKey => HasUsualPort ? Host : $"{Bracketed}:{Port}";

    /// <summary>Without a login.</summary>
    public string Url => Path.StartsWith('/') ? $"{Scheme}://{At}{Authority}{Path}"
        : $"{At}{Bracketed}:{Path}";

    private string At => User is null ? "" : User + "@";

    private string Bracketed => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host;

    private string Authority => HasUsualPort ? Bracketed : $"{Bracketed}:{Port}";

    private bool HasUsualPort => Port == UsualPort(Scheme);

    /// <summary>Reads an address.</summary>
    /// <exception cref="GitRemoteException">BadAddress.</exception>
    public static RemoteAddress Parse(string text)
    {
        if (text.Any(c => char.IsControl(c) || c == ' ') || text.StartsWith('-')) throw Bad(text);
        if (text.Contains("://", StringComparison.Ordinal)) return ParseUrl(text);
        // As git reads it: a colon before the first slash.
        if (Scp().Match(text) is not { Success: true } match) throw Bad(text);
        var user = match.Groups["user"] is { Success: true } group ? group.Value : null;
        return Checked(text, new RemoteAddress("ssh", user, match.Groups["host"].Value.Trim('[', ']'), SshPort, match.Groups["path"].Value, null));
    }

    /// <summary>An address as a submodule names it: <c>./</c> and <c>../</c> are relative to the repository that it is in (gitmodules(5)).</summary>
    /// <param name="relative">What <c>.gitmodules</c> says.</param>
    /// <exception cref="GitRemoteException">BadAddress.</exception>
    public RemoteAddress Resolve(string relative)
    {
        if (!IsRelative(relative)) return Parse(relative);
        var parts = Path.TrimEnd('/').Split('/').ToList();
        foreach (var part in relative.TrimEnd('/').Split('/'))
        {
            if (part == ".") continue;
            if (part != "..") parts.Add(part);
            else if (parts.Count > (Path.StartsWith('/') ? 1 : 0)) parts.RemoveAt(parts.Count - 1);
            else throw new GitRemoteException(GitRemoteFailure.BadAddress, $"{relative} leads out of {Url}");
        }

        return this with { Path = string.Join('/', parts) };
    }

    /// <summary>True for what <see cref="Resolve"/> needs another address for.</summary>
    public static bool IsRelative(string text) => text.StartsWith("./", StringComparison.Ordinal) || text.StartsWith("../", StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Url;

    private static int UsualPort(string scheme) => scheme switch { "https" => 443, "http" => 80, "git" => 9418, _ => SshPort };

    private static RemoteAddress ParseUrl(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Host.Length == 0 || uri.Query.Length > 0 || uri.Fragment.Length > 0) throw Bad(text);
        var scheme = uri.Scheme is "git+ssh" or "ssh+git" ? "ssh" : uri.Scheme;
        if (scheme is not ("https" or "http" or "ssh" or "git")) throw Bad(text);
        var info = uri.UserInfo.Split(':', 2).Select(Uri.UnescapeDataString).ToArray();
        var port = uri.Port > 0 ? uri.Port : UsualPort(scheme);
        var user = scheme == "ssh" && info[0].Length > 0 ? info[0] : null;
        // A token alone is written as the user by some servers' manuals, as the password by others'.
        var login = scheme is not ("https" or "http") || uri.UserInfo.Length == 0 ? null : new RemoteLogin(info[0], info.Length > 1 ? info[1] : "");
        return Checked(text, new RemoteAddress(scheme, user, uri.IdnHost.Trim('[', ']'), port, uri.AbsolutePath, login));
    }

    private static RemoteAddress Checked(string text, RemoteAddress address) =>
        address.Path.Trim('/').Length > 0 && !address.Host.StartsWith('-') && address.User?.StartsWith('-') != true && !address.Path.StartsWith('-') && !address.Path.Any(char.IsControl)
            ? address
            : throw Bad(text);

    private static GitRemoteException Bad(string text) => new(
        GitRemoteFailure.BadAddress, $"'{Redacted(text)}' is no address of a git repository; write it like https://example.com/team/app.git or git@example.com:team/app.git");

    private static string Redacted(string text) => UserInfo().Replace(text, "://");

    [GeneratedRegex(@"\A(?:(?<user>[^@:/]+)@)?(?<host>\[[0-9A-Fa-f:.]+\]|[^@:/\[\]]+):(?<path>[^:].*)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Scp();

    [GeneratedRegex("://[^/]*@", RegexOptions.CultureInvariant)]
    private static partial Regex UserInfo();
}
