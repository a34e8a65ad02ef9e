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
        async tar =>
        {
            foreach (var path in files) await AddAsync(tar, Path.Combine(directory, path), path, ct);
        },
        ct);

    private static async Task AddAsync(TarWriter tar, string path, string name, CancellationToken ct)
    {
        var info = new FileInfo(path);
        if (info.LinkTarget is { } target)
        {
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.SymbolicLink, name) { LinkName = target, ModificationTime = Always }, ct);
            return;
        }

        // Sockets and the like are no source.
        if ((info.Attributes & FileAttributes.Device) != 0) return;
        await using var content = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        var mode = (info.UnixFileMode & UnixFileMode.UserExecute) != 0 ? Executable : Plain;
        await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = content, Mode = mode, ModificationTime = Always }, ct);
    }
}
