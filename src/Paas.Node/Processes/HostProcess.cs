using System.ComponentModel;
using System.Diagnostics;

namespace Paas.Node.Processes;

/// <summary>Processes of the host that are not children of this one.</summary>
internal static class HostProcess
{
    /// <summary>Sends SIGKILL; nothing when there is no such process.</summary>
    public static void Kill(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            process.Kill();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or Win32Exception)
        {
            // It has ended.
        }
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
