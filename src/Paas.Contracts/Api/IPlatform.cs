namespace Paas.Contracts.Api;

/// <summary>
/// Every operation a person can ask of the platform. The control plane implements it in process; the CLI implements it over
/// HTTP. The daemon's endpoints are the map between the two. Every method throws <see cref="Errors.PaasException"/>:
/// <see cref="Errors.ErrorCode.AppNotFound"/> for an app that does not exist, and what its own comment says. What returns only once
/// something is live or gone (destroy, config, scale, rollback) answers a client that accepts <c>application/x-ndjson</c> with a stream of
/// heartbeats (empty lines) and one document, so that no proxy gives up on it.
/// </summary>
public interface IPlatform
{
    /// <summary>Apps by name. <c>GET /v1/apps</c></summary>
    Task<IReadOnlyList<AppDocument>> ListAppsAsync(CancellationToken ct);

    /// <summary>InvalidRequest for a bad name, Conflict for a taken one. <c>POST /v1/apps</c></summary>
    Task<AppDocument> CreateAppAsync(CreateAppRequest request, CancellationToken ct);

    /// <summary><c>GET /v1/apps/{app}</c></summary>
    Task<AppDocument> GetAppAsync(string app, CancellationToken ct);

    /// <summary>Stops it and deletes everything it owns. <c>DELETE /v1/apps/{app}</c></summary>
    Task DestroyAppAsync(string app, CancellationToken ct);

    /// <summary><c>GET /v1/apps/{app}/config</c></summary>
    Task<ConfigDocument> GetConfigAsync(string app, CancellationToken ct);

    /// <summary>
    /// Changes config vars; where the app has a release, makes a new one and returns when it is live. InvalidRequest for a bad
    /// name, DeploymentFailed when it does not become healthy (the change is then undone). <c>PATCH /v1/apps/{app}/config</c>
    /// </summary>
    /// <returns>The new release, or null where the app has none yet.</returns>
    Task<ReleaseDocument?> ChangeConfigAsync(string app, ConfigChange change, CancellationToken ct);

    /// <summary><c>GET /v1/apps/{app}/formation</c></summary>
    Task<IReadOnlyList<FormationEntry>> GetFormationAsync(string app, CancellationToken ct);

    /// <summary>Returns once the observed instances are as wanted. NotFound for an unknown process type, InvalidRequest for a bad quantity. <c>PATCH /v1/apps/{app}/formation</c></summary>
    Task<IReadOnlyList<FormationEntry>> ScaleAsync(string app, ScaleRequest request, CancellationToken ct);

    /// <summary>
    /// Puts new instances of the same release in the place of those there are, and returns when they serve. NotFound for a process it does
    /// not have, Conflict where nothing runs, DeploymentFailed where one does not come up: then the one before keeps running.
    /// <c>POST /v1/apps/{app}/restart</c>
    /// </summary>
    Task<IReadOnlyList<InstanceDocument>> RestartAsync(string app, RestartRequest request, CancellationToken ct);

    /// <summary><c>GET /v1/apps/{app}/instances</c></summary>
    Task<IReadOnlyList<InstanceDocument>> ListInstancesAsync(string app, CancellationToken ct);

    /// <summary><c>GET /v1/apps/{app}/releases</c></summary>
    Task<IReadOnlyList<ReleaseDocument>> ListReleasesAsync(string app, CancellationToken ct);

    /// <summary>Makes a new release with the image, config and process types of an earlier one and returns when it is live. <c>POST /v1/apps/{app}/rollback</c></summary>
    Task<ReleaseDocument> RollbackAsync(string app, RollbackRequest request, CancellationToken ct);

    /// <summary><c>GET /v1/apps/{app}/builds</c></summary>
    Task<IReadOnlyList<BuildDocument>> ListBuildsAsync(string app, CancellationToken ct);

    /// <summary>
    /// Takes a source tree (a tar stream, kept as a content-addressed blob before anything else happens), queues a build and
    /// streams its events to the end of its deployment. A caller that goes away does not stop it. TooLarge for a source over the limit.
    /// <c>POST /v1/apps/{app}/builds?commit=&amp;branch=&amp;message=&amp;author=</c>, body <c>application/x-tar</c>
    /// </summary>
    IAsyncEnumerable<BuildEvent> SubmitBuildAsync(string app, BuildSource source, Stream tar, CancellationToken ct);

