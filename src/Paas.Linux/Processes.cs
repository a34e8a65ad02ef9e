using System.Buffers.Text;
using Microsoft.Win32.SafeHandles;
using Paas.Linux.Events;
using static Paas.Linux.Native;

namespace Paas.Linux;

/// <summary>How a process ended.</summary>
/// <param name="ExitCode">0 to 255, or null when a signal killed it.</param>
/// <param name="Signal">The signal that killed it, or null.</param>
public readonly record struct ProcessExitStatus(int? ExitCode, int? Signal)
{
    /// <summary>As a shell reports it: the exit code, or 128 plus the signal.</summary>
    public int ShellCode => ExitCode ?? 128 + Signal!.Value;
}

/// <summary>Other processes: pidfds, signals, waiting, what procfs says of them.</summary>
public static unsafe class Processes
{
    // 52 numbers and a command of at most 64 bytes.
    private const int StatSize = 2048;
    private const int FirstAfterCommand = 3;

    /// <summary>Opens a process; null when there is none of that pid (or only a zombie waited for already).</summary>
    public static SafeFileHandle? Open(int pid)
    {
        var result = Kernel.Call(SYS_pidfd_open, pid);
        // Kernels before 6.9 say EINVAL of one that is about to be gone.
        return result is -Errno.ESRCH or -Errno.EINVAL ? null : Kernel.Handle(result, "pidfd_open", $"{pid}");
    }

    /// <summary>The pid of an open process, as this process's pid namespace counts.</summary>
    /// <exception cref="LinuxException">ESRCH: it has ended and been reaped, or is not to be seen from here.</exception>
    public static int PidOf(SafeFileHandle process)
    {
        const string Field = "Pid:";
        foreach (var line in File.ReadLines($"/proc/self/fdinfo/{process.DangerousGetHandle()}"))
        {
            if (line.StartsWith(Field, StringComparison.Ordinal) && int.Parse(line.AsSpan(Field.Length)) is > 0 and var pid) return pid;
        }

        throw new LinuxException("pidfd", Errno.ESRCH);
    }

    /// <summary>Sends a signal; false when the process is gone. Signal 0 only asks.</summary>
    public static bool Signal(SafeFileHandle process, int signal)
    {
        var result = Kernel.Call(SYS_pidfd_send_signal, process.DangerousGetHandle(), signal);
        if (result == -Errno.ESRCH) return false;
        Kernel.Check(result, "pidfd_send_signal");
        return true;
    }

    /// <summary>Sends a signal by pid; false when there is no such process. Prefer the pidfd: pids are reused.</summary>
    public static bool Signal(int pid, int signal)
    {
        var result = Kernel.Call(SYS_kill, pid, signal);
        if (result == -Errno.ESRCH) return false;
        Kernel.Check(result, "kill", $"{pid}");
        return true;
    }

    /// <summary>Waits for a child to end and reaps it. Null when <paramref name="wait"/> is false and it still runs.</summary>
    /// <exception cref="LinuxException">ECHILD: it is no child of this process, or was reaped already.</exception>
    public static ProcessExitStatus? Reap(SafeFileHandle child, bool wait = true)
    {
        var info = new siginfo_t();
        nint result;
        do
        {
            result = Kernel.Call(
                SYS_waitid, P_PIDFD, child.DangerousGetHandle(), (nint)(&info), WEXITED | (wait ? 0 : WNOHANG));
        }
        while (result == -Errno.EINTR);
        Kernel.Check(result, "waitid");
        if (info.si_pid == 0) return null;
        return info.si_code == CLD_EXITED ? new ProcessExitStatus(info.si_status, null) : new ProcessExitStatus(null, info.si_status);
    }

    /// <summary>Waits until a process has ended, whoever's child it is. False when the time is over first.</summary>
    /// <param name="process">The process.</param>
    /// <param name="milliseconds">Longest wait; -1 waits for ever.</param>
    public static bool WaitForEnd(SafeFileHandle process, int milliseconds)
    {
        var deadline = Environment.TickCount64 + milliseconds;
        while (true)
        {
            var left = milliseconds < 0 ? -1 : (int)Math.Max(0, deadline - Environment.TickCount64);
            var poll = new pollfd { fd = (int)process.DangerousGetHandle(), events = POLLIN };
            if (Poll.Wait(new Span<pollfd>(ref poll), left) > 0) return true;
            if (left == 0) return false;
        }
    }

