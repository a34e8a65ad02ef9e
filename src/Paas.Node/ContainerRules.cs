using System.Text.RegularExpressions;
using Paas.Contracts.Errors;

namespace Paas.Node;

/// <summary>What a <see cref="ContainerConfig"/> must fulfil before anything is made for it.</summary>
internal static partial class ContainerRules
{
    /// <exception cref="PaasException">InvalidRequest, with every fault at once.</exception>
    public static void Require(ContainerConfig config)
    {
        var faults = Faults(config).ToList();
        if (faults.Count > 0) throw new PaasException(ErrorCode.InvalidRequest, $"container \"{config.Id}\": {string.Join("; ", faults)}");
    }

    private static IEnumerable<string> Faults(ContainerConfig config)
    {
        if (!ContainerIds.IsValid(config.Id)) yield return "the id must be 1 to 63 of a-z, 0-9, dot, dash, underscore";
        // Both are directories of the log.
        if (!FileName().IsMatch(config.App)) yield return $"\"{config.App}\" cannot be an app";
        if (!FileName().IsMatch(config.LogSource ?? config.Name)) yield return $"\"{config.LogSource ?? config.Name}\" cannot be a log source";
        if (config.Cwd is { } cwd && !IsAbsolute(cwd)) yield return $"the working directory \"{cwd}\" must be absolute";
        foreach (var name in config.Env.Keys.Where(name => name.Length == 0 || name.AsSpan().IndexOfAny('=', '\0') >= 0)) yield return $"\"{name}\" cannot be a variable";
        foreach (var (name, _) in config.Env.Where(variable => variable.Value.Contains('\0', StringComparison.Ordinal))) yield return $"{name} holds a NUL character";
        foreach (var fault in config.Mounts.SelectMany(Faults)) yield return fault;
        foreach (var mount in config.MemoryMounts.Where(mount => !IsAbsolute(mount.Target) || mount.Target == "/")) yield return $"the mount's target \"{mount.Target}\" must be absolute, below the root";
        foreach (var fault in Faults(config.Limits)) yield return fault;
        if (config.StopGraceSeconds < 0) yield return "the grace cannot be negative";
    }

    private static IEnumerable<string> Faults(BindMount mount)
    {
        if (!IsAbsolute(mount.Target) || mount.Target == "/") yield return $"the mount's target \"{mount.Target}\" must be absolute, below the root";
        if (!IsAbsolute(mount.Source)) yield return $"the mount's source \"{mount.Source}\" must be absolute";
        else if (!Path.Exists(mount.Source)) yield return $"the mount's source \"{mount.Source}\" does not exist";
    }

    private static IEnumerable<string> Faults(ContainerLimits limits)
    {
        if (limits.MemoryBytes is < 1 << 20) yield return "memory must be 1 MiB at least";
        if (limits.CpuWeight is < 1 or > 10_000) yield return "the CPU weight must be 1 to 10000";
        if (limits.Cpus is <= 0.01 or > 1024 or double.NaN) yield return "CPUs must be more than 0.01";
        if (limits.Pids is < 1) yield return "processes must be 1 at least";
    }

    private static bool IsAbsolute(string path) =>
        path.StartsWith('/') && !path.Contains('\0', StringComparison.Ordinal) && !path.Split('/').Contains("..");

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}\z")]
    private static partial Regex FileName();
}