    /// <summary>A build's output from its beginning, live while it runs. <c>GET /v1/apps/{app}/builds/{number}/output</c></summary>
    IAsyncEnumerable<BuildEvent> ReadBuildOutputAsync(string app, int build, CancellationToken ct);

    /// <summary>
    /// Ends a build that waits or runs, and returns when nothing of it is left. NotFound for an unknown one, Conflict for one that has ended or
    /// deploys already. <c>POST /v1/apps/{app}/builds/{number}/cancel</c>
    /// </summary>
    Task<BuildDocument> CancelBuildAsync(string app, int build, CancellationToken ct);

    /// <summary><c>GET /v1/apps/{app}/builder</c></summary>
    Task<BuilderDocument> GetBuilderAsync(string app, CancellationToken ct);

    /// <summary>Says how the app's source becomes an image, from the next build on. <c>PUT /v1/apps/{app}/builder</c></summary>
    Task<BuilderDocument> SetBuilderAsync(string app, BuilderDocument builder, CancellationToken ct);

    /// <summary>
    /// Builds a Dockerfile for no app, from a context sent along, and keeps the image under its tags. Streams the output, then the image's
    /// digest; a caller that goes away ends it. <c>POST /v1/image-builds</c>, body <c>application/x-tar</c>, the request as base64 of JSON in
    /// the header <c>Paas-Image-Build</c>: it holds secrets, which addresses must not.
    /// </summary>
    IAsyncEnumerable<ImageBuildEvent> BuildImageAsync(ImageBuildRequest request, Stream context, CancellationToken ct);

    /// <summary>
    /// Gives a running build what the caller's agent answered. NotFound where nothing waits for it.
    /// <c>POST /v1/image-builds/{build}/agent</c>
    /// </summary>
    Task AnswerAgentAsync(string build, AgentAnswer answer, CancellationToken ct);

    /// <summary><c>GET /v1/apps/{app}/deployments</c></summary>
    Task<IReadOnlyList<DeploymentDocument>> ListDeploymentsAsync(string app, CancellationToken ct);

    /// <summary><c>GET /v1/apps/{app}/logs?n=&amp;follow=&amp;source=&amp;after=</c></summary>
    IAsyncEnumerable<LogLine> ReadLogsAsync(string app, LogQuery query, CancellationToken ct);

    /// <summary>
    /// Runs a one-off container of the live release until it ends; cancelling kills it. The result is its exit code, 128 + n after
    /// signal n. Conflict where the app has no release, InvalidRequest for a bad command or variable. <c>GET /v1/apps/{app}/run</c>
    /// </summary>
    Task<int> RunAsync(string app, RunRequest request, ExecStreams streams, CancellationToken ct);

    /// <summary>
    /// Runs a further process in a running instance until it ends; cancelling hangs it up. The result is its exit code, 128 + n after
    /// signal n. NotFound where the app has no such instance, Conflict where nothing runs in it.
    /// <c>GET /v1/apps/{app}/instances/{name}/exec</c>
    /// </summary>
    Task<int> ExecAsync(string app, string instance, InstanceExecRequest request, ExecStreams streams, CancellationToken ct);

    /// <summary>What the images of each app take. <c>GET /v1/images</c></summary>
    Task<IReadOnlyList<AppImagesDocument>> ListImageUseAsync(CancellationToken ct);

    /// <summary><c>GET /v1/apps/{app}/images</c></summary>
    Task<IReadOnlyList<ImageDocument>> ListImagesAsync(string app, CancellationToken ct);

    /// <summary>NotFound where the app has none of that name: a release, a tag or a digest. <c>GET /v1/apps/{app}/images/{reference}</c></summary>
    Task<ImageDetailDocument> GetImageAsync(string app, string reference, CancellationToken ct);

    /// <summary><c>GET /v1/apps/{app}/registry</c></summary>
    Task<AppRegistryDocument> GetRegistryAsync(string app, CancellationToken ct);

    /// <summary>InvalidRequest for what is no tag. <c>PUT /v1/apps/{app}/registry</c></summary>
    Task<AppRegistryDocument> SetRegistryAsync(string app, AppRegistryRequest request, CancellationToken ct);

    /// <summary>Removes what nobody owns. <c>POST /v1/cleanup</c></summary>
    Task<CleanupDocument> CleanUpAsync(CleanupRequest request, CancellationToken ct);
}
