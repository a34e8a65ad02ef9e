using System.Runtime.InteropServices;
using Paas.Linux;

namespace Paas.Runtime.Containers;

/// <summary>
/// Why a container's program could not be executed, in runc's words: Docker, Podman and Buildah look for them, to end with 127 for a
/// program that is not there and with 126 for one that cannot be executed.
/// </summary>
internal static class ProgramFailure
{
    /// <summary>The step of a child's program that looks for the program or executes it.</summary>
    public const string Step = "exec";

    /// <summary>What an exception means; its message, when it is about something else.</summary>
    public static string Describe(Exception e) =>
        e is LinuxException { Syscall: Step, Path: { } program } failure
            ? $"unable to start container process: exec: \"{program}\": {Reason(program, failure.Errno)}"
            : e.Message;

    private static string Reason(string program, int errno)
    {
        if (!program.Contains('/') && errno is (Errno.ENOENT or Errno.ENOTDIR or Errno.EACCES)) return "executable file not found in $PATH";
        var text = Marshal.GetPInvokeErrorMessage(errno);
        text = char.ToLowerInvariant(text[0]) + text[1..];
        return errno == Errno.ENOENT ? $"stat {program}: {text}" : text;
    }
}
