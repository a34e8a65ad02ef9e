using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Paas.ControlPlane.Reconcile;
using Paas.ControlPlane.Store;

namespace Paas.ControlPlane.Apps;

/// <summary>
/// The end of destroyed apps: when their containers are gone, their files go, and then the name is free again. It goes on whoever waits,
/// and after a restart of paasd.
/// </summary>
internal sealed partial class AppDestruction(AppStore apps, InstanceStore instances, AppFiles files, AppChanges changes, ILogger<AppDestruction> log) : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, Lazy<Task>> _running = new();
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Goes on with what an earlier end of paasd cut off.</summary>
    internal void Start()
    {
        foreach (var app in apps.EndedApps()) _ = EndAsync(app);
    }

    /// <summary>What is not done goes on with the next start.</summary>
    internal async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_running.Values.Select(one => one.Value));
    }

    /// <summary>Ends when nothing of a deleted app is left, or paasd ends.</summary>
    internal Task EndAsync(string app) => _running.GetOrAdd(app, name => new Lazy<Task>(() => Task.Run(() => RunAsync(name)))).Value;

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    private async Task RunAsync(string app)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await GoneAsync(app);
                await files.ForgetAsync(app, _stopping.Token);
                // Before the name is free, so that the next app of that name finds no end of this one.
                _running.TryRemove(app, out _);
                apps.ForgetEnded(app);
                return;
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                LogFailed(error, app);
                await Task.WhenAny(Task.Delay(BetweenTries, _stopping.Token));
            }
        }
    }

    private async Task GoneAsync(string app)
    {
        while (instances.List(app).Count > 0)
        {
            await Task.WhenAny(changes.Next(app), Task.Delay(Look, _stopping.Token));
            _stopping.Token.ThrowIfCancellationRequested();
        }
    }

    [LoggerMessage(2702, LogLevel.Error, "What is left of the destroyed app {App} could not be removed; it is tried again")]
    private partial void LogFailed(Exception error, string app);
}
