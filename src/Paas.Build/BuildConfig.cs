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
    string CacheDirectory);
