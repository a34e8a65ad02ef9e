namespace Paas.Contracts.Api;

/// <summary>An image that the platform has now.</summary>
/// <param name="Digest">Of its manifest.</param>
/// <param name="Names">Its full references.</param>
/// <param name="Bytes">Manifest, configuration and layers, as stored.</param>
public sealed record ImportedImageDocument(string Digest, IReadOnlyList<string> Names, long Bytes);

/// <summary><c>POST /v1/apps/{app}/instances/{name}/commit</c>.</summary>
/// <param name="Tag">The image's name; null names it <c>APP/INSTANCE:TIME</c>.</param>
/// <param name="Pause">The instance stands still while its files are read, so that the image is of one moment.</param>
public sealed record CommitRequest(string? Tag = null, bool Pause = true);

/// <summary>What is different between the files of two images.</summary>
/// <param name="From">Digest of the first one's manifest.</param>
/// <param name="To">Digest of the second one's.</param>
/// <param name="Bytes">By how much the files of the second one are larger.</param>
/// <param name="Files">Files that differ, by path.</param>
public sealed record ImageDiffDocument(string From, string To, long Bytes, IReadOnlyList<ImageDiffFile> Files);

/// <summary>One file that differs.</summary>
/// <param name="Path">From the image's root on.</param>
/// <param name="Change">How.</param>
/// <param name="Before">Its bytes in the first image; null where it is not there.</param>
/// <param name="After">Its bytes in the second.</param>
public sealed record ImageDiffFile(string Path, FileChange Change, long? Before, long? After);

/// <summary>How a file differs.</summary>
public enum FileChange
{
    /// <summary>Only the second image has it.</summary>
    Added,

    /// <summary>Content, kind, owner or mode differ; times do not count.</summary>
    Changed,

    /// <summary>Only the first image has it.</summary>
    Removed,
}
