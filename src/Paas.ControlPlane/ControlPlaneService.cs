using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;
using Paas.ControlPlane.Apps;
using Paas.ControlPlane.Builds;
using Paas.ControlPlane.Reconcile;

namespace Paas.ControlPlane;

/// <summary>Brings the control plane up, adopting what runs, and takes it down, leaving it running.</summary>
internal sealed class ControlPlaneService(ControlPlaneOptions options, AppFiles files, Reconciler reconciler, BuildQueue queue) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(options.DataDirectory);
        Directory.CreateDirectory(options.RunDirectory);
        files.Sweep();
        PrepareJobsDatabase();
        await reconciler.StartAsync(cancellationToken);
        await queue.StartAsync(cancellationToken);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await queue.StopAsync(cancellationToken);
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
