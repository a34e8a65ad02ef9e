using Microsoft.Win32.SafeHandles;
using Paas.Linux;
using Paas.Linux.Launching;
using Paas.Oci.Runtime;
using Paas.Runtime.Containers;
using static Paas.Linux.Native;

namespace Paas.Runtime.Hooks;

/// <summary>What becomes of a forked process that is to be a hook, in the runtime's namespaces or in the container's.</summary>
internal static class HookProcess
{
    /// <summary>Adds its steps: streams, signals, no other descriptors, execve.</summary>
    /// <param name="program">The program.</param>
    /// <param name="step">The hook, for messages.</param>
    /// <param name="hook">From the bundle.</param>
    /// <param name="state">Descriptor of the state document; read from its beginning.</param>
    /// <param name="output">What takes what the hook prints.</param>
    /// <param name="report">Descriptor a failure is reported through; it closes on execve.</param>
    /// <param name="environment">Its environment.</param>
    public static void Add(
        LaunchProgram program, string step, HookConfig hook, long state, HookOutput output, long report, IReadOnlyList<string> environment)
    {
        program.Add(step, null, SYS_lseek, state, 0, SEEK_SET);
        program.Add(step, null, SYS_dup3, state, 0, 0);
        program.Add(step, null, SYS_dup3, output.Output, 1, 0);
        program.Add(step, null, SYS_dup3, output.Error, 2, 0);
        // Also those that are to be kept for the container's process.
        if (report > 3) program.Add(step, null, SYS_close_range, 3, report - 1, 0);
        program.Add(step, null, SYS_close_range, report + 1, uint.MaxValue, 0);
        program.Add(step, null, SYS_fcntl, report, F_SETFD, FD_CLOEXEC);
        SignalReset.Add(program, step);
        var arguments = hook.Args is { Count: > 0 } given ? given : [hook.Path];
        program.Add(step, hook.Path, SYS_execve, program.Text(hook.Path), program.Texts(arguments), program.Texts(environment));
    }

    /// <summary>How a hook is named in messages.</summary>
    public static string Name(string kind, int number) => $"error running {kind} hook #{number}";

    /// <summary>A file in memory for a state document or for output; it closes on exec.</summary>
    public static SafeFileHandle OpenFile(ReadOnlySpan<byte> content)
    {
        var file = Files.OpenAnonymous("hook");
        RandomAccess.Write(file, content, 0);
        return file;
    }

    /// <summary>The end of what hooks printed into a file, as one line for a message.</summary>
    public static string Printed(SafeFileHandle output)
    {
        const int Most = 4096;
        var length = RandomAccess.GetLength(output);
        var buffer = new byte[Math.Min(length, Most)];
        var count = RandomAccess.Read(output, buffer, length - buffer.Length);
        return System.Text.Encoding.UTF8.GetString(buffer, 0, count).Trim();
    }
}
