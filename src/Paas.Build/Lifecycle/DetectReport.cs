namespace Paas.Build.Lifecycle;

/// <summary>What a buildpack said when it was asked for an app.</summary>
/// <param name="Id">Which.</param>
/// <param name="Version">Its version.</param>
/// <param name="Name">For people.</param>
/// <param name="ExitStatus">0 it could take part, 100 it does not fit, anything else it failed.</param>
/// <param name="Reason">Why, in a line; null where it did not say.</param>
/// <param name="Output">Its lines, the first few.</param>
public sealed record DetectedBuildpack(string Id, string Version, string Name, int ExitStatus, string? Reason, IReadOnlyList<string> Output)
{
    /// <summary>The exit status of one that is not for the app (buildpack spec, "Detection").</summary>
    public const int DoesNotFit = 100;

    /// <summary>True of one that builds the app.</summary>
    public bool TakesPart { get; init; }
}

/// <summary>Why an app is built by what it is built by.</summary>
/// <param name="ChosenBy">Who named the buildpacks that were tried, or the Dockerfile; null for the platform's own order.</param>
/// <param name="Asked">Each that was asked, in the order in which they are tried.</param>
/// <param name="Group">Id and version of those that build it; none where nothing fits.</param>
/// <param name="Problems">Why groups whose members all agreed did not fit together.</param>
/// <param name="Wants">What an app needs for a buildpack of those to recognise it.</param>
public sealed record DetectReport(
    string? ChosenBy, IReadOnlyList<DetectedBuildpack> Asked, IReadOnlyList<string> Group, IReadOnlyList<string> Problems, IReadOnlyList<string> Wants)
{
    /// <summary>The Dockerfile that builds it; null where buildpacks do, or nothing does.</summary>
    public string? Dockerfile { get; init; }
}
