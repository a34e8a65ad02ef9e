using Paas.Linux;

namespace Paas.Node.Processes;

/// <summary>Processes of the host that are not children of this one.</summary>
internal static class HostProcess
{
    /// <summary>Sends SIGKILL; nothing when there is no such process.</summary>
    public static void Kill(int pid) => Linux.Processes.Signal(pid, Native.SIGKILL);

    /// <summary>Sends SIGKILL if the process still has this argument, and to no other that gets its pid meanwhile.</summary>
    public static void Kill(int pid, string argument)
    {
        using var process = Linux.Processes.Open(pid);
        if (process is not null && HasArgument(pid, argument)) Linux.Processes.Signal(process, Native.SIGKILL);
    }

    /// <summary>True when the process runs and this is one of its arguments: a pid alone may be another's by now.</summary>
    public static bool HasArgument(int pid, string argument)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Split('\0').Contains(argument);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
