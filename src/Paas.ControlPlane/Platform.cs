using Paas.Contracts.Api;

namespace Paas.ControlPlane;

/// <summary>Every operation of the platform, in process.</summary>
public sealed partial class Platform : IPlatform
{
    public Task<IReadOnlyList<AppDocument>> ListAppsAsync(CancellationToken ct) => throw new NotImplementedException();

    public Task<AppDocument> CreateAppAsync(CreateAppRequest request, CancellationToken ct) => throw new NotImplementedException();

    public Task<AppDocument> GetAppAsync(string app, CancellationToken ct) => throw new NotImplementedException();

    public Task DestroyAppAsync(string app, CancellationToken ct) => throw new NotImplementedException();

    public Task<ConfigDocument> GetConfigAsync(string app, CancellationToken ct) => throw new NotImplementedException();

    public Task<ReleaseDocument?> ChangeConfigAsync(string app, ConfigChange change, CancellationToken ct) => throw new NotImplementedException();

    public Task<IReadOnlyList<FormationEntry>> GetFormationAsync(string app, CancellationToken ct) => throw new NotImplementedException();

    public Task<IReadOnlyList<FormationEntry>> ScaleAsync(string app, ScaleRequest request, CancellationToken ct) => throw new NotImplementedException();

    public Task<IReadOnlyList<InstanceDocument>> ListInstancesAsync(string app, CancellationToken ct) => throw new NotImplementedException();

    public Task<IReadOnlyList<ReleaseDocument>> ListReleasesAsync(string app, CancellationToken ct) => throw new NotImplementedException();

    public Task<ReleaseDocument> RollbackAsync(string app, RollbackRequest request, CancellationToken ct) => throw new NotImplementedException();

    public Task<IReadOnlyList<BuildDocument>> ListBuildsAsync(string app, CancellationToken ct) => throw new NotImplementedException();

    public IAsyncEnumerable<BuildEvent> SubmitBuildAsync(string app, BuildSource source, Stream tar, CancellationToken ct) => throw new NotImplementedException();

    public IAsyncEnumerable<BuildEvent> ReadBuildOutputAsync(string app, int build, CancellationToken ct) => throw new NotImplementedException();

    public Task<IReadOnlyList<DeploymentDocument>> ListDeploymentsAsync(string app, CancellationToken ct) => throw new NotImplementedException();

    public IAsyncEnumerable<LogLine> ReadLogsAsync(string app, LogQuery query, CancellationToken ct) => throw new NotImplementedException();

    public IAsyncEnumerable<RunEvent> RunAsync(string app, RunRequest request, CancellationToken ct) => throw new NotImplementedException();

    public Task<TokenDocument> CreateTokenAsync(CreateTokenRequest request, CancellationToken ct) => throw new NotImplementedException();
}
