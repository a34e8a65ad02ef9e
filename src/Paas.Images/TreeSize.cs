using System.IO.Enumeration;

namespace Paas.Images;

/// <summary>How much is in a directory that anybody may have written.</summary>
public static class TreeSize
{
    /// <summary>
    /// Sum of the lengths of the regular files in it, in bytes. Symbolic links are not followed: one may lead anywhere, also back.
    /// What goes meanwhile is not counted.
    /// </summary>
    public static long Of(string path) => new FileSystemEnumerable<long>(
        path,
        (ref entry) => entry.IsDirectory || IsLink(entry) ? 0 : entry.Length,
        new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0, IgnoreInaccessible = true })
    {
        ShouldRecursePredicate = (ref entry) => !IsLink(entry),
    }.Sum();

    private static bool IsLink(in FileSystemEntry entry) => entry.Attributes.HasFlag(FileAttributes.ReparsePoint);
}
