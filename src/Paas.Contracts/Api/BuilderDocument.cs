namespace Paas.Contracts.Api;

/// <summary>How an app's source becomes an image: <c>GET</c> and <c>PUT /v1/apps/{app}/builder</c>.</summary>
/// <param name="Selected"><c>buildpacks</c> or <c>dockerfile</c>; null decides at each build by what is in the source.</param>
/// <param name="DockerfilePath">The Dockerfile, relative to what is built; null is <c>Dockerfile</c>.</param>
/// <param name="BuildDir">The directory of the source that is built, as if it were all of it; null for the whole source.</param>
public sealed record BuilderDocument(string? Selected = null, string? DockerfilePath = null, string? BuildDir = null);
