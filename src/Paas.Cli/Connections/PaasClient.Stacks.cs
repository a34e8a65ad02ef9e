using Paas.Contracts.Api;

namespace Paas.Cli.Connections;

/// <content>Stacks.</content>
internal sealed partial class PaasClient : IStacks
{
    public Task<StacksDocument> ListStacksAsync(CancellationToken ct) => GetAsync("/v1/stacks", Json.StacksDocument, ct);

    public IAsyncEnumerable<StackEvent> BuildStackAsync(string stack, bool update, CancellationToken ct) => StreamAsync(
        () => new HttpRequestMessage(HttpMethod.Post, $"/v1/stacks/{Uri.EscapeDataString(stack)}/build" + Query(("update", update ? "true" : null))), Json.StackEvent, ct);

    public IAsyncEnumerable<RebaseEvent> RebaseAsync(string app, CancellationToken ct) =>
        StreamAsync(() => new HttpRequestMessage(HttpMethod.Post, Of(app) + "/rebase"), Json.RebaseEvent, ct);
}
