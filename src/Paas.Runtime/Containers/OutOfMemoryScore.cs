using Paas.Linux;

namespace Paas.Runtime.Containers;

/// <summary>How soon the kernel picks a process when memory runs out.</summary>
internal static class OutOfMemoryScore
{
    /// <summary>Sets it; the parent does, having more rights. Lowering it takes CAP_SYS_RESOURCE: without, it stays as inherited.</summary>
    public static void Set(int pid, int? score)
    {
        if (score is not { } wanted) return;
        try
        {
            Files.WriteKernelFile($"/proc/{pid}/oom_score_adj", $"{wanted}");
        }
        catch (LinuxException e) when (e.Errno is Errno.EACCES or Errno.EPERM)
        {
            // As rootless runtimes do: the container runs, only less protected than asked for.
        }
    }
}
