using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Paas.Build.Sources;

namespace Paas.Build.Cache;

/// <summary>
/// A cheap proof that nothing in a directory was touched: names, kinds, owners, sizes, times and inode numbers of everything in
/// it, as git's index does it; no content is read. The change time is the kernel's own, so that a build cannot alter a file and
/// set its clock back. It proves only that this very directory is unchanged: an equal copy has another fingerprint.
/// </summary>
internal static class TreeFingerprint
{
    /// <summary>The fingerprint and the sum of the files' sizes.</summary>
    public static (string Fingerprint, long Bytes) Of(string directory)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var bytes = 0L;
        var root = EntryStatus.Of(directory) ?? throw new DirectoryNotFoundException(directory);
        // Of the directory itself only who may do what: renaming it, or writing next to it, is no change of the layer.
        Append(hash, $"{root.Mode:x} {root.UserId} {root.GroupId}");
        var pending = new Stack<string>([""]);
        while (pending.TryPop(out var relative))
        {
            var children = Directory.EnumerateFileSystemEntries(Path.Combine(directory, relative))
                .Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal);
            foreach (var name in children)
            {
                var path = relative.Length == 0 ? name : $"{relative}/{name}";
                var status = EntryStatus.Of(Path.Combine(directory, path)) ?? throw EntryStatus.Unnameable(path);
                Append(hash, Line(path, status));
                if (status.Kind == FileKind.Directory) pending.Push(path);
                else bytes += status.Size;
            }
        }

        return (Convert.ToHexStringLower(hash.GetHashAndReset()), bytes);
    }

    private static string Line(string path, in EntryStatus status) => string.Create(
        CultureInfo.InvariantCulture,
        $"{path}\0{status.Mode:x} {status.UserId} {status.GroupId} {status.Inode} {Length(status)} {status.ModifiedAt} {status.ChangedAt}");

    // A directory's size is the filesystem's affair: entries that came and went leave it grown.
    private static long Length(in EntryStatus status) => status.Kind == FileKind.Directory ? 0 : status.Size;

    private static void Append(IncrementalHash hash, string text) => hash.AppendData(Encoding.UTF8.GetBytes(text + "\n"));
}
