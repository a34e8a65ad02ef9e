namespace Paas.Build;

/// <summary>How builds are done on this host.</summary>
public sealed record BuildOptions
{
    /// <summary>Directory with one directory per buildpack, each with a <c>buildpack.toml</c>, and <c>order.toml</c>.</summary>
    public required string BuildpacksDirectory { get; init; }

    /// <summary>Absolute path of <c>paas-launcher</c>, which becomes a layer of each image made by buildpacks.</summary>
    public required string LauncherPath { get; init; }

    /// <summary>Reference of the image that build containers run.</summary>
    public string BuildImage { get; init; } = "stack/build:bookworm";

    /// <summary>Reference of the image that apps are put on.</summary>
    public string RunImage { get; init; } = "stack/run:bookworm";

    /// <summary>Id of the stack, as buildpacks see it in <c>CNB_STACK_ID</c>.</summary>
    public string StackId { get; init; } = "paas.stack.bookworm";

    /// <summary>Limit of memory of a build container, in bytes.</summary>
    public long MemoryBytes { get; init; } = 2L << 30;

    /// <summary>cgroup v2 <c>cpu.weight</c> of a build container, 1 to 10000; apps have 100.</summary>
    public int CpuWeight { get; init; } = 20;

    /// <summary>Limit of processes and threads of a build container.</summary>
    public int Pids { get; init; } = 4096;

    /// <summary>How long one buildpack's detect may take.</summary>
    public TimeSpan DetectTimeLimit { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long one buildpack's build may take.</summary>
    public TimeSpan BuildTimeLimit { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Most bytes the extracted source may have.</summary>
    public long MaximumSourceBytes { get; init; } = 2L << 30;

    /// <summary>
    /// The host's additional trust and its ways out (CA bundle, proxies, registries), given to build containers only.
    /// Null takes them from this process' environment and the host's files at each build.
    /// </summary>
    public Host.HostEgress? Egress { get; init; }
}
