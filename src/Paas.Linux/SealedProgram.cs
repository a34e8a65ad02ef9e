using System.Collections;
using System.Runtime.InteropServices;
using static Paas.Linux.Native;

namespace Paas.Linux;

/// <summary>
/// Executes the running program anew through a read-only mount of its own file. A container's root that is root of the host, and
/// gets hold of <c>/proc/PID/exe</c> of a process that is just becoming the container's, cannot write to the host's program then
/// (CVE-2019-5736).
/// </summary>
public static unsafe class SealedProgram
{
    private const string Mark = "_PAAS_SEALED";

    /// <summary>Returns when this process is sealed already, or cannot be; otherwise never.</summary>
    /// <param name="arguments">The program's arguments, without its name.</param>
    public static void Ensure(IReadOnlyList<string> arguments)
    {
        if (Environment.GetEnvironmentVariable(Mark) is not null)
        {
            Environment.SetEnvironmentVariable(Mark, null);
            return;
        }

        try
        {
            using var program = Mounts.OpenTreeClone("/proc/self/exe", recursive: false);
            Mounts.SetAttributes(program, MOUNT_ATTR_RDONLY);
            var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(entry => $"{entry.Key}={entry.Value}");
            Execute(program, [Environment.GetCommandLineArgs()[0], .. arguments], [.. environment, Mark + "=1"]);
        }
        catch (LinuxException e) when (e.Errno is Errno.EPERM or Errno.EINVAL or Errno.ENOSYS)
        {
            // Not root, or a filesystem that is not to be cloned: as before.
        }
    }

    private static void Execute(SafeHandle program, string[] arguments, string[] environment)
    {
        using var memory = new Launching.LaunchProgram();
        Kernel.Check(
            Kernel.Call(SYS_execveat, program.DangerousGetHandle(), memory.Text(""), memory.Texts(arguments), memory.Texts(environment), AT_EMPTY_PATH),
            "execveat");
    }
}
