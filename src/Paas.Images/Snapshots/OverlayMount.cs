namespace Paas.Images.Snapshots;

/// <summary>An overlay to be mounted by whoever needs it, in a mount namespace of its own.</summary>
/// <param name="LowerDirectories">Absolute paths, uppermost layer first; at least one.</param>
/// <param name="UpperDirectory">Absolute path; null is read-only.</param>
/// <param name="WorkDirectory">Absolute path, empty, on the filesystem of the upper one; null when that is null.</param>
public sealed record OverlayMount(IReadOnlyList<string> LowerDirectories, string? UpperDirectory, string? WorkDirectory);
