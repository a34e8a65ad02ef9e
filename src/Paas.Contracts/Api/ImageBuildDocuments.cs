namespace Paas.Contracts.Api;

/// <summary>How a Dockerfile is built that was sent with its context, for no app.</summary>
/// <param name="Tags">References that name the image afterwards.</param>
/// <param name="Dockerfile">Path within the context; null is <c>Dockerfile</c>.</param>
/// <param name="Target">Stage; null is the last.</param>
/// <param name="Platform"><c>os/architecture</c>; null is the server's.</param>
/// <param name="BuildArgs">Values for <c>ARG</c>.</param>
/// <param name="Labels">Added to the image's.</param>
/// <param name="Secrets">Content by id, in base64.</param>
/// <param name="NoCache">True does every step anew.</param>
/// <param name="Pull">True asks the registries for newer base images.</param>
public sealed record ImageBuildRequest(
    IReadOnlyList<string> Tags,
    string? Dockerfile = null,
    string? Target = null,
    string? Platform = null,
    IReadOnlyDictionary<string, string>? BuildArgs = null,
    IReadOnlyDictionary<string, string>? Labels = null,
    IReadOnlyDictionary<string, string>? Secrets = null,
    bool NoCache = false,
    bool Pull = false);

/// <summary>A line of such a build's output, or its end.</summary>
/// <param name="Line">One line, without a newline.</param>
/// <param name="Image">At the end: the digest of the image's manifest.</param>
public sealed record ImageBuildEvent(string? Line, string? Image = null);
