namespace Paas.Images.Layers;

/// <summary>How far a layer of unknown origin is trusted with the disk.</summary>
public sealed record LayerLimits
{
    /// <summary>Most bytes of the uncompressed tar, and of one file of it with its holes.</summary>
    public long MaximumBytes { get; init; } = 128L << 30;

    /// <summary>Most uncompressed bytes for one compressed byte, past <see cref="UnquestionedBytes"/>.</summary>
    public int MaximumRatio { get; init; } = 500;

    /// <summary>Bytes that may come out of however little: small files of zeros are common.</summary>
    public long UnquestionedBytes { get; init; } = 1L << 30;

    /// <summary>Most entries of one layer; each costs an inode.</summary>
    public int MaximumEntries { get; init; } = 10_000_000;

    public static LayerLimits Default { get; } = new();
}
