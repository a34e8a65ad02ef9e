namespace Paas.Build.Choosing;

/// <summary>Where a buildpack comes from.</summary>
public enum BuildpackSourceKind
{
    /// <summary>It is installed on this host, or comes with another one: an id, or <c>id@version</c>.</summary>
    Id,

    /// <summary>A git repository, with <c>#REF</c> where not its HEAD, or an archive: the address.</summary>
    Address,

    /// <summary>A directory of the app's source: its relative path.</summary>
    Directory,

    /// <summary>A directory or an archive on this host: its absolute path. Only for who operates the platform to name.</summary>
    Host,
}

/// <summary>A buildpack that somebody chose for an app.</summary>
/// <param name="Kind">What the location is.</param>
/// <param name="Location">By its kind.</param>
/// <param name="Name">As it was written.</param>
public sealed record BuildpackSource(BuildpackSourceKind Kind, string Location, string Name)
{
    /// <summary>The most of them that build an app.</summary>
    public const int Most = 50;

    private const string BuilderPrefix = "urn:cnb:builder:";
    private const string FilePrefix = "file://";
    private const int LongestName = 2048;

    /// <summary>True where the name stands for one content: what is installed, what the source has, a commit of a repository.</summary>
    public bool IsPinned => Kind switch
    {
        BuildpackSourceKind.Id or BuildpackSourceKind.Directory => true,
        BuildpackSourceKind.Address => !BuildpackFetch.IsArchive(Location) && PinnedCommit is not null,
        _ => false,
    };

    /// <summary>The commit that the address of a git repository names; null where it names none, or something that can move.</summary>
    internal string? PinnedCommit =>
        Location.Split('#', 2).ElementAtOrDefault(1)?.Split(':', 2)[0] is { Length: 40 or 64 } id && id.All(char.IsAsciiHexDigitLower) ? id : null;

    /// <summary>Reads an address, an id, <c>id@version</c>, a path of this host, or one within the source, which begins with <c>./</c>.</summary>
    /// <exception cref="FormatException">It is none of these; the message says what is wrong.</exception>
    public static BuildpackSource Parse(string text)
    {
        if (text.Length > LongestName || text.Any(char.IsControl)) throw new FormatException("a buildpack's name is one line, and not that long");
        if (text.StartsWith(BuilderPrefix, StringComparison.Ordinal)) text = text[BuilderPrefix.Length..];
        if (text.StartsWith("docker:", StringComparison.Ordinal) || text.StartsWith("urn:", StringComparison.Ordinal))
            throw new FormatException($"{text} is in a registry, which buildpacks are not taken from: name its git repository or its archive");
        if (text.StartsWith("git@", StringComparison.Ordinal) || text.StartsWith("ssh://", StringComparison.Ordinal))
            throw new FormatException($"{text} is reached over SSH, for which this server has no key of yours: name it by https://");
        if (IsAddress(text)) return new BuildpackSource(BuildpackSourceKind.Address, Checked(text), text);
        if (text.StartsWith(FilePrefix, StringComparison.Ordinal)) return OnHost(text[FilePrefix.Length..], text);
        if (text.StartsWith('/')) return OnHost(text, text);
        if (text is "." || text.StartsWith("./", StringComparison.Ordinal)) return Within(text, text);
        return text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '/' or '-' or '@' or '_' or '+') && text[0] is not ('-' or '.')
            ? new BuildpackSource(BuildpackSourceKind.Id, text, text)
            : throw new FormatException($"'{text}' is neither the address of a buildpack nor the id of one");
    }

    /// <summary>A directory of the app's source.</summary>
    /// <param name="path">Relative to it.</param>
    /// <param name="name">As it was written.</param>
    /// <exception cref="FormatException">It is not within the source.</exception>
    public static BuildpackSource Within(string path, string name)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".").ToList();
        return path.StartsWith('/') || parts.Contains("..")
            ? throw new FormatException($"{name} is not within the source")
            : new BuildpackSource(BuildpackSourceKind.Directory, string.Join('/', parts), name);
    }

    /// <summary>Whether it is fetched from elsewhere.</summary>
    public static bool IsAddress(string text) =>
        text.Split("://", 2) is [var scheme, { Length: > 0 }] && scheme.ToLowerInvariant() is "http" or "https" or "git";

    /// <summary>Whether it is a path of this host, well written or not.</summary>
    public static bool IsOnHost(string text)
    {
        var rest = text.StartsWith(BuilderPrefix, StringComparison.Ordinal) ? text[BuilderPrefix.Length..] : text;
        return rest.StartsWith('/') || rest.StartsWith("file:", StringComparison.OrdinalIgnoreCase);
    }

    internal (string Id, string? Version) Reference => Location.Split('@', 2) is [var id, var version] ? (id, version) : (Location, null);

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static BuildpackSource OnHost(string path, string name) => path.StartsWith('/') && !path.Split('/').Contains("..")
        ? new BuildpackSource(BuildpackSourceKind.Host, path.Length > 1 ? path.TrimEnd('/') : path, name)
        : throw new FormatException($"{name} is no absolute path of the server: write file:///opt/buildpacks/mine");

    // A password in it would be read by everybody who may see the app.
    private static string Checked(string address) => !Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Host.Length == 0
        ? throw new FormatException($"'{address}' is no address")
        : uri.UserInfo.Length > 0 ? throw new FormatException("the address of a buildpack has no name and password in it: whoever sees the app would see them") : address;
}
