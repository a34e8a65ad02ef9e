using Microsoft.Win32.SafeHandles;
using static Paas.Linux.Native;

namespace Paas.Linux.Spawning;

public static unsafe partial class Spawn
{
    /// <summary>
    /// Replaces this program by another with an environment of its own, and with the signals that the runtime ignores back to what a
    /// new program expects; returns only by throwing.
    /// </summary>
    /// <param name="path">The program.</param>
    /// <param name="arguments">Its arguments, the first being its name.</param>
    /// <param name="environment"><c>NAME=VALUE</c> each.</param>
    /// <exception cref="LinuxException">execve failed.</exception>
    public static void Execute(string path, IReadOnlyList<string> arguments, IReadOnlyList<string> environment)
    {
        using var argv = new StringVector(arguments);
        using var envp = new StringVector(environment);
        // An ignored signal stays ignored across execve, and .NET ignores SIGPIPE. A zeroed kernel sigaction is SIG_DFL.
        var byDefault = stackalloc ulong[4] { 0, 0, 0, 0 };
        Kernel.Check(Kernel.Call(SYS_rt_sigaction, SIGPIPE, (nint)byDefault, 0, sizeof(ulong)), "sigaction");
        fixed (byte* program = Kernel.Utf8(path))
        {
            Kernel.Check(Kernel.Call(SYS_execve, (nint)program, (nint)argv.Pointer, (nint)envp.Pointer), "execve", path);
        }
    }

    /// <summary>Starts a program that shares this one's standard streams and gets one more descriptor, as 3.</summary>
    /// <param name="path">The program.</param>
    /// <param name="arguments">Its arguments, the first being its name.</param>
    /// <param name="environment"><c>NAME=VALUE</c> each.</param>
    /// <param name="inherited">Becomes its descriptor 3.</param>
    /// <returns>Its pid; a child of the caller, who waits for it.</returns>
    /// <exception cref="LinuxException">It could not be started.</exception>
    public static int Attached(string path, IReadOnlyList<string> arguments, IReadOnlyList<string> environment, SafeFileHandle inherited)
    {
        var attributes = stackalloc byte[OpaqueBytes];
        var actions = stackalloc byte[OpaqueBytes];
        var defaults = stackalloc ulong[16];
        defaults[0] = ~0UL;
        Check(posix_spawnattr_init(attributes), "posix_spawnattr_init");
        Check(posix_spawn_file_actions_init(actions), "posix_spawn_file_actions_init");
        try
        {
            Check(posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGDEF), "posix_spawnattr_setflags");
            Check(posix_spawnattr_setsigdefault(attributes, defaults), "posix_spawnattr_setsigdefault");
            Check(posix_spawn_file_actions_adddup2(actions, (int)inherited.DangerousGetHandle(), 3), "posix_spawn_file_actions_adddup2");
            Check(posix_spawn_file_actions_addclosefrom_np(actions, 4), "posix_spawn_file_actions_addclosefrom_np");
            using var argv = new StringVector(arguments);
            using var envp = new StringVector(environment);
            int pid;
            Check(posix_spawn(&pid, path, actions, attributes, argv.Pointer, envp.Pointer), "posix_spawn", path);
            return pid;
        }
        finally
        {
            _ = posix_spawn_file_actions_destroy(actions);
            _ = posix_spawnattr_destroy(attributes);
        }
    }
}
