using System.Collections;
using Paas.Linux;
using Paas.Linux.Launching;
using Paas.Oci.Runtime;
using Paas.Runtime.CommandLine;
using Paas.Runtime.State;
using Paas.Runtime.Verbs;
using static Paas.Linux.Native;

namespace Paas.Runtime.Rootless;

/// <summary>
/// A caller who may mount nothing and enter no namespace. The verb is then run anew by a child in a user namespace around the
/// container's, in which it has all capabilities. Ids are the same there as outside: config.json means there what it says, and what
/// the child does to the host's files, it does as the caller.
/// </summary>
internal static class UnprivilegedCaller
{
    /// <summary>Whether this process is one's.</summary>
    private static bool IsThis => (Capabilities.Permitted() & Capabilities.Parse(["CAP_SYS_ADMIN"])) == 0;

    /// <summary>Runs a verb that makes a container; null where this process can do that itself.</summary>
    /// <returns>The verb's exit code.</returns>
    /// <exception cref="RuntimeException">The bundle wants what takes root.</exception>
    /// <exception cref="LinuxException">The kernel, or its administrator, lets nobody but root have user namespaces.</exception>
    public static int? Create(GlobalOptions global, RuntimeConfig config)
    {
        if (!IsThis) return null;
        if (config.Linux is not { } linux || linux.Namespaces?.Any(item => item.Type == "user") != true)
        {
            throw new RuntimeException("rootless container requires user namespaces: add one to linux.namespaces, or let \"spec --rootless\" write the bundle's config.json");
        }

        if (config.Process?.User?.AdditionalGids is { Count: > 0 } && !CallerIds.AreMany(linux.GidMappings))
        {
            throw new RuntimeException("cannot set any additional groups in a rootless container");
        }

        return Run(global, _ => { }, CLONE_NEWUSER | CLONE_NEWNS, pid => CallerIds.Map(pid, linux));
    }

    /// <summary>Runs a verb that enters a container; null where this process can do that itself.</summary>
    /// <returns>The verb's exit code.</returns>
    public static int? Enter(GlobalOptions global, ContainerRecord container)
    {
        if (!IsThis) return null;
        using var inner = Namespaces.Open(container.Pid, NamespaceKind.User);
        using var around = Namespaces.OpenParent(inner);
        var handle = around.DangerousGetHandle();
        return Run(global, program => program.Add("join namespace user", null, SYS_setns, handle, CLONE_NEWUSER), 0, _ => { });
    }

    private static int Run(GlobalOptions global, Action<LaunchProgram> enter, ulong flags, Action<int> prepare)
    {
        var (program, status) = (new LaunchProgram(), new Pipe());
        using var go = new Pipe();
        program.Add("close", null, SYS_close, go.WriteEnd);
        program.Add("prctl PR_SET_PDEATHSIG", null, SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        program.Add("wait for the runtime", null, SYS_read, go.ReadEnd, program.Memory(16), 1).NeedsData();
        enter(program);
        KeepCapabilities(program);
        program.Add("unblock signals", null, SYS_rt_sigprocmask, SIG_SETMASK, program.Memory(64), 0, 8);
        const string Self = "/proc/self/exe";
        var environment = SocketActivation.PassOn(Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(entry => $"{entry.Key}={entry.Value}"));
        program.Add(
            "execute", Self, SYS_execve, program.Text(Self),
            program.Texts([Environment.GetCommandLineArgs()[0], .. global.CommandLine]), program.Texts([.. environment]));
        using var child = Launcher.Launch(program, status, flags);
        try
        {
            prepare(child.Pid);
            SignalForwarding.Start(child.Handle);
            go.WriteByte();
            child.WaitForExec();
        }
        catch
        {
            child.Abandon();
            throw;
        }

        return Processes.Reap(child.Handle)!.Value.ShellCode;
    }

    // Whoever is not root in its namespace keeps nothing across execve but ambient ones.
    private static unsafe void KeepCapabilities(LaunchProgram program)
    {
        var header = program.Structure(new __user_cap_header_struct { version = _LINUX_CAPABILITY_VERSION_3 });
        var data = (__user_cap_data_struct*)program.Memory(2 * sizeof(__user_cap_data_struct));
        const ulong Known = (2UL << Capabilities.Last) - 1;
        for (var i = 0; i < 2; i++)
        {
            var half = (uint)(Known >> (32 * i));
            data[i] = new __user_cap_data_struct { effective = half, permitted = half, inheritable = half };
        }

        program.Add("set capabilities", null, SYS_capset, header, (nint)data);
        for (var capability = 0; capability <= Capabilities.Last; capability++)
        {
            program.Add("raise ambient capability", $"{capability}", SYS_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0).Tolerate(Errno.EINVAL, Errno.EPERM);
        }
    }
}
