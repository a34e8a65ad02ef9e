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
        CheckHooks(config.Hooks);
    }

    /// <summary>The process alone, also of <c>exec</c>.</summary>
    public static void Check(ProcessConfig process)
    {
        if (process.Args is null or []) throw new RuntimeException("process.args names no program");
        if (!process.Cwd.StartsWith('/')) throw new RuntimeException($"cwd {process.Cwd} is not absolute");
        if (process.Terminal) throw new RuntimeException("process.terminal is not supported yet: set it to false");
        if (process.ApparmorProfile is { Length: > 0 }) throw new RuntimeException("apparmorProfile is not supported yet");
        if (process.SelinuxLabel is { Length: > 0 }) throw new RuntimeException("selinuxLabel is not supported yet");
    }

    private static void CheckHooks(HooksConfig? hooks)
    {
        if (hooks is null) return;
        var any = (IEnumerable<HookConfig>)
        [
            .. hooks.Prestart ?? [], .. hooks.CreateRuntime ?? [], .. hooks.CreateContainer ?? [], .. hooks.StartContainer ?? [],
            .. hooks.Poststart ?? [], .. hooks.Poststop ?? [],
        ];
        if (any.Any()) throw new RuntimeException("hooks are not supported yet");
    }
}
