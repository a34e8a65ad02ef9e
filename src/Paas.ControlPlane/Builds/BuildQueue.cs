using System.Globalization;
using Microsoft.Extensions.Logging;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Domain;
using Paas.ControlPlane.Store;
using Paas.Oci;
using Quartz;

namespace Paas.ControlPlane.Builds;

/// <summary>
/// Which builds wait: a Quartz job for each app, which runs one at a time, and a trigger for each build. The table of builds is the
/// truth; triggers that a crash lost are made again from it. docs/decisions/0001.
/// </summary>
internal sealed partial class BuildQueue(ISchedulerFactory schedulers, BuildStore builds, BuildOutputs outputs, BuildRunner runner, BuiltImages built, ILogger<BuildQueue> log)
{
    internal const string WasCanceled = "it was cancelled";

    private const string Group = "builds";

    private IScheduler? _scheduler;

    /// <summary>Begins to run builds, first those that a restart cut off.</summary>
    internal async Task StartAsync(CancellationToken ct)
    {
        _scheduler = await schedulers.GetScheduler(ct);
        foreach (var build in builds.Unfinished())
        {
            LogRecovered(build.App, build.Number);
            outputs.Open(build.App, build.Number);
            await ScheduleAsync(build, ct);
        }

        await _scheduler.Start(ct);
    }

    /// <summary>Stops builds where they are; they go on with the next start.</summary>
    internal async Task StopAsync(CancellationToken ct)
    {
        runner.Stop();
        if (_scheduler is not null) await _scheduler.Shutdown(waitForJobsToComplete: true, ct);
    }

    /// <summary>Queues a build of a stored source; it takes the place of those of the app that still wait.</summary>
    /// <param name="app">The app.</param>
    /// <param name="tree">The stored source.</param>
    /// <param name="source">Where it comes from.</param>
    /// <param name="ct">Cancels.</param>
    /// <param name="anew">It is built although nothing has changed.</param>
    internal async Task<BuildRecord> AddAsync(string app, Digest tree, BuildSource source, CancellationToken ct, bool anew = false)
    {
        var (build, superseded) = builds.Add(app, tree, source);
        if (anew) built.BuildAnew(app, build.Number);
        var output = outputs.Open(app, build.Number);
        foreach (var old in superseded)
        {
            outputs.Open(app, old.Number).Write($" !     Build {build.Number} took its place: a newer push came before this one began.");
            outputs.Close(app, old.Number);
            await Scheduler.UnscheduleJob(TriggerOf(app, old.Number), ct);
            output.Write($"-----> Takes the place of build {old.Number}, which had not begun");
        }

        var first = builds.Unfinished().Count(other => (other.App, other.Number) != (app, build.Number));
        if (first > 0) output.Write($"-----> Waiting: {first} build{(first == 1 ? " goes" : "s go")} first");
        await ScheduleAsync(build, ct);
        return build;
    }

    /// <summary>Ends a build that waits or runs, and everything that it started. Conflict where it has ended, or is deploying already.</summary>
    internal async Task<BuildRecord> CancelAsync(string app, int number, CancellationToken ct)
    {
        if (Find(app, number) is { Release: { } release, Ended: false })
            throw new PaasException(ErrorCode.Conflict, $"build {number} of {app} is done and deploys v{release}", $"When it is live: paas rollback -a {app}");
        if (builds.CancelQueued(app, number, WasCanceled))
        {
            outputs.Open(app, number).Write(" !     This build was cancelled before it began.");
            outputs.Close(app, number);
            await Scheduler.UnscheduleJob(TriggerOf(app, number), ct);
            return Find(app, number);
        }

        if (Find(app, number) is { Ended: true } ended)
            throw new PaasException(ErrorCode.Conflict, $"build {number} of {app} has ended: {ended.Status.ToString().ToLowerInvariant()}", $"paas builds -a {app} lists them.");
        await runner.CancelAsync(app, number, ct);
        return Find(app, number) is { Status: BuildStatus.Canceled } canceled
            ? canceled
            : throw new PaasException(ErrorCode.Conflict, $"build {number} of {app} was done before it could be cancelled", $"How it went: paas builds:output -a {app} {number}");
    }

    private BuildRecord Find(string app, int number) => builds.Find(app, number)
        ?? throw new PaasException(ErrorCode.NotFound, $"{app} has no build {number}", $"paas builds -a {app} lists them.");

    /// <summary>The app is destroyed: its builds that wait are dropped, one that runs is told to stop.</summary>
    internal async Task ForgetAsync(string app, CancellationToken ct)
    {
        await Scheduler.Interrupt(JobOf(app), ct);
        while (!await TryDeleteJobAsync(app, ct)) await Task.Delay(50, ct);
        await runner.IdleAsync(app).WaitAsync(ct);
    }

    /// <summary>The app is destroyed: whoever reads the output of one of its builds gets to the end.</summary>
    internal void CloseOutputs(string app) => outputs.CloseAll(app);

    // Quartz first lists the job's triggers; one that has fired to its end meanwhile is an error to it.
    private async Task<bool> TryDeleteJobAsync(string app, CancellationToken ct)
    {
        try
        {
            await Scheduler.DeleteJob(JobOf(app), ct);
            return true;
        }
        catch (SchedulerException) when (!ct.IsCancellationRequested)
        {
            return false;
        }
    }

    private IScheduler Scheduler => _scheduler ?? throw new InvalidOperationException("the queue has not been started");

    private async Task ScheduleAsync(BuildRecord build, CancellationToken ct)
    {
        if (await Scheduler.Exists(TriggerOf(build.App, build.Number), ct)) return;
        var job = JobBuilder.Create<BuildJob>().WithIdentity(JobOf(build.App)).StoreDurably().RequestRecovery().Build();
        await Scheduler.AddJob(job, new AddJobOptions { Replace = true }, ct);
        await Scheduler.ScheduleJob(
            TriggerBuilder.Create()
                .WithIdentity(TriggerOf(build.App, build.Number))
                .ForJob(JobOf(build.App))
                .UsingJobData(BuildJob.App, build.App)
                .UsingJobData(BuildJob.Number, build.Number.ToString(CultureInfo.InvariantCulture))
                .StartNow()
                .Build(),
            cancellationToken: ct);
    }

    private static JobKey JobOf(string app) => new(app, Group);

    private static TriggerKey TriggerOf(string app, int number) => new(number.ToString(CultureInfo.InvariantCulture), $"{Group}.{app}");

    [LoggerMessage(2402, LogLevel.Information, "{App}: going on with build {Number}")]
    private partial void LogRecovered(string app, int number);
}

/// <summary>Runs one build; Quartz lets no second one of the same app run meanwhile.</summary>
[DisallowConcurrentExecution]
internal sealed class BuildJob(BuildRunner runner) : IJob
{
    internal const string App = "app";
    internal const string Number = "number";

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        var data = context.MergedJobDataMap;
        try
        {
            await runner.RunAsync((string)data[App]!, int.Parse((string)data[Number]!, CultureInfo.InvariantCulture), cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // paasd ends, or the app is destroyed; the table of builds says what is still to do.
        }
    }
}
