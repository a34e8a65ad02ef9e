namespace Paas.Node.Bundles;

/// <summary>
/// The launcher of images made by Cloud Native Buildpacks, ours and others': a command goes through it, or it would not find what
/// the image's layers hold (platform spec, "launcher").
/// </summary>
internal static class ImageLauncher
{
    private const string Program = "/cnb/lifecycle/launcher";
    private const string Processes = "/cnb/process/";

    /// <summary>Whether an image's entrypoint, or a container's first words, are a launcher's.</summary>
    public static bool IsIn(IReadOnlyList<string>? words) =>
        words is [var first, ..] && (first == Program || first.StartsWith(Processes, StringComparison.Ordinal));

    /// <summary>How a process type is started, or where that is null a command.</summary>
    public static IReadOnlyList<string> Arguments(string? processType, IReadOnlyList<string> command) =>
        processType is null ? [Program, "--", .. command] : [Processes + processType];
}
