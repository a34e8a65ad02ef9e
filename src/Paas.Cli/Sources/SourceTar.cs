using System.Formats.Tar;

namespace Paas.Cli.Sources;

/// <summary>
/// Files of a directory as a tar, made while it is read. Like a commit it knows no times and no owners, and of modes only whether a file
/// can be run: the same files are the same bytes.
/// </summary>
internal static class SourceTar
{
    private const UnixFileMode Plain = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Executable = Plain | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private static readonly DateTimeOffset Always = DateTimeOffset.FromUnixTimeSeconds(1);

    public static Stream Open(string directory, IReadOnlyList<string> files, CancellationToken ct) => TarUpload.Open(
        tar =>
        {
            foreach (var path in files)
            {
                ct.ThrowIfCancellationRequested();
                Add(tar, Path.Combine(directory, path), path);
            }
        },
        ct);

    private static void Add(TarWriter tar, string path, string name)
    {
        var info = new FileInfo(path);
        if (info.LinkTarget is { } target)
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, name) { LinkName = target, ModificationTime = Always });
            return;
        }

        // Sockets and the like are no source.
        if ((info.Attributes & FileAttributes.Device) != 0) return;
        using var content = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        var mode = (info.UnixFileMode & UnixFileMode.UserExecute) != 0 ? Executable : Plain;
        tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = content, Mode = mode, ModificationTime = Always });
    }
}
