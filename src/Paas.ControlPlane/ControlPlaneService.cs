using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;
using Paas.ControlPlane.Apps;
using Paas.ControlPlane.Builds;
using Paas.ControlPlane.Cleanup;
using Paas.ControlPlane.Cron;
using Paas.ControlPlane.Health;
using Paas.ControlPlane.Reconcile;
using Paas.ControlPlane.Registry;

namespace Paas.ControlPlane;

/// <summary>Brings the control plane up, adopting what runs, and takes it down, leaving it running.</summary>
internal sealed class ControlPlaneService(ControlPlaneOptions options, AppFiles files, AppDestruction destruction, Reconciler reconciler, BuildQueue queue, PushedImages pushed, ImageCleanup cleanup, ImageBuilds imageBuilds, HealthMonitor health, CronClock cron) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(options.DataDirectory);
        Directory.CreateDirectory(options.RunDirectory);
        files.Sweep();
        imageBuilds.RemoveLeftovers();
        PrepareJobsDatabase();
        await reconciler.StartAsync(cancellationToken);
        destruction.Start();
        health.Start();
        await queue.StartAsync(cancellationToken);
        pushed.Start();
        cleanup.Start();
        cron.Start();
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await cron.StopAsync();
        await queue.StopAsync(cancellationToken);
        await pushed.StopAsync();
        await cleanup.StopAsync();
        await health.StopAsync();
        await destruction.StopAsync();
        await reconciler.StopAsync();
    }

    // WAL stays with the file; Quartz makes its tables itself.
    private void PrepareJobsDatabase()
    {
        using var connection = new SqliteConnection($"Data Source={options.JobsDatabasePath}");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode = WAL";
        command.ExecuteNonQuery();
    }
}
