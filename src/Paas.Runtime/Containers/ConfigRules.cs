using Paas.Oci.Runtime;

namespace Paas.Runtime.Containers;

/// <summary>What a bundle must have before anything is made of it, and what this runtime does not do yet, said plainly.</summary>
internal static class ConfigRules
{
    /// <exception cref="RuntimeException">The first thing that is wrong.</exception>
    public static void Check(RuntimeConfig config)
    {
        if (!config.OciVersion.StartsWith("1.", StringComparison.Ordinal)) throw new RuntimeException($"unsupported ociVersion {config.OciVersion}");
        if (config.Root is null) throw new RuntimeException("config.json has no root");
        Check(config.Process ?? throw new RuntimeException("config.json has no process"));
        if (config.Linux is null) throw new RuntimeException("config.json has no linux section");
        if (config.Linux.IntelRdt is not null) throw new RuntimeException("linux.intelRdt is not supported by this runtime: remove it from config.json");
        CheckHooks(config.Hooks);
    }

    /// <summary>The process alone, also of <c>exec</c>.</summary>
    public static void Check(ProcessConfig process)
    {
        if (process.Args is null or []) throw new RuntimeException("process.args names no program");
        if (!process.Cwd.StartsWith('/')) throw new RuntimeException($"cwd {process.Cwd} is not absolute");
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
