using System.Diagnostics;

namespace Paas.Daemon.Ssh;

/// <summary>
/// Runs sshd as long as paasd runs, and again when it ends. It lives in a pid namespace of its own that ends with paasd, by whatever
/// signal: no sshd and no session is left that would hold the port or speak for a platform that is gone. docs/decisions/0025.
/// </summary>
internal sealed partial class SshServer(DaemonOptions options, ILogger<SshServer> log) : BackgroundService
{
    // OpenSSH of Debian has it built in: an empty directory for its processes without privileges.
    private const string EmptyDirectory = "/run/sshd";

    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private string Home => Path.Combine(options.Data, "ssh");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = ShortestPause;
        try
        {
            while (true)
            {
                var began = Stopwatch.GetTimestamp();
                var why = await RunAsync(stoppingToken);
                // One that stayed up was well; one that cannot come up is not asked twice a second.
                pause = Stopwatch.GetElapsedTime(began) > LongestPause ? ShortestPause : pause;
                Ended(why, pause.TotalSeconds);
                await Task.Delay(pause, stoppingToken);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // paasd ends.
        }
    }

    // Why it ended.
    private async Task<string> RunAsync(CancellationToken ct)
    {
        try
        {
            if (!File.Exists(options.Sshd)) return $"{options.Sshd} is missing: apt-get install openssh-server";
            var config = await PrepareAsync(ct);
            return $"it ended with {await RunToEndAsync(config, ct)}";
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            // Whatever it is: the platform goes on without SSH, and says so.
            return error.Message;
        }
    }

    private async Task<string> PrepareAsync(CancellationToken ct)
    {
        Directory.CreateDirectory(Home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(EmptyDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        var path = Path.Combine(Home, "sshd_config");
        await File.WriteAllTextAsync(path + ".new", SshServerConfig.Text(options, await HostKeys.EnsureAsync(Home, ct)), ct);
        File.Move(path + ".new", path, overwrite: true);
        return path;
    }

    // On a thread of its own: the kernel's signal at a parent's death (prctl(2), PR_SET_PDEATHSIG) is at that of the thread that forked.
    private async Task<int> RunToEndAsync(string config, CancellationToken ct)
    {
        var ended = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                using var sshd = Process.Start(Command(config))!;
                using var stopping = ct.Register(sshd.Kill);
                Began(options.SshPort);
                sshd.WaitForExit();
                ended.SetResult(sshd.ExitCode);
            }
            catch (Exception error)
            {
                ended.SetException(error);
            }
        })
        { IsBackground = true, Name = "sshd" };
        thread.Start();
        var code = await ended.Task;
        ct.ThrowIfCancellationRequested();
        return code;
    }

    private ProcessStartInfo Command(string config)
    {
        string[] chain =
        [
            "--pdeathsig", "KILL", "--",
            "unshare", "--pid", "--fork", "--kill-child=KILL", "--",
            options.Sshd, "-D", "-e", "-f", config,
        ];
        var start = new ProcessStartInfo("setpriv", chain);
        start.Environment.Remove("NOTIFY_SOCKET");
        return start;
    }

    [LoggerMessage(1301, LogLevel.Information, "sshd listens on port {Port}")]
    private partial void Began(int port);

    [LoggerMessage(1302, LogLevel.Warning, "no SSH: {Why}; trying again in {Seconds} s")]
    private partial void Ended(string why, double seconds);
}
