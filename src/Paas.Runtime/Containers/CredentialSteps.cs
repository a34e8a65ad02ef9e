using Paas.Linux;
using Paas.Linux.Launching;
using Paas.Oci.Runtime;
using Paas.Runtime.CommandLine;
using static Paas.Linux.Native;

namespace Paas.Runtime.Containers;

/// <summary>Who the process is and what it may do: capabilities, ids, no_new_privs, seccomp, in the one order that works.</summary>
/// <param name="program">The child's.</param>
/// <param name="status">Where it reports.</param>
/// <param name="go">Where it is told to go on.</param>
/// <param name="annotations">The container's.</param>
internal sealed class CredentialSteps(LaunchProgram program, Pipe status, Pipe go, IReadOnlyDictionary<string, string>? annotations)
{
    // crun's, which Podman sets for "--group-add keep-groups": files that only a group of the caller's may read are read.
    private readonly bool _keepsGroups = annotations?.GetValueOrDefault("run.oci.keep_original_groups") == "1";
    private bool _filtered;

    /// <summary>Whether the filter is in force for what is added next.</summary>
    public bool IsFiltered => _filtered;

    /// <summary>Becomes root of a user namespace that has just been entered, so that what is made next belongs to it.</summary>
    public void BecomeNamespaceRoot()
    {
        // Refused where whoever made the namespace had no right to set its groups.
        if (!_keepsGroups) program.Add("setgroups", null, SYS_setgroups, 0, 0).Tolerate(Errno.EPERM);
        program.Add("setgid in the user namespace", null, SYS_setresgid, 0, 0, 0);
        program.Add("setuid in the user namespace", null, SYS_setresuid, 0, 0, 0);
    }

    /// <summary>Takes on the process's identity. Needs every capability it starts from; ends with those configured.</summary>
    /// <param name="process">From the bundle.</param>
    /// <param name="available">What may be had: a set outside of it cannot be raised and is left out.</param>
    /// <param name="filter">Seccomp filter, or null.</param>
    public void Add(ProcessConfig process, ulong available, SeccompFilter? filter)
    {
        var user = process.User ?? new UserConfig();
        // Without no_new_privs only CAP_SYS_ADMIN may install a filter, so before that is given up.
        if (!process.NoNewPrivileges) InstallFilter(filter);
        program.Add("umask", null, SYS_umask, user.Umask ?? 0x12 /* 022 */);
        program.Add("keep capabilities", null, SYS_prctl, PR_SET_KEEPCAPS, 1, 0, 0, 0);
        DropBounding(Capabilities.Parse(process.Capabilities?.Bounding));
        SetIds(user);
        SetCapabilities(process.Capabilities, available);
        if (!process.NoNewPrivileges) return;
        program.Add("no_new_privs", null, SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        // Who makes a container is there to hand its filter's descriptor to the agent; who starts it later need not be the same.
        if (filter?.Agent is not null) InstallFilter(filter);
    }

    /// <summary>Installs the filter unless it is there already; as late as may be, since what follows is filtered.</summary>
    public void InstallFilter(SeccompFilter? filter)
    {
        if (filter is null || _filtered) return;
        _filtered = true;
        var code = program.Memory(filter.Code.Length * 8);
        unsafe
        {
            filter.Code.CopyTo(new Span<sock_filter>((void*)code, filter.Code.Length));
        }

        var header = program.Structure(new sock_fprog { len = (ushort)filter.Code.Length, filter = code });
        var install = program.Add("seccomp", null, SYS_seccomp, SECCOMP_SET_MODE_FILTER, filter.Flags, header);
        if (filter.Agent is null) return;
        var listener = program.NewRegister();
        install.Into(listener);
        Launcher.AddDescriptorReport(program, status, listener);
        program.Add("wait for the seccomp agent", null, SYS_read, go.ReadEnd, program.Memory(16), 1).NeedsData();
        program.Add("close", null, SYS_close, listener);
    }

    private void DropBounding(ulong keep)
    {
        for (var capability = 0; capability <= Capabilities.Last; capability++)
        {
            if ((keep & (1UL << capability)) != 0) continue;
            // Unknown to an older kernel, or not to be had in the first place.
            program.Add("drop bounding capability", $"{capability}", SYS_prctl, PR_CAPBSET_DROP, capability, 0, 0, 0).Tolerate(Errno.EINVAL);
        }
    }

    private unsafe void SetGroups(IReadOnlyList<uint> groups)
    {
        var array = (uint*)program.Memory(Math.Max(1, groups.Count) * sizeof(uint));
        for (var i = 0; i < groups.Count; i++) array[i] = groups[i];
        var set = program.Add("setgroups", null, SYS_setgroups, groups.Count, (nint)array);
        // Where an ordinary user's namespace has no right to, the groups are those of that user, who has them anyway.
        if (groups.Count == 0) set.Tolerate(Errno.EPERM);
    }

    private void SetIds(UserConfig user)
    {
        if (!_keepsGroups) SetGroups(user.AdditionalGids ?? []);
        program.Add("setgid", $"{user.Gid}", SYS_setresgid, user.Gid, user.Gid, user.Gid);
        program.Add("setuid", $"{user.Uid}", SYS_setresuid, user.Uid, user.Uid, user.Uid);
    }

    private unsafe void SetCapabilities(CapabilitySets? sets, ulong available)
    {
        var permitted = Capabilities.Parse(sets?.Permitted) & available;
        var effective = Capabilities.Parse(sets?.Effective) & permitted;
        var inheritable = Capabilities.Parse(sets?.Inheritable) & available;
        var ambient = Capabilities.Parse(sets?.Ambient) & permitted & inheritable;
        foreach (var name in sets?.Ambient ?? [])
        {
            // In runc's words. The kernel raises none that is not permitted and inheritable (capabilities(7)).
            if ((Capabilities.Parse([name]) & ~ambient) != 0) Log.Warning($"can't raise ambient capability {name}: operation not permitted");
        }

        var header = program.Structure(new __user_cap_header_struct { version = _LINUX_CAPABILITY_VERSION_3 });
        var data = (__user_cap_data_struct*)program.Memory(2 * sizeof(__user_cap_data_struct));
        for (var i = 0; i < 2; i++)
        {
            data[i].effective = (uint)(effective >> (32 * i));
            data[i].permitted = (uint)(permitted >> (32 * i));
            data[i].inheritable = (uint)(inheritable >> (32 * i));
        }

        program.Add("set capabilities", null, SYS_capset, header, (nint)data);
        program.Add("clear ambient capabilities", null, SYS_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0).Tolerate(Errno.EINVAL);
        for (var capability = 0; capability <= Capabilities.Last; capability++)
        {
            if ((ambient & (1UL << capability)) == 0) continue;
            program.Add("raise ambient capability", $"{capability}", SYS_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0);
        }
    }
}
