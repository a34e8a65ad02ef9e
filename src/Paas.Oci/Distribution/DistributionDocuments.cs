using System.Text.Json;
using System.Text.Json.Serialization;
using Paas.Oci.Images;

namespace Paas.Oci.Distribution;

/// <summary>The documents that a registry answers with (distribution-spec).</summary>
public static class DistributionDocuments
{
    /// <summary>The body of every failure ("Error Codes").</summary>
    /// <param name="code">The kind.</param>
    /// <param name="message">For people.</param>
    public static byte[] Error(RegistryErrorCode code, string message) => JsonSerializer.SerializeToUtf8Bytes(
        new RegistryErrors([new RegistryError(ToWire(code), message)]), DistributionJsonContext.Default.RegistryErrors);

    /// <summary>The body of <c>/v2/NAME/tags/list</c>.</summary>
    public static byte[] Tags(string repository, IReadOnlyList<string> tags) =>
        JsonSerializer.SerializeToUtf8Bytes(new TagList(repository, tags), DistributionJsonContext.Default.TagList);

    /// <summary>The body of <c>/v2/_catalog</c>.</summary>
    public static byte[] Catalog(IReadOnlyList<string> repositories) =>
        JsonSerializer.SerializeToUtf8Bytes(new RepositoryList(repositories), DistributionJsonContext.Default.RepositoryList);

    /// <summary>The body of <c>/v2/NAME/referrers/DIGEST</c>: an image index, also of nothing.</summary>
    public static byte[] Referrers(IReadOnlyList<Descriptor> referrers) =>
        ImageDocuments.Serialize(new ImageIndex { SchemaVersion = 2, MediaType = MediaTypes.Index, Manifests = referrers });

    /// <summary>The answer of a token server (Docker's "Token Authentication").</summary>
    /// <param name="token">Goes back as <c>Authorization: Bearer</c>.</param>
    /// <param name="lifetime">How long it is good for.</param>
    /// <param name="issuedAt">Since when.</param>
    public static byte[] Token(string token, TimeSpan lifetime, DateTimeOffset issuedAt) => JsonSerializer.SerializeToUtf8Bytes(
        new TokenAnswer(token, token, (int)lifetime.TotalSeconds, issuedAt.UtcDateTime), DistributionJsonContext.Default.TokenAnswer);

    /// <summary>E.g. <c>BLOB_UNKNOWN</c>.</summary>
    public static string ToWire(RegistryErrorCode code) => code == RegistryErrorCode.TooManyRequests
        ? "TOOMANYREQUESTS"
        : JsonNamingPolicy.SnakeCaseUpper.ConvertName(code.ToString());
}

internal sealed record RegistryErrors(IReadOnlyList<RegistryError> Errors);

internal sealed record RegistryError(string Code, string Message);

internal sealed record TagList(string Name, IReadOnlyList<string> Tags);

internal sealed record RepositoryList(IReadOnlyList<string> Repositories);

internal sealed record TokenAnswer(
    string Token,
    [property: JsonPropertyName("access_token")] string AccessToken,
    [property: JsonPropertyName("expires_in")] int ExpiresIn,
    [property: JsonPropertyName("issued_at")] DateTime IssuedAt);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RegistryErrors))]
[JsonSerializable(typeof(TagList))]
[JsonSerializable(typeof(RepositoryList))]
[JsonSerializable(typeof(TokenAnswer))]
internal sealed partial class DistributionJsonContext : JsonSerializerContext;
