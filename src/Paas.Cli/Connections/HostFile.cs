using System.Text.Json;
using System.Text.Json.Serialization;
using Paas.Contracts.Errors;

namespace Paas.Cli.Connections;

/// <summary>A login.</summary>
/// <param name="Token">The secret.</param>
/// <param name="Name">Whose it is, as the platform said at login.</param>
internal sealed record HostLogin(string Token, string Name);

/// <summary>What <c>hosts.json</c> holds.</summary>
/// <param name="Current">The platform that is meant where none is named.</param>
/// <param name="Hosts">Address → login.</param>
internal sealed record HostLogins(string? Current, IReadOnlyDictionary<string, HostLogin> Hosts)
{
    public static HostLogins None { get; } = new(null, new Dictionary<string, HostLogin>());

    public string? TokenFor(Uri platform) => Hosts.GetValueOrDefault(PlatformUrl.Text(platform))?.Token;

    public HostLogins With(Uri platform, HostLogin login) =>
        new(PlatformUrl.Text(platform), new Dictionary<string, HostLogin>(Hosts) { [PlatformUrl.Text(platform)] = login });

    public HostLogins Without(string platform)
    {
        var left = new Dictionary<string, HostLogin>(Hosts);
        left.Remove(platform);
        return new HostLogins(Current == platform ? left.Keys.FirstOrDefault() : Current, left);
    }
}

/// <summary>The logins of this user: <c>~/.config/paas/hosts.json</c>, readable by nobody else.</summary>
internal sealed class HostFile(string path)
{
    /// <summary>Where it is by the XDG base directory specification; null for a user without a home.</summary>
    public static HostFile? OfUser()
    {
        var config = Environment.GetEnvironmentVariable("XDG_CONFIG_HOME");
        if (string.IsNullOrEmpty(config))
        {
            var home = Environment.GetEnvironmentVariable("HOME");
            if (string.IsNullOrEmpty(home)) return null;
            config = Path.Combine(home, ".config");
        }

        return new HostFile(Path.Combine(config, "paas", "hosts.json"));
    }

    public HostLogins Read()
    {
        if (!File.Exists(path)) return HostLogins.None;
        try
        {
            using var file = File.OpenRead(path);
            var read = JsonSerializer.Deserialize(file, HostJsonContext.Default.HostLogins);
            return read?.Hosts is null ? HostLogins.None : read;
        }
        catch (JsonException error)
        {
            throw new PaasException(ErrorCode.InvalidRequest, $"{path} is damaged", $"Remove it and log in again: rm {path}", error);
        }
    }

    public void Write(HostLogins logins)
    {
        Directory.CreateDirectory(
            Path.GetDirectoryName(path)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var temporary = $"{path}.{Environment.ProcessId}";
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using (var file = new FileStream(temporary, options))
        {
            JsonSerializer.Serialize(file, logins, HostJsonContext.Default.HostLogins);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(HostLogins))]
internal sealed partial class HostJsonContext : JsonSerializerContext;
