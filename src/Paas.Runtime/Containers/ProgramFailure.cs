using System.Runtime.InteropServices;
using Paas.Linux;

namespace Paas.Runtime.Containers;

/// <summary>
/// Why a container's program could not be executed, in runc's words: Docker, Podman and Buildah look for them, to end with 127 for a
/// program that is not there and with 126 for one that cannot be executed.
/// </summary>
internal static class ProgramFailure
{
    /// <summary>The step of a child's program that looks for the program.</summary>
    public const string Search = "exec";

    /// <summary>The step that executes it: it is there, but something it needs may not be.</summary>
    public const string Execution = "execve";

    /// <summary>Exit code of a process that is there but for its program.</summary>
    public const int ExitCode = 255;

    /// <summary>That a program which is there could not be executed.</summary>
    public static string OfExecution(string program, int errno) => $"exec {program}: {Text(errno)}";

    /// <summary>What an exception means; its message, when it is about something else.</summary>
    public static string Describe(Exception e) =>
        e is LinuxException { Syscall: Search or Execution, Path: { } program } failure
            ? "unable to start container process: " + (failure.Syscall == Execution
                ? OfExecution(program, failure.Errno)
                : $"exec: \"{program}\": {Reason(program, failure.Errno)}")
            : e.Message;

    private static string Reason(string program, int errno)
    {
        if (!program.Contains('/') && errno is (Errno.ENOENT or Errno.ENOTDIR or Errno.EACCES)) return "executable file not found in $PATH";
        return errno == Errno.ENOENT ? $"stat {program}: {Text(errno)}" : Text(errno);
    }

    private static string Text(int errno)
    {
        var text = Marshal.GetPInvokeErrorMessage(errno);
        return char.ToLowerInvariant(text[0]) + text[1..];
    }
}
