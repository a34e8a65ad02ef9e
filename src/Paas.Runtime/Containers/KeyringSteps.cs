using Paas.Linux;
using Paas.Linux.Launching;
using static Paas.Linux.Native;

namespace Paas.Runtime.Containers;

/// <summary>
/// A container's session keyring, in place of the one of whoever runs the runtime (keyrings(7)). Keys are a service of the kernel that may
/// be missing, filtered or used up; the process does without.
/// </summary>
internal static class KeyringSteps
{
    // All for who has it, and its user may look at it, read it and find it: a further process of the container joins it by name.
    private const int Permissions = 0x3F0B0000;

    public static string NameOf(string container) => $"_ses.{container}";

    /// <summary>For the first process.</summary>
    public static void Make(LaunchProgram program, string name)
    {
        var keyring = Join(program, name);
        program.Add("set permissions of session keyring", name, SYS_keyctl, KEYCTL_SETPERM, keyring, Permissions)
            .Tolerate(Errno.ENOSYS, Errno.EPERM, Errno.ENOKEY, Errno.EINVAL);
    }

    /// <summary>For further ones.</summary>
    public static Register Join(LaunchProgram program, string name)
    {
        var keyring = program.NewRegister();
        program.Add("join session keyring", name, SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, program.Text(name)).Into(keyring).Tolerate(Errno.ENOSYS, Errno.EPERM, Errno.EDQUOT);
        return keyring;
    }
}
