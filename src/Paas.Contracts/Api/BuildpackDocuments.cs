namespace Paas.Contracts.Api;

/// <summary>The buildpacks that somebody set for an app: <c>GET</c> and <c>PUT /v1/apps/{app}/buildpacks</c>.</summary>
/// <param name="Buildpacks">
/// In the order in which they build: ids of installed ones, addresses of git repositories and archives, <c>./</c> and a directory of the
/// source, absolute paths of the server; none leaves it to the app and the platform.
/// </param>
public sealed record BuildpacksDocument(IReadOnlyList<string> Buildpacks);

/// <summary>A buildpack of the server: <c>GET /v1/buildpacks</c>.</summary>
/// <param name="Id">e.g. <c>paas/nodejs</c>; its last part will do as well.</param>
/// <param name="Version">Its version.</param>
/// <param name="Name">For people.</param>
/// <param name="Wants">What an app needs for it to take part; null where it does not say.</param>
public sealed record InstalledBuildpackDocument(string Id, string Version, string Name, string? Wants);

/// <summary>Why a build was done by what it was done by: <c>GET /v1/apps/{app}/builds/{number}/explanation</c>.</summary>
/// <param name="ChosenBy">Who named the buildpacks, or the Dockerfile: <c>buildpacks:set</c>, <c>BUILDPACK_URL</c>, <c>project.toml</c> …; null for the platform.</param>
/// <param name="Asked">Each buildpack that was asked, in order.</param>
/// <param name="Group">Id and version of those that built it, in order; none where nothing fits, or a Dockerfile built it.</param>
/// <param name="Dockerfile">The Dockerfile that built it; null where none did.</param>
/// <param name="Problems">Why buildpacks that all agreed did not fit together.</param>
/// <param name="Wants">What an app needs for one of them to recognise it.</param>
public sealed record BuildExplanationDocument(
    string? ChosenBy,
    IReadOnlyList<AskedBuildpackDocument> Asked,
    IReadOnlyList<string> Group,
    string? Dockerfile,
    IReadOnlyList<string> Problems,
    IReadOnlyList<string> Wants);

/// <summary>What a buildpack answered.</summary>
/// <param name="Id">Which.</param>
/// <param name="Version">Its version.</param>
/// <param name="Name">For people.</param>
/// <param name="Answer">What it amounts to.</param>
/// <param name="Reason">Why, in a line; null where it did not say.</param>
/// <param name="Output">Its lines, the first few.</param>
public sealed record AskedBuildpackDocument(string Id, string Version, string Name, BuildpackAnswer Answer, string? Reason, IReadOnlyList<string> Output);

/// <summary>What a buildpack's answer amounts to.</summary>
public enum BuildpackAnswer
{
    /// <summary>It built the app.</summary>
    TookPart,

    /// <summary>It would have, but was not needed, or not all of its group agreed.</summary>
    NotNeeded,

    /// <summary>The app is nothing for it.</summary>
    DoesNotFit,

    /// <summary>It could not say: its detection failed.</summary>
    Failed,
}

/// <summary>One of a build's bills of materials: <c>GET /v1/apps/{app}/builds/{number}/sbom</c>.</summary>
/// <param name="Path">Where it is below <c>/layers/sbom</c>, e.g. <c>launch/me_pack/tools/sbom.cdx.json</c>.</param>
/// <param name="MediaType">Its format.</param>
/// <param name="SizeBytes">Its size, in bytes.</param>
public sealed record BillOfMaterialsDocument(string Path, string MediaType, long SizeBytes);
