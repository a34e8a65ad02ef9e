using System.Diagnostics;
using Paas.Contracts.Errors;
using Paas.Node.Processes;

namespace Paas.Node.Supervision;

/// <summary>Supervisors as processes: <c>paas-runtime supervise --bundle DIR --detach</c>.</summary>
internal static class SupervisorProcess
{
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestExecve = TimeSpan.FromMilliseconds(20);

    /// <summary>Starts one that outlives this process; returns once the container's process runs. Cancelling is heard at the end.</summary>
    /// <exception cref="PaasException">The container could not be made; the message is the runtime's.</exception>
    public static async Task StartAsync(LauncherThread launcher, string runtime, ContainerDirectory directory, CancellationToken ct)
    {
        using var process = await launcher.StartAsync(new ProcessStartInfo(runtime, ["supervise", "--bundle", directory.Path, "--detach"])
        {
            WorkingDirectory = "/",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        });
        process.StandardInput.Close();
        var says = process.StandardError.ReadToEndAsync(CancellationToken.None);
        using var deadline = new CancellationTokenSource(LongestStart);
        try
        {
            // Not cancelled in the middle, when it is neither not begun nor begun: it takes a moment, and then there is one to stop.
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new PaasException(ErrorCode.Internal, $"the container did not start within {LongestStart.TotalSeconds} s");
        }

        if (process.ExitCode != 0)
        {
            throw new PaasException(ErrorCode.Internal, $"the container could not be started: {RuntimeErrors.Describe(await says)}");
        }

        ct.ThrowIfCancellationRequested();
    }

    /// <summary>True when this process is the supervisor of that container, and not one that got its pid later.</summary>
    public static bool IsAlive(int pid, ContainerDirectory directory) => HostProcess.HasArgument(pid, directory.Path);

    /// <summary>The supervisors of a container, also one that never came to write its state.</summary>
    public static async Task<IReadOnlyList<int>> FindAsync(ContainerDirectory directory, TimeProvider time, CancellationToken ct)
    {
        // A container has one supervisor ever, and that one wrote the state.
        if (ContainerFiles.ReadState(directory) is { } state) return IsAlive(state.SupervisorPid, directory) ? [state.SupervisorPid] : [];
        var found = Scan(directory);
        // In the middle of an execve a process has no arguments for a moment.
        await Task.Delay(LongestExecve, time, ct);
        return [.. found.Union(Scan(directory))];
    }

    private static List<int> Scan(ContainerDirectory directory) =>
    [
        .. Directory.EnumerateDirectories("/proc")
            .Select(path => int.TryParse(Path.GetFileName(path), out var pid) ? pid : 0)
            .Where(pid => pid > 0 && pid != Environment.ProcessId && IsAlive(pid, directory)),
    ];
}
