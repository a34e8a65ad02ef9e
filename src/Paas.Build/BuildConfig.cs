using Paas.Build.Choosing;
using Paas.Build.Lifecycle;
using Paas.Build.Manifests;

namespace Paas.Build;

/// <summary>One build to do.</summary>
/// <param name="App">The app's name; names its cache and the build's containers.</param>
/// <param name="Number">Number of the build within the app.</param>
/// <param name="SourceTarPath">The app's source as a plain tar, as <c>git archive</c> makes it. Only read.</param>
/// <param name="Env">The app's config vars; buildpacks see them as <c>/platform/env/NAME</c> and in their environment. Not in the image.</param>
/// <param name="WorkDirectory">Absolute; a directory of this build alone, made and removed by the builder.</param>
/// <param name="CacheDirectory">Absolute; the directory of all caches: the builder owns <c>CacheDirectory/App</c>.</param>
public sealed record BuildConfig(
    string App,
    int Number,
    string SourceTarPath,
    IReadOnlyDictionary<string, string> Env,
    string WorkDirectory,
    string CacheDirectory)
{
    /// <summary>How the image is made.</summary>
    public BuilderKind Builder { get; init; }

    /// <summary>The buildpacks that somebody set for the app; none leaves it to the app and the platform.</summary>
    public IReadOnlyList<BuildpackSource> Buildpacks { get; init; } = [];

    /// <summary>The commit that is built; null where that is not known.</summary>
    public string? Commit { get; init; }

    /// <summary>The branch that it was pushed to; null where that is not known.</summary>
    public string? Branch { get; init; }

    /// <summary>The app's <c>app.json</c>; null where it has none.</summary>
    public AppManifest? Manifest { get; init; }

    /// <summary>Told which buildpacks were asked and what they said, also where none fits.</summary>
    public Action<DetectReport>? Explained { get; init; }

    /// <summary>Absolute; the directory that gets the build's bills of materials, made where there are some; null keeps none.</summary>
    public string? BillsDirectory { get; init; }

    /// <summary>The Dockerfile, relative to what is built; null is <c>Dockerfile</c>.</summary>
    public string? Dockerfile { get; init; }

    /// <summary>The directory of the source that is built, as if it were all of it; null builds the whole source.</summary>
    public string? BuildDirectory { get; init; }
}

/// <summary>How an app's source becomes an image.</summary>
public enum BuilderKind
{
    /// <summary>By the buildpacks that recognise it, else by its Dockerfile.</summary>
    Automatic,

    /// <summary>By buildpacks, whatever files there are.</summary>
    Buildpacks,

    /// <summary>By its Dockerfile, whatever buildpacks recognise.</summary>
    Dockerfile,
}
