using Paas.Build.Dockerfiles.Running;

namespace Paas.Build.Dockerfiles.Building;

/// <summary>One build of a Dockerfile.</summary>
public sealed record DockerfileBuildConfig
{
    /// <summary>The app it is for; names its containers and its cache mounts.</summary>
    public required string App { get; init; }

    /// <summary>Number of the build within the app.</summary>
    public required int Number { get; init; }

    /// <summary>Absolute path of the context, a directory that only this build uses: what <c>.dockerignore</c> names is removed from it.</summary>
    public required string ContextDirectory { get; init; }

    /// <summary>Absolute; for what lasts only as long as the build. Made and removed by whoever gives it.</summary>
    public required string WorkDirectory { get; init; }

    /// <summary>Absolute; steps and cache mounts that later builds use again.</summary>
    public required string CacheDirectory { get; init; }

    /// <summary>Relative to the context.</summary>
    public string Dockerfile { get; init; } = "Dockerfile";

    /// <summary>Values for <c>ARG</c>.</summary>
    public IReadOnlyDictionary<string, string> BuildArgs { get; init; } = new Dictionary<string, string>();

    /// <summary>Content by id, for <c>RUN --mount=type=secret</c>.</summary>
    public IReadOnlyDictionary<string, byte[]> Secrets { get; init; } = new Dictionary<string, byte[]>();

    /// <summary>The agent with SSH keys behind an id, for <c>RUN --mount=type=ssh</c>.</summary>
    public IReadOnlyDictionary<string, ConnectAgent> Agents { get; init; } = new Dictionary<string, ConnectAgent>();

    /// <summary>True lets <c>RUN --network=host</c> into the host's network, with all of the host's own services.</summary>
    public bool AllowsHostNetwork { get; init; }

    /// <summary>Added to the image's labels, and stronger than the file's.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Stage to build; null builds the last one.</summary>
    public string? Target { get; init; }

    /// <summary><c>os/architecture[/variant]</c>; null is this machine's.</summary>
    public string? Platform { get; init; }

    /// <summary>True does every step anew.</summary>
    public bool NoCache { get; init; }

    /// <summary>True asks the registries for newer base images.</summary>
    public bool Pull { get; init; }
}

/// <summary>What a Dockerfile's build made.</summary>
/// <param name="Image">In the content store.</param>
/// <param name="CachedSteps">Steps that were not done again.</param>
/// <param name="DoneSteps">Steps that were.</param>
public sealed record DockerfileOutcome(Images.Image Image, int CachedSteps, int DoneSteps);
