namespace Paas.Contracts.Api;

/// <summary>Builds without a push.</summary>
public interface IRebuilds
{
    /// <summary>
    /// Builds the source of the live release again and deploys it, whether anything has changed or not; where nothing is live, that of the
    /// newest build. Streams as <see cref="IPlatform.SubmitBuildAsync"/>. Conflict where the app runs something that was not built here.
    /// </summary>
    IAsyncEnumerable<BuildEvent> RebuildAsync(string app, CancellationToken ct);
}
