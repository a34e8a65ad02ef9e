using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Paas.Build.Lifecycle;
using Paas.ControlPlane.Domain;
using Paas.ControlPlane.Logs;
using Paas.ControlPlane.Reconcile;
using Paas.ControlPlane.Store;
using Paas.Logs;
using Paas.Node;

namespace Paas.ControlPlane.Cron;

/// <summary>
/// Runs tasks that are due, each in a container of its own of the live release; what they print is the app's log <c>cron.1</c> and so on. One that still
/// runs when it is due again is left out that time. docs/decisions/0049.
/// </summary>
internal sealed partial class CronRuns(
    ControlPlaneOptions options, ReleaseStore releases, CronHistory history, InstanceConfigs configs, INode node, PlatformLog platformLog, TimeProvider time,
    ILogger<CronRuns> log) : IDisposable
{
    // Midnight is when everybody's tasks are due.
    private const int MostAtOnce = 4;

    private readonly ConcurrentDictionary<(string App, int Number), Running> _running = new();
    private readonly SemaphoreSlim _slots = new(MostAtOnce, MostAtOnce);

    /// <summary>Begins a task, unless it runs.</summary>
    /// <param name="number">Its place in <c>app.json</c>, from 1.</param>
    internal void Begin(string app, int release, int number, CronTask task)
    {
        var running = new Running();
        if (!_running.TryAdd((app, number), running))
        {
            running.Dispose();
            platformLog.Write(app, $"cron.{number} is due, but still runs: it is left out this time");
            return;
        }

        running.Work = Task.Run(async () =>
        {
            try
            {
                await RunAsync(app, release, number, task, running.Cancel.Token);
            }
            finally
            {
                _running.TryRemove(new KeyValuePair<(string, int), Running>((app, number), running));
            }
        });
    }

    internal bool IsRunning(string app, int number) => _running.ContainsKey((app, number));

    /// <summary>The app is destroyed, or paasd ends (null): ends what runs and waits for it.</summary>
    internal async Task EndAsync(string? app)
    {
        var ending = _running.Where(pair => app is null || pair.Key.App == app).Select(pair => pair.Value).ToList();
        foreach (var one in ending) await one.Cancel.CancelAsync();
        await Task.WhenAll(ending.Select(one => one.Work));
        if (app is not null) history.Forget(app);
    }

    /// <inheritdoc/>
    public void Dispose() => _slots.Dispose();

    private async Task RunAsync(string app, int version, int number, CronTask task, CancellationToken ct)
    {
        var began = time.GetUtcNow();
        try
        {
            await _slots.WaitAsync(ct);
            try
            {
                if (releases.Find(app, version) is not { } release) return;
                began = time.GetUtcNow();
                history.Note(app, task, new CronRun(began, null, null));
                platformLog.Write(app, $"cron.{number} of v{version} begins: {task.Command}");
                var status = await RunAsync(release, number, task, ct);
                var ended = time.GetUtcNow();
                // Who sees that it has ended finds it in the log.
                platformLog.Write(app, string.Create(CultureInfo.InvariantCulture, $"cron.{number} ended with exit status {status} after {(ended - began).TotalSeconds:0.0} s"));
                history.Note(app, task, new CronRun(began, ended, status));
            }
            finally
            {
                _slots.Release();
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The app is destroyed, or paasd ends: its container has ended with it.
        }
        catch (Exception error)
        {
            LogFailed(error, app, number);
            platformLog.Write(app, $"cron.{number} failed: {error.Message}");
            history.Note(app, task, new CronRun(began, time.GetUtcNow(), null));
        }
    }

    private async Task<int> RunAsync(Release release, int number, CronTask task, CancellationToken ct)
    {
        var name = $"cron.{number}";
        var command = InstanceConfigs.Command(release, release.Processes.GetValueOrDefault(task.Command) ?? task.Command);
        var config = configs.Container(InstanceConfigs.NewContainerId(release.App, "cron", number), name, release, command) with
        {
            ProcessType = InstanceConfigs.TypeOf(release, task.Command),
        };
        using var writer = new LogWriter(Path.Combine(options.LogsDirectory, release.App, name));
        await using var output = new LineStream(line => writer.Write(LogStream.Stdout, line));
        await using var errors = new LineStream(line => writer.Write(LogStream.Stderr, line));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(options.CronTimeout);
        try
        {
            return (await node.RunAsync(config, new RunStreams(null, output, errors), limit.Token)).Status;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new TimeoutException($"it took longer than {options.CronTimeout.TotalHours:0.#} hours and was stopped");
        }
        finally
        {
            output.Complete();
            errors.Complete();
        }
    }

    private sealed class Running : IDisposable
    {
        internal CancellationTokenSource Cancel { get; } = new();

        internal Task Work { get; set; } = Task.CompletedTask;

        public void Dispose() => Cancel.Dispose();
    }

    [LoggerMessage(2421, LogLevel.Error, "{App}: the task cron.{Number} failed")]
    private partial void LogFailed(Exception error, string app, int number);
}
