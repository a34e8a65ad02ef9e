using System.Text.Json;
using Paas.Build.Choosing;
using Paas.Contracts.Api;
using Paas.ControlPlane.Store;

namespace Paas.ControlPlane.Buildpacks;

/// <summary>The buildpacks of each app, where somebody set some.</summary>
internal sealed class BuildpackSettings(SettingStore settings)
{
    internal IReadOnlyList<string> Of(string app) =>
        settings.Find(Name(app)) is { } text ? JsonSerializer.Deserialize(text, ApiJsonContext.Default.IReadOnlyListString)! : [];

    /// <summary>The same, as a build takes them.</summary>
    internal IReadOnlyList<BuildpackSource> SourcesOf(string app) => [.. Of(app).Select(BuildpackSource.Parse)];

    /// <summary>None leaves it to the app and the platform.</summary>
    internal void Set(string app, IReadOnlyList<string> buildpacks)
    {
        if (buildpacks.Count == 0) settings.Remove(Name(app));
        else settings.Set(Name(app), JsonSerializer.Serialize(buildpacks, ApiJsonContext.Default.IReadOnlyListString));
    }

    private static string Name(string app) => $"buildpacks/{app}";
}
