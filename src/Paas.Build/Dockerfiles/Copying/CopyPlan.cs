using Paas.Images.Layers;

namespace Paas.Build.Dockerfiles.Copying;

/// <summary>A <c>COPY</c> or <c>ADD</c> with every variable expanded and every pattern resolved.</summary>
/// <param name="Items">What is copied, in its order.</param>
/// <param name="Destination">Absolute; ends with a slash where it must be a directory.</param>
internal sealed record CopyPlan(IReadOnlyList<CopyItem> Items, string Destination)
{
    public LayerOwner? Owner { get; init; }

    public Func<uint, bool, uint>? Mode { get; init; }

    /// <summary>How <see cref="Mode"/> was written, for the step's key.</summary>
    public string? ModeText { get; init; }

    public IReadOnlyList<string> Exclude { get; init; } = [];

    public bool Parents { get; init; }

    public bool Link { get; init; }

    /// <summary>True extracts archives.</summary>
    public bool Unpack { get; init; }
}

/// <summary>One thing that is copied.</summary>
/// <param name="Path">Raw path in the source tree.</param>
/// <param name="Pivot">With <c>--parents</c>: how many components of the path are dropped.</param>
internal sealed record CopyItem(string Path, int Pivot);
