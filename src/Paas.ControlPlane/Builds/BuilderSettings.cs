using System.Text.Json;
using Paas.Build;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Store;

namespace Paas.ControlPlane.Builds;

/// <summary>How each app's source becomes an image, where somebody said so.</summary>
internal sealed class BuilderSettings(SettingStore settings)
{
    private const string Buildpacks = "buildpacks";
    private const string Dockerfile = "dockerfile";

    internal BuilderDocument Of(string app) =>
        settings.Find(Name(app)) is { } text ? JsonSerializer.Deserialize(text, ApiJsonContext.Default.BuilderDocument)! : new BuilderDocument();

    internal BuilderKind KindOf(string app) => Of(app).Selected switch
    {
        Buildpacks => BuilderKind.Buildpacks,
        Dockerfile => BuilderKind.Dockerfile,
        _ => BuilderKind.Automatic,
    };

    /// <summary>InvalidRequest for a builder that there is not, or a path that leaves the source.</summary>
    internal void Set(string app, BuilderDocument builder)
    {
        if (builder.Selected is not (null or Buildpacks or Dockerfile))
            throw new PaasException(ErrorCode.InvalidRequest, $"there is no builder '{builder.Selected}'", $"Choose {Buildpacks} or {Dockerfile}; nothing decides by the source.");
        foreach (var path in new[] { builder.DockerfilePath, builder.BuildDir }.OfType<string>())
        {
            if (path.Length == 0 || path.StartsWith('/') || path.Split('/').Any(part => part is "." or ".."))
                throw new PaasException(ErrorCode.InvalidRequest, $"'{path}' is not a path within the source", "Write it like docker/Dockerfile, or apps/web.");
        }

        settings.Set(Name(app), JsonSerializer.Serialize(builder, ApiJsonContext.Default.BuilderDocument));
    }

    private static string Name(string app) => $"builder/{app}";
}
