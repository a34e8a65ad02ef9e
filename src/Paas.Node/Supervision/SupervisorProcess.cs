using Microsoft.Win32.SafeHandles;
using Paas.Contracts.Errors;
using Paas.Linux;
using Paas.Linux.Cgroups;
using Paas.Linux.Events;
using Paas.Linux.Spawning;
using Paas.Node.Processes;

namespace Paas.Node.Supervision;

/// <summary>
/// Supervisors as processes: <c>paas-runtime supervise --bundle DIR</c>, started without another process between, and yet in a
/// session of their own that outlives this process.
/// </summary>
internal static class SupervisorProcess
{
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestExecve = TimeSpan.FromMilliseconds(20);

    // What a supervisor says at descriptor 3 once its container's process runs; anything else is why it does not.
    private const string Ok = "ok";

    // Those started here. Dead, they stay the kernel's business until they are waited for.
    private static readonly Dictionary<int, SafeFileHandle> Children = [];

    /// <summary>Starts one that outlives this process; returns once the container's process runs. Cancelling is heard at the end.</summary>
    /// <param name="runtime">The runtime's path.</param>
    /// <param name="directory">The container's.</param>
    /// <param name="cgroup">Where the supervisor is to be, out of this process's group, so that stopping or restarting this one's service leaves it alone.</param>
    /// <param name="ct">Heard at the end.</param>
    /// <exception cref="PaasException">The container could not be made; the message is the runtime's.</exception>
    public static async Task StartAsync(string runtime, ContainerDirectory directory, string cgroup, CancellationToken ct)
    {
        Reap();
        var (answers, report) = Descriptors.Pipe();
        using var answer = new StreamReader(new DescriptorStream(answers));
        int pid;
        using (report) pid = Launch(runtime, directory, cgroup, report);
        lock (Children)
        {
            if (Linux.Processes.Open(pid) is { } child) Children[pid] = child;
        }

        using var deadline = new CancellationTokenSource(LongestStart);
        try
        {
            // Not cancelled in the middle, when it is neither not begun nor begun: it takes a moment, and then there is one to stop.
            var says = await answer.ReadToEndAsync(deadline.Token);
            if (says != Ok) throw new PaasException(ErrorCode.Internal, $"the container could not be started: {Cause(says)}");
        }
        catch (OperationCanceledException)
        {
            HostProcess.Kill(pid, directory.Path);
            throw new PaasException(ErrorCode.Internal, $"the container did not start within {LongestStart.TotalSeconds} s");
        }

        ct.ThrowIfCancellationRequested();
    }

    private static int Launch(string runtime, ContainerDirectory directory, string cgroup, SafeFileHandle report)
    {
        try
        {
            var group = ControlGroup.At(cgroup);
            group.Create(new CgroupLimits());
            // Its standard streams are nobody's, and SIGTERM is for it to wait for: so it starts with these blocked.
            return Spawn.Detached(
                runtime, [runtime, "supervise", "--bundle", directory.Path, "--report"], report, group, Native.SIGTERM, Native.SIGINT, Native.SIGHUP);
        }
        catch (IOException e)
        {
            throw new PaasException(ErrorCode.Internal, $"the container could not be started: {e.Message}");
        }
    }

    private static string Cause(string says) => says.Length > 0 ? RuntimeErrors.Describe(says) : "its supervisor died while it started";

    // Nobody waits for one all its life. It is looked for whenever another one starts, or is found dead.
    private static void Reap()
    {
        lock (Children)
        {
            foreach (var (pid, child) in Children.ToArray())
            {
                if (Linux.Processes.Reap(child, wait: false) is null) continue;
                Children.Remove(pid);
                child.Dispose();
            }
        }
    }

    /// <summary>True when this process is the supervisor of that container, and not one that got its pid later.</summary>
    public static bool IsAlive(int pid, ContainerDirectory directory)
    {
        if (HostProcess.HasArgument(pid, directory.Path)) return true;
        Reap();
        return false;
    }

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
