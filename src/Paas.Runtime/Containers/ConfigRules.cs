using Paas.Oci.Runtime;

namespace Paas.Runtime.Containers;

/// <summary>What a bundle must have before anything is made of it, and what this runtime does not do yet, said plainly.</summary>
internal static class ConfigRules
{
    // A namespace of the kernel's takes 100,000 (fs.mount-max), and a minute to fill; nobody's container has a hundredth of these.
    private const int MostMounts = 4096;

    /// <param name="config">The bundle's.</param>
    /// <param name="needsProgram">False for one that is not to be started.</param>
    /// <exception cref="RuntimeException">The first thing that is wrong.</exception>
    public static void Check(RuntimeConfig config, bool needsProgram = true)
    {
        if (!config.OciVersion.StartsWith("1.", StringComparison.Ordinal)) throw new RuntimeException($"unsupported ociVersion {config.OciVersion}");
        if (config.Root is null) throw new RuntimeException("config.json has no root");
        if (needsProgram) Check(config.Process ?? throw new RuntimeException("config.json has no process"));
        if (config.Linux is null) throw new RuntimeException("config.json has no linux section");
        if (config.Linux.IntelRdt is not null) throw new RuntimeException("linux.intelRdt is not supported by this runtime: remove it from config.json");
        if (config.Mounts is { Count: > MostMounts } mounts) throw new RuntimeException($"config.json has {mounts.Count} mounts; no more than {MostMounts} are made");
        CheckNamespaces(config, config.Linux);
        NetworkDevices.Check(config.Linux);
        CheckHooks(config.Hooks);
    }

    /// <summary>The process alone, also of <c>exec</c>.</summary>
    public static void Check(ProcessConfig process)
    {
        if (process.Args is null or []) throw new RuntimeException("process.args names no program");
        if (!process.Cwd.StartsWith('/')) throw new RuntimeException($"cwd {process.Cwd} is not absolute");
        var seen = new HashSet<string>();
        foreach (var limit in process.Rlimits ?? [])
        {
            if (!seen.Add(limit.Type)) throw new RuntimeException($"process.rlimits has {limit.Type} twice");
        }
    }

    // What is set in a namespace needs one of the container's own: it would be the host's otherwise.
    private static void CheckNamespaces(RuntimeConfig config, LinuxConfig linux)
    {
        if (config.Hostname is { Length: > 0 } && !Has("uts")) throw new RuntimeException("unable to set hostname without a private UTS namespace");
        if (config.Domainname is { Length: > 0 } && !Has("uts")) throw new RuntimeException("unable to set domainname without a private UTS namespace");
        // In runc's words.
        if (!Has("mount") && linux is ({ MaskedPaths.Count: > 0 } or { ReadonlyPaths.Count: > 0 }))
        {
            throw new RuntimeException("unable to restrict sys entries without a private MNT namespace");
        }

        if (linux.TimeOffsets is not { Count: > 0 }) return;
        if (!Has("time")) throw new RuntimeException("time namespace offsets specified, but time namespace isn't enabled in the config");
        if (linux.Namespaces!.Any(item => item is { Type: "time", Path.Length: > 0 }))
        {
            throw new RuntimeException("time namespace enabled, but both namespace path and time offsets specified -- you may only provide one");
        }

        bool Has(string type) => linux.Namespaces?.Any(item => item.Type == type) == true;
    }

    private static void CheckHooks(HooksConfig? hooks)
    {
        Check(hooks?.Prestart, "prestart");
        Check(hooks?.CreateRuntime, "createRuntime");
        Check(hooks?.CreateContainer, "createContainer");
        Check(hooks?.StartContainer, "startContainer");
        Check(hooks?.Poststart, "poststart");
        Check(hooks?.Poststop, "poststop");
    }

    private static void Check(IReadOnlyList<HookConfig>? hooks, string kind)
    {
        foreach (var hook in hooks ?? [])
        {
            if (!hook.Path.StartsWith('/')) throw new RuntimeException($"hooks.{kind}: the path {hook.Path} is not absolute");
            if (hook.Timeout is <= 0) throw new RuntimeException($"hooks.{kind}: the timeout of {hook.Path} must be greater than zero");
        }
    }
}
