using Paas.Images.Compression;

namespace Paas.Images.Layers;

/// <summary>How a directory becomes a layer.</summary>
public sealed record LayerOptions
{
    /// <summary>Absolute path inside the image where the directory's content goes, e.g. <c>/layers/nodejs/node</c>.</summary>
    public string Target { get; init; } = "/";

    /// <summary>
    /// The time of everything whose own would differ between two builds of the same. Not the Unix epoch: archivers that
    /// cannot express times before 1980 would fail on such files.
    /// </summary>
    public static DateTimeOffset ReproducibleTime { get; } = new(1980, 1, 1, 0, 0, 1, TimeSpan.Zero);

    /// <summary>Modification time of every entry; null keeps the files' own.</summary>
    public DateTimeOffset? ModifiedAt { get; init; } = ReproducibleTime;

    /// <summary>Files modified before this keep their own time after all, e.g. those of packages; null keeps none.</summary>
    public DateTimeOffset? KeepTimesBefore { get; init; }

    /// <summary>Owner of every entry under <see cref="Target"/>; null keeps the files' own.</summary>
    public LayerOwner? Owner { get; init; }

    /// <summary>Owner of the directories above <see cref="Target"/> (root unless said); they get mode 0755.</summary>
    public LayerOwner ParentOwner { get; init; } = LayerOwner.Root;

    /// <summary>How the layer is stored: gzip, at its fastest level, is what every registry and runtime takes.</summary>
    public LayerCompression Compression { get; init; } = LayerCompression.Gzip;
}

/// <summary>Numeric owner as the image holds it.</summary>
public readonly record struct LayerOwner(int UserId, int GroupId)
{
    public static LayerOwner Root { get; } = new(0, 0);
}
