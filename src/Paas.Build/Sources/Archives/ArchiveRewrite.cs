using System.Formats.Tar;
using Paas.Contracts.Errors;

namespace Paas.Build.Sources.Archives;

/// <summary>
/// Writes what an archive holds as a plain tar that knows neither times nor owners: the same files are the same source. Everything that
/// could reach out of the source's directory is refused, and the archive with it.
/// </summary>
public static class ArchiveRewrite
{
    private const UnixFileMode Plain = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Executable = Plain | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private static readonly DateTimeOffset Always = DateTimeOffset.FromUnixTimeSeconds(1);

    /// <summary>InvalidRequest for an archive that is damaged or hostile, TooLarge for one over the limits; the tar is then good for nothing.</summary>
    public static Task RunAsync(Stream archive, ArchiveType? type, Stream tar, ArchiveLimits limits, CancellationToken ct) => Task.Run(
        () =>
        {
            try
            {
                var known = type ?? ArchiveTypes.Of(archive);
                Write(archive, known, Top(archive, known, limits), tar, limits, ct);
            }
            catch (Exception error) when (error is InvalidDataException or EndOfStreamException or FormatException)
            {
                throw new PaasException(ErrorCode.InvalidRequest, $"the archive is damaged: {error.Message}", "Was it sent whole, and is it what --archive-type says?", error);
            }
        },
        ct);

    // The directory that everything is in, with its slash; empty where there is none. Looks at every name on the way.
    private static string Top(Stream archive, ArchiveType type, ArchiveLimits limits)
    {
        string? top = null;
        var isAlone = true;
        var count = 0;
        foreach (var entry in ArchiveReading.Read(archive, type, limits))
        {
            if (++count > limits.Entries) throw ArchiveReading.TooMany(limits);
            var name = ArchivePaths.Clean(entry.Name);
            if (name.Length == 0) continue;
            var slash = name.IndexOf('/', StringComparison.Ordinal);
            var first = slash < 0 ? name : name[..slash];
            top ??= first;
            isAlone &= first == top && (slash > 0 || entry.Kind == ArchiveEntryKind.Directory);
        }

        if (top is null) throw new PaasException(ErrorCode.InvalidRequest, "the archive has no files");
        return isAlone ? top + "/" : "";
    }

    private static void Write(Stream archive, ArchiveType type, string top, Stream output, ArchiveLimits limits, CancellationToken ct)
    {
        using var tar = new TarWriter(output, TarEntryFormat.Pax, leaveOpen: true);
        var seen = new Seen([], []);
        long total = 0;
        foreach (var entry in ArchiveReading.Read(archive, type, limits))
        {
            ct.ThrowIfCancellationRequested();
            var whole = ArchivePaths.Clean(entry.Name);
            if (whole.Length <= top.Length) continue;
            var name = whole[top.Length..];
            // What is written behind a link lands where the link leads.
            if (Parents(name).Any(seen.Links.Contains)) throw ArchivePaths.Hostile(entry.Name, "is behind a symbolic link");
            // An archive that has a name twice means the last, and that could be another kind of thing.
            if (seen.Links.Contains(name) || (seen.Files.Contains(name) && entry.Kind is not ArchiveEntryKind.File)) throw ArchivePaths.Hostile(entry.Name, "is in it twice");
            if (entry.Kind == ArchiveEntryKind.File) total += Math.Max(entry.Length, 0);
            if (total > limits.Bytes) throw ArchiveReading.TooLarge(limits);
            WriteEntry(tar, entry, name, top, seen, limits);
        }

        if (seen.Files.Count == 0) throw new PaasException(ErrorCode.InvalidRequest, "the archive has no files");
    }

    private static void WriteEntry(TarWriter tar, ArchiveEntry entry, string name, string top, Seen seen, ArchiveLimits limits)
    {
        switch (entry.Kind)
        {
            case ArchiveEntryKind.Directory:
                tar.WriteEntry(new PaxTarEntry(TarEntryType.Directory, name + "/") { Mode = Executable, ModificationTime = Always });
                break;
            case ArchiveEntryKind.Symlink:
                ArchivePaths.CheckLink(name, entry.Target ?? "");
                seen.Links.Add(name);
                tar.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, name) { LinkName = entry.Target!, ModificationTime = Always });
                break;
            case ArchiveEntryKind.HardLink:
                var target = ArchivePaths.Clean(entry.Target ?? "");
                if (!target.StartsWith(top, StringComparison.Ordinal) || !seen.Files.Contains(target[top.Length..])) throw ArchivePaths.Hostile(entry.Name, $"is a link to {entry.Target}, which is not in it");
                seen.Files.Add(name);
                tar.WriteEntry(new PaxTarEntry(TarEntryType.HardLink, name) { LinkName = target[top.Length..], ModificationTime = Always });
                break;
            case ArchiveEntryKind.File:
                seen.Files.Add(name);
                WriteFile(tar, entry, name, limits);
                break;
            default:
                throw ArchivePaths.Hostile(entry.Name, "is neither a file, nor a directory, nor a link");
        }
    }

    private static void WriteFile(TarWriter tar, ArchiveEntry entry, string name, ArchiveLimits limits)
    {
        // A zip says how long a file is, and is believed only as far as that.
        using var unlimited = entry.Open!();
        using var content = new LimitedStream(unlimited, entry.Length, () => ArchiveReading.TooLarge(limits));
        tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = content, Mode = entry.IsExecutable ? Executable : Plain, ModificationTime = Always });
    }

    private static IEnumerable<string> Parents(string name)
    {
        for (var slash = name.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = name.IndexOf('/', slash + 1)) yield return name[..slash];
    }

    // Paths that were written, by what they are.
    private sealed record Seen(HashSet<string> Links, HashSet<string> Files);
}