    /// <summary>The signal the calling process gets when the thread that made it ends; 0 for none.</summary>
    public static void SetParentDeathSignal(int signal) =>
        Kernel.Check(Kernel.Call(SYS_prctl, PR_SET_PDEATHSIG, signal), "prctl PR_SET_PDEATHSIG");

    /// <summary>Orphans below this process become its children (PR_SET_CHILD_SUBREAPER).</summary>
    public static void BecomeSubreaper() =>
        Kernel.Check(Kernel.Call(SYS_prctl, PR_SET_CHILD_SUBREAPER, 1), "prctl PR_SET_CHILD_SUBREAPER");

    /// <summary>geteuid(2).</summary>
    public static uint EffectiveUser => (uint)Kernel.Call(SYS_geteuid);

    /// <summary>exit_group(2): ends this process at once, with all its threads and nothing flushed.</summary>
    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    public static void End(int exitCode)
    {
        while (true) Kernel.Call(SYS_exit_group, exitCode);
    }

    /// <summary>setsid(2): a session of its own, without a controlling terminal.</summary>
    public static void StartSession() => Kernel.Check(Kernel.Call(SYS_setsid), "setsid");

    /// <summary>Whether a process is the first of its pid namespace: killed, it takes all others in it with it.</summary>
    public static bool IsFirstOfNamespace(int pid) => PidInNamespace(pid) == 1;

    /// <summary>
    /// A process's pid as it is to itself: the last number of <c>NSpid</c> in <c>/proc/PID/status</c>. Null when there is no such process.
    /// </summary>
    public static int? PidInNamespace(int pid)
    {
        const string Field = "\nNSpid:";
        try
        {
            var status = Files.ReadText($"/proc/{pid}/status");
            var start = status.IndexOf(Field, StringComparison.Ordinal);
            if (start < 0) return null;
            var line = status.AsSpan(start + Field.Length);
            line = line[..line.IndexOf('\n')];
            return int.Parse(line[(line.LastIndexOf('\t') + 1)..], System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>The effective user and group of this process.</summary>
    public static (uint User, uint Group) Identity() => ((uint)Kernel.Call(SYS_geteuid), (uint)Kernel.Call(SYS_getegid));

    /// <summary>
    /// When the process started, in clock ticks since boot (field 22 of <c>/proc/PID/stat</c>): with the pid, its identity
    /// until the next boot. Null when there is no such process, or only a zombie.
    /// </summary>
    public static ulong? StartTime(int pid)
    {
        Span<byte> buffer = stackalloc byte[StatSize];
        var stat = Stat(pid, buffer);
        if (stat.IsEmpty || stat[0] is (byte)'Z' or (byte)'X') return null;
        return Utf8Parser.TryParse(Field(stat, 22), out ulong time, out _) ? time : null;
    }

    /// <summary>The session of a process (field 6 of <c>/proc/PID/stat</c>), or null when there is no such process.</summary>
    public static int? Session(int pid)
    {
        Span<byte> buffer = stackalloc byte[StatSize];
        return Utf8Parser.TryParse(Field(Stat(pid, buffer), 6), out int session, out _) ? session : null;
    }

    // From the third field on; empty when there is no such process.
    private static ReadOnlySpan<byte> Stat(int pid, Span<byte> buffer)
    {
        using var file = Files.OpenIfExists("/proc/" + pid + "/stat", O_RDONLY);
        nint count = 0;
        fixed (byte* first = buffer)
        {
            // One that ends meanwhile is gone too: ESRCH.
            if (file is not null) count = Kernel.Call(SYS_read, file.DangerousGetHandle(), (nint)first, buffer.Length);
        }

        // The second field is the command in parentheses and may itself hold spaces and parentheses.
        var end = count <= 0 ? -1 : buffer[..(int)count].LastIndexOf((byte)')');
        return end < 0 ? [] : buffer[(end + 2)..(int)count];
    }

    // Empty where there are not as many.
    private static ReadOnlySpan<byte> Field(ReadOnlySpan<byte> stat, int number)
    {
        for (; number > FirstAfterCommand; number--)
        {
            var space = stat.IndexOf((byte)' ');
            if (space < 0) return [];
            stat = stat[(space + 1)..];
        }

        return stat;
    }
}
