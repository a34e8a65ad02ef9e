using Paas.Linux;
using Paas.Linux.Launching;
using static Paas.Linux.Native;

namespace Paas.Runtime.Containers;

/// <summary>
/// A session keyring in place of the one of whoever runs the runtime (keyrings(7)), named after the container. Each process that enters it
/// gets one: those that could find the first one's by its name, other containers of the same user could too.
/// </summary>
internal static class KeyringSteps
{
    public static string NameOf(string container) => $"_ses.{container}";

    /// <summary>Keys are a service of the kernel that may be missing, filtered or used up; the process does without.</summary>
    public static void Join(LaunchProgram program, string name) =>
        program.Add("join session keyring", name, SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, program.Text(name)).Tolerate(Errno.ENOSYS, Errno.EPERM, Errno.EDQUOT);
}
