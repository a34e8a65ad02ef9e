using Paas.Contracts.Api;

namespace Paas.Cli.Connections;

/// <content>Builds without a push.</content>
internal sealed partial class PaasClient : IRebuilds
{
    public IAsyncEnumerable<BuildEvent> RebuildAsync(string app, CancellationToken ct) =>
        StreamAsync(() => new HttpRequestMessage(HttpMethod.Post, Of(app) + "/rebuild"), Json.BuildEvent, ct);
}
