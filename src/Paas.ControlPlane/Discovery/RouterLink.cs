using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Paas.ControlPlane.Discovery;

/// <summary>
/// Keeps the router at the newest table: sends each change, tries again while the router is away, and asks now and then whether it
/// still serves what it got, for it may have lost its file.
/// </summary>
internal sealed partial class RouterLink : IDisposable
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);

    private readonly RouteTable _table;
    private readonly RouterClient _client;
    private readonly AccessLogs _accessLogs;
    private readonly ILogger<RouterLink> _log;
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private bool _away;

    internal RouterLink(RouteTable table, RouterClient client, AccessLogs accessLogs, ILogger<RouterLink> log)
    {
        (_table, _client, _accessLogs, _log) = (table, client, accessLogs, log);
        table.Changed += Wake;
    }

    /// <inheritdoc/>
    public void Dispose() => _table.Changed -= Wake;

    /// <summary>Runs until cancelled.</summary>
    internal async Task RunAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            var settled = await FollowAsync(ct);
            using var pause = CancellationTokenSource.CreateLinkedTokenSource(ct);
            pause.CancelAfter(settled ? Between : Between / 4);
            try
            {
                await _wake.Reader.ReadAsync(pause.Token);
            }
            catch (OperationCanceledException)
            {
                // Time for another look, or the end.
            }
        }
    }

    private async Task<bool> FollowAsync(CancellationToken ct)
    {
        try
        {
            if (_table.IsAcknowledged)
            {
                var status = await _client.StatusAsync(ct);
                if (status != _table.Generation) _table.Disagree(status);
            }
            else
            {
                var snapshot = _table.Snapshot();
                _accessLogs.Prepare(snapshot);
                var served = await _client.PutAsync(snapshot, ct);
                if (served > snapshot.Generation && served > _table.Generation) _table.Disagree(served);
                else _table.Acknowledge(served);
            }

            if (_away) LogBack(_table.Generation);
            _away = false;
            return true;
        }
        catch (Exception error) when (error is HttpRequestException or TimeoutException or JsonException or IOException && !ct.IsCancellationRequested)
        {
            if (!_away) LogAway(error.Message);
            _away = true;
            return false;
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return true;
        }
    }

    private void Wake() => _wake.Writer.TryWrite(true);

    [LoggerMessage(2001, LogLevel.Warning, "The router does not answer: {Reason}")]
    private partial void LogAway(string reason);

    [LoggerMessage(2002, LogLevel.Information, "The router answers again and serves generation {Generation}")]
    private partial void LogBack(long generation);
}
