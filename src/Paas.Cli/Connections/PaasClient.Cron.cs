using Paas.Contracts.Api;

namespace Paas.Cli.Connections;

/// <content>Tasks by the clock.</content>
internal sealed partial class PaasClient : ICron
{
    public Task<IReadOnlyList<CronTaskDocument>> ListCronAsync(string app, CancellationToken ct) =>
        GetAsync(Of(app) + "/cron", Json.IReadOnlyListCronTaskDocument, ct);
}
