namespace Paas.Images.Stacks;

/// <summary>What the stack is made of, and where.</summary>
public sealed record StackOptions
{
    /// <summary>Debian's release.</summary>
    public string Suite { get; init; } = "bookworm";

    /// <summary>
    /// Where packages come from: mirror URLs or whole lines of <c>sources.list</c>. Empty leaves it to mmdebstrap, which
    /// takes Debian's own with updates and security. The host's sources are not read: they may hold anything.
    /// </summary>
    public IReadOnlyList<string> Mirrors { get; init; } = [];

    /// <summary>Packages added to the run image, and so to both.</summary>
    public IReadOnlyList<string> ExtraRunPackages { get; init; } = [];

    /// <summary>Packages added to the build image.</summary>
    public IReadOnlyList<string> ExtraBuildPackages { get; init; } = [];

    /// <summary>Where the root filesystems are assembled (about 1 GB, removed afterwards); e.g. <c>/var/lib/paas/stack</c>.</summary>
    public required string WorkDirectory { get; init; }

    /// <summary>
    /// Keeps built stacks as image layouts, a directory per recipe, so that other stores get them without building; null
    /// keeps none. A cached stack is as old as it is: removing the directory gets new package versions.
    /// </summary>
    public string? CacheDirectory { get; init; }

    /// <summary>Time of the images, and of all files that are not from packages.</summary>
    public DateTimeOffset SourceDate { get; init; } = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Builds even if the store or the cache has the stack: for new package versions.</summary>
    public bool Force { get; init; }

    /// <summary>The run image's reference in the content store.</summary>
    public string RunReference => $"stack/run:{Suite}";

    /// <summary>The build image's reference in the content store.</summary>
    public string BuildReference => $"stack/build:{Suite}";
}
