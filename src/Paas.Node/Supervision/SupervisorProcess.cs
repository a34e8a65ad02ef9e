using System.Diagnostics;
using Paas.Contracts.Errors;
using Paas.Node.Processes;

namespace Paas.Node.Supervision;

/// <summary>Supervisors as processes: <c>paas-runtime supervise --bundle DIR --detach</c>.</summary>
internal static class SupervisorProcess
{
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(60);

    /// <summary>Starts one that outlives this process; returns once the container's process runs.</summary>
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
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(LongestStart);
        try
        {
            var says = process.StandardError.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            if (process.ExitCode == 0) return;
            throw new PaasException(ErrorCode.Internal, $"the container could not be started: {RuntimeErrors.Describe(await says)}");
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new PaasException(ErrorCode.Internal, $"the container did not start within {LongestStart.TotalSeconds} s");
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }

    /// <summary>True when this process is the supervisor of that container, and not one that got its pid later.</summary>
    public static bool IsAlive(int pid, ContainerDirectory directory) => HostProcess.HasArgument(pid, directory.Path);

    /// <summary>The supervisors of a container, also one that never came to write its state.</summary>
    public static IReadOnlyList<int> Find(ContainerDirectory directory)
    {
        if (ContainerFiles.ReadState(directory) is { } state && IsAlive(state.SupervisorPid, directory)) return [state.SupervisorPid];
        return [.. Directory.EnumerateDirectories("/proc")
            .Select(path => int.TryParse(Path.GetFileName(path), out var pid) ? pid : 0)
            .Where(pid => pid > 0 && pid != Environment.ProcessId && IsAlive(pid, directory))];
    }
}
