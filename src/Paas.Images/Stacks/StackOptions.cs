namespace Paas.Images.Stacks;

/// <summary>What the stack is made of.</summary>
public sealed record StackOptions
{
    /// <summary>Debian's release.</summary>
    public string Suite { get; init; } = "bookworm";

    /// <summary>Packages added to the run image.</summary>
    public IReadOnlyList<string> ExtraRunPackages { get; init; } = [];

    /// <summary>Packages added to the build image.</summary>
    public IReadOnlyList<string> ExtraBuildPackages { get; init; } = [];

    /// <summary>Where the root filesystems are assembled (about 1 GB); on a filesystem with device nodes, e.g. <c>/var/lib/paas/stack</c>.</summary>
    public required string WorkDirectory { get; init; }

    /// <summary>Keeps whole stacks as image layouts by digest of their recipe, so that the next store gets them without building; null keeps none.</summary>
    public string? CacheDirectory { get; init; }

    /// <summary>Time of every file and of the images.</summary>
    public DateTimeOffset SourceDate { get; init; } = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Builds even if the store has the stack.</summary>
    public bool Force { get; init; }

    public string RunReference => $"stack/run:{Suite}";

    public string BuildReference => $"stack/build:{Suite}";
}
