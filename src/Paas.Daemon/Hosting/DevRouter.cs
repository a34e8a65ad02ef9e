using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Paas.Daemon.Hosting;

/// <summary>In development, paasd runs the router as its child: started again when it ends, told to end when paasd does.</summary>
internal sealed partial class DevRouter(DaemonOptions options, ILogger<DevRouter> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Announce(options.Url);
        while (!stoppingToken.IsCancellationRequested)
        {
            using var router = Start();
            if (router is null) return;
            try
            {
                await router.WaitForExitAsync(stoppingToken);
                Ended(router.ExitCode);
                await Task.Delay(Pause, stoppingToken);
            }
            catch (OperationCanceledException)
            {
                await StopAsync(router);
                Left();
            }
        }
    }

    private Process? Start()
    {
        var state = Path.GetDirectoryName(options.Data)!;
        var program = Path.Combine(options.Programs, "bin", "paas-router");
        string[] arguments =
        [
            "--data", Path.Combine(state, "router"), "--run", options.Run, "--logs", Path.Combine(options.Data, "logs"), "--domain", options.Domain,
            "--http-port", options.HttpPort.ToString(CultureInfo.InvariantCulture), "--https-port", options.HttpsPort.ToString(CultureInfo.InvariantCulture),
        ];
        try
        {
            return Process.Start(new ProcessStartInfo(program, arguments));
        }
        catch (Win32Exception error)
        {
            Missing(program, error.Message);
            return null;
        }
    }

    private static async Task StopAsync(Process router)
    {
        using var kill = Process.Start("kill", ["-TERM", router.Id.ToString(CultureInfo.InvariantCulture)]);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            await router.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            router.Kill();
        }
    }

    [LoggerMessage(1201, LogLevel.Information, "development: the dashboard will be at {Url}")]
    private partial void Announce(string url);

    [LoggerMessage(1202, LogLevel.Warning, "paas-router ended with {Code}; starting it again")]
    private partial void Ended(int code);

    [LoggerMessage(1204, LogLevel.Information, "development: apps that run go on; to stop them: paasd teardown --dev")]
    private partial void Left();

    [LoggerMessage(1203, LogLevel.Error, "{Program} cannot be started: {Reason}; build the programs with ./install.sh --pack artifacts/programs")]
    private partial void Missing(string program, string reason);
}
