namespace Paas.Contracts.Api;

/// <summary>What an app's images take on the disk: rows of <c>GET /v1/images</c>. A layer is kept once, whoever has it.</summary>
/// <param name="App">The app; <c>null</c> for the platform's own base images, and for the steps of Dockerfiles.</param>
/// <param name="Images">How many.</param>
/// <param name="UniqueBytes">Of what no other app has: so much is freed when the app is destroyed.</param>
/// <param name="SharedBytes">Of what others have as well, or base images.</param>
public sealed record AppImagesDocument(string? App, int Images, long UniqueBytes, long SharedBytes)
{
    /// <summary>True for what Dockerfiles' builds keep: <see cref="Images"/> are steps then, and there is no app.</summary>
    public bool StepCache { get; init; }
}

/// <summary>An image of an app: rows of <c>GET /v1/apps/{app}/images</c>, the newest release first.</summary>
/// <param name="Digest">Of the manifest or index.</param>
/// <param name="Names">Releases (<c>v3</c>), tags (<c>latest</c>) and tags of further repositories (<c>cache:main</c>).</param>
/// <param name="SizeBytes">Everything that it names, as stored.</param>
/// <param name="UniqueBytes">Of it, what no other image has.</param>
/// <param name="SharedBytes">The rest.</param>
/// <param name="Live">True for that of the release that serves.</param>
public sealed record ImageDocument(string Digest, IReadOnlyList<string> Names, long SizeBytes, long UniqueBytes, long SharedBytes, bool Live);

/// <summary>An image in detail, for this server's platform: <c>GET /v1/apps/{app}/images/{reference}</c>.</summary>
/// <param name="Digest">Of the manifest.</param>
/// <param name="MediaType">Of the manifest.</param>
/// <param name="Platform">E.g. <c>linux/amd64</c>.</param>
/// <param name="CreatedAt">As it says; UTC.</param>
/// <param name="SizeBytes">Manifest, config and layers as stored.</param>
/// <param name="Entrypoint">Program and arguments before the command.</param>
/// <param name="Command">What is run, or the entrypoint's arguments.</param>
/// <param name="User">As whom; empty is root.</param>
/// <param name="WorkingDirectory">Where.</param>
/// <param name="Ports">That it exposes.</param>
/// <param name="Env"><c>NAME=value</c>.</param>
/// <param name="Labels">Its labels.</param>
/// <param name="Layers">Lowest first.</param>
/// <param name="History">How it came to be, oldest first.</param>
public sealed record ImageDetailDocument(
    string Digest,
    string MediaType,
    string Platform,
    DateTimeOffset? CreatedAt,
    long SizeBytes,
    IReadOnlyList<string> Entrypoint,
    IReadOnlyList<string> Command,
    string User,
    string WorkingDirectory,
    IReadOnlyList<string> Ports,
    IReadOnlyList<string> Env,
    IReadOnlyDictionary<string, string> Labels,
    IReadOnlyList<ImageLayerDocument> Layers,
    IReadOnlyList<ImageHistoryDocument> History)
{
    /// <summary>The index that it is in; null where there is none.</summary>
    public ImageIndexDocument? Index { get; init; }
}

/// <summary>An index: one image for several platforms.</summary>
/// <param name="Digest">Of the index.</param>
/// <param name="Platforms">That it has manifests for, e.g. <c>linux/arm64</c>; only this server's need be here.</param>
public sealed record ImageIndexDocument(string Digest, IReadOnlyList<string> Platforms);

/// <summary>A layer.</summary>
/// <param name="Digest">As stored.</param>
/// <param name="DiffId">Of the uncompressed tar.</param>
/// <param name="MediaType">How it is packed.</param>
/// <param name="SizeBytes">As stored.</param>
public sealed record ImageLayerDocument(string Digest, string DiffId, string MediaType, long SizeBytes);

/// <summary>A step of an image's making.</summary>
/// <param name="CreatedAt">UTC.</param>
/// <param name="CreatedBy">What was done.</param>
/// <param name="SizeBytes">Of its layer as stored; 0 where it made none.</param>
/// <param name="Comment">Further words.</param>
public sealed record ImageHistoryDocument(DateTimeOffset? CreatedAt, string CreatedBy, long SizeBytes, string? Comment);

/// <summary>How an app uses the registry: <c>GET</c> and <c>PUT /v1/apps/{app}/registry</c>.</summary>
/// <param name="Repository">Where its images are pushed and pulled.</param>
/// <param name="DeployTag">The tag that is released when it is pushed; <c>*</c> for every one, null for none.</param>
public sealed record AppRegistryDocument(string Repository, string? DeployTag);

/// <summary><c>PUT /v1/apps/{app}/registry</c>.</summary>
/// <param name="DeployTag">As in <see cref="AppRegistryDocument"/>.</param>
public sealed record AppRegistryRequest(string? DeployTag);

/// <summary><c>POST /v1/cleanup</c>.</summary>
/// <param name="DryRun">Only finds out.</param>
public sealed record CleanupRequest(bool DryRun = false);

/// <summary>What a cleanup removed, or would.</summary>
/// <param name="DryRun">True where nothing was removed.</param>
/// <param name="Items">By kind; kinds without anything are left out.</param>
/// <param name="Bytes">Of all.</param>
/// <param name="FreeBytes">Free on the disk now.</param>
/// <param name="ReserveBytes">Of the disk, kept free for the apps.</param>
/// <param name="Note">Why something was left for another time, or null.</param>
public sealed record CleanupDocument(bool DryRun, IReadOnlyList<CleanupItem> Items, long Bytes, long FreeBytes, long ReserveBytes, string? Note = null);

/// <summary>Things of one kind.</summary>
/// <param name="Kind"><c>blobs</c>, <c>unpacked layers</c>, <c>uploads</c>, <c>build caches</c>, <c>steps of Dockerfiles</c> and <c>pulled base images</c> (the bytes of both are among the blobs).</param>
/// <param name="Count">How many.</param>
/// <param name="Bytes">Their size.</param>
public sealed record CleanupItem(string Kind, int Count, long Bytes);
