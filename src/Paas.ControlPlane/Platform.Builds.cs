using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Domain;

namespace Paas.ControlPlane;

public sealed partial class Platform
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<BuildDocument>> ListBuildsAsync(string app, CancellationToken ct)
    {
        _apps.Get(app);
        return Task.FromResult<IReadOnlyList<BuildDocument>>([.. _builds.List(app).Select(Describe)]);
    }

    /// <inheritdoc/>
    public async Task<BuildDocument> CancelBuildAsync(string app, int build, CancellationToken ct)
    {
        _apps.Get(app);
        return Describe(await _queue.CancelAsync(app, build, ct));
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<BuildEvent> SubmitBuildAsync(string app, BuildSource source, Stream tar, CancellationToken ct) =>
        _intake.SubmitAsync(app, source, null, tar, ct);

    /// <inheritdoc/>
    public IAsyncEnumerable<BuildEvent> ReadBuildOutputAsync(string app, int build, CancellationToken ct)
    {
        _apps.Get(app);
        if (_builds.Find(app, build) is null)
            throw new PaasException(ErrorCode.NotFound, $"{app} has no build {build}", $"The newest {_options.BuildRetention} are kept.");
        return _intake.ReadAsync(app, build, ct);
    }

    /// <inheritdoc/>
    public Task<BuilderDocument> GetBuilderAsync(string app, CancellationToken ct) => Task.FromResult(_builders.Of(_apps.Get(app).Name));

    /// <inheritdoc/>
    public Task<BuilderDocument> SetBuilderAsync(string app, BuilderDocument builder, CancellationToken ct)
    {
        _builders.Set(_apps.Get(app).Name, builder);
        return Task.FromResult(builder);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<ImageBuildEvent> BuildImageAsync(ImageBuildRequest request, Stream context, CancellationToken ct) =>
        _imageBuilds.BuildAsync(request, context, ct);

    /// <inheritdoc/>
    public Task AnswerAgentAsync(string build, AgentAnswer answer, CancellationToken ct)
    {
        _imageBuilds.AnswerAgent(build, answer);
        return Task.CompletedTask;
    }

    private BuildDocument Describe(BuildRecord build)
    {
        var source = build.Source;
        // A push is in git's quarantine until it is accepted, so who wrote it can often be read only afterwards.
        var commit = source is { Commit: { } id, Message: null } ? _repositories.FindCommit(build.App, id) : null;
        return new BuildDocument(
            build.Number, build.Status, source.Commit, source.Branch, source.Message ?? commit?.Message, source.Author ?? commit?.Author,
            build.Release, build.CreatedAt, build.EndedAt, _built.TakenFrom(build.App, build.Number));
    }
}
