using System.Text;

namespace Paas.Build.Sources;

/// <summary>
/// A directory that a build wrote, read by root outside of its container. Nothing below the root is reached through a symbolic
/// link, and only regular files are opened: a link to a file of the host or a pipe in place of <c>launch.toml</c> is an error, not
/// a leak or a hang. The container must have ended, so that what was checked is what is read.
/// </summary>
/// <param name="root">Absolute path of a directory that this process made.</param>
internal sealed class UntrustedTree(string root)
{
    private const int MaximumFileBytes = 1 << 20;

    public string Root { get; } = root;

    /// <summary>What a path is; null where there is nothing.</summary>
    /// <exception cref="BuildException">A directory on the way is a symbolic link.</exception>
    public FileKind? Kind(string relative) => Resolve(relative) is { } path ? EntryStatus.Of(path)?.Kind : null;

    public bool IsDirectory(string relative) => Kind(relative) == FileKind.Directory;

    /// <summary>The text of a file, or null where there is none.</summary>
    /// <exception cref="BuildException">It is no regular file, too long, or not UTF-8.</exception>
    public string? ReadText(string relative)
    {
        var path = Resolve(relative);
        if (path is null || EntryStatus.Of(path) is not { } status) return null;
        if (status.Kind != FileKind.Regular) throw new BuildException($"{relative} is not a regular file");
        if (status.Size > MaximumFileBytes) throw new BuildException($"{relative} is larger than {MaximumFileBytes >> 20} MiB");
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(File.ReadAllBytes(path));
        }
        catch (DecoderFallbackException)
        {
            throw new BuildException($"{relative} is not UTF-8 text");
        }
    }

    /// <summary>The names in a directory, sorted; none where there is no directory.</summary>
    public IReadOnlyList<string> Names(string relative = "") => relative.Length == 0 || IsDirectory(relative)
        ? [.. Directory.EnumerateFileSystemEntries(Path.Combine(Root, relative)).Select(Path.GetFileName).Order(StringComparer.Ordinal)!]
        : [];

    /// <summary>The absolute path, or null where a directory on the way is missing.</summary>
    private string? Resolve(string relative)
    {
        var path = Root;
        var parts = relative.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < parts.Length; i++)
        {
            if (parts[i] is "." or "..") throw new ArgumentException($"{relative} leaves its directory", nameof(relative));
            path = Path.Combine(path, parts[i]);
            if (i == parts.Length - 1) continue;
            switch (EntryStatus.Of(path)?.Kind)
            {
                case FileKind.Directory: continue;
                case FileKind.SymbolicLink: throw new BuildException($"{relative}: {parts[i]} is a symbolic link");
                default: return null;
            }
        }

        return path;
    }
}
