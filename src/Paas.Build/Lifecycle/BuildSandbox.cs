using Paas.Build.Buildpacks;
using Paas.Build.Host;
using Paas.Build.Timing;
using Paas.Contracts.Supervision;
using Paas.Images;
using Paas.Launch.Environments;
using Paas.Launch.Processes;
using Paas.Node;
using Paas.Oci;

namespace Paas.Build.Lifecycle;

/// <summary>How one executable of a buildpack is run.</summary>
/// <param name="Executable"><c>detect</c> or <c>build</c>.</param>
/// <param name="Arguments">The spec's positional arguments.</param>
/// <param name="Env">Added to the build image's environment.</param>
/// <param name="Mounts">Beside the buildpack itself.</param>
/// <param name="TimeLimit">After which everything of it is killed.</param>
/// <param name="Offline">True without a network.</param>
internal sealed record SandboxCommand(
    string Executable,
    IReadOnlyList<string> Arguments,
    IReadOnlyDictionary<string, string> Env,
    IReadOnlyList<BindMount> Mounts,
    TimeSpan TimeLimit,
    bool Offline);

/// <summary>Runs buildpacks, each executable in a container of its own: the only place where code that is not ours runs.</summary>
internal sealed class BuildSandbox(BuildOptions options, ContainerHost host, Image image, HostEgress egress, BuildConfig config)
{
    private const string DistributionName = "debian";
    private const string DistributionVersion = "12";
    private const string BundleTarget = "/etc/ssl/certs/ca-certificates.crt";

    private static readonly string[] BundleVariables =
    [
        "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "GIT_SSL_CAINFO", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "PIP_CERT",
    ];

    /// <summary>When buildpacks ran.</summary>
    public BusyTime Busy { get; } = new();

    /// <summary>Runs it to its end.</summary>
    /// <returns>Its exit status; 128 + n after signal n.</returns>
    /// <exception cref="BuildException">It took longer than its limit.</exception>
    public async Task<int> RunAsync(Buildpack buildpack, SandboxCommand command, LineStream output, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(command.TimeLimit);
        try
        {
            var outcome = await host.RunAsync(Container(buildpack, command), new RunStreams(null, output, output), limit.Token);
            var now = DateTimeOffset.UtcNow;
            Busy.Add(now - outcome.Ran, now);
            return outcome.Status;
        }
        catch (OperationCanceledException exception) when (!ct.IsCancellationRequested)
        {
            throw new BuildException(
                $"{buildpack.Id} took longer than the limit of {command.TimeLimit.TotalMinutes:0.#} minutes and was stopped",
                "Look at the last lines above: a build that waits for input or runs a server never ends.",
                exception);
        }
        finally
        {
            output.Complete();
        }
    }

    /// <summary>The environment that the build image gives, by name.</summary>
    public Dictionary<string, string> ImageEnvironment() => EnvironmentOf(image);

    /// <summary>Whether the build image is what a buildpack is for.</summary>
    public bool Includes(BuildpackTarget target) => target.Includes("linux", image.Config.Architecture, DistributionName, DistributionVersion);

    /// <summary>What the build image is, for people.</summary>
    public string Target => new BuildpackTarget("linux", image.Config.Architecture, [(DistributionName, DistributionVersion)]).ToString();

    /// <summary>An image's environment, by name.</summary>
    public static Dictionary<string, string> EnvironmentOf(Image image) => (image.Config.Config?.Env ?? [])
        .Select(pair => pair.Split('=', 2)).Where(pair => pair.Length == 2)
        .DistinctBy(pair => pair[0]).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);

    private ContainerConfig Container(Buildpack buildpack, SandboxCommand command)
    {
        var home = BuildDirectories.BuildpackTarget(buildpack.EscapedId);
        return new ContainerConfig
        {
            Id = $"build-{Guid.NewGuid():N}",
            App = config.App,
            Name = $"build.{config.Number}",
            Image = image.Digest,
            Args = [$"{home}/bin/{command.Executable}", .. command.Arguments],
            Env = Environment(buildpack, home, command),
            Cwd = BuildDirectories.AppTarget,
            User = $"{BuildDirectories.Owner}:{BuildDirectories.Owner}",
            Limits = new ContainerLimits(MemoryBytes: options.MemoryBytes, CpuWeight: options.CpuWeight, Pids: options.Pids),
            Mounts =
            [
                .. command.Mounts,
                new BindMount(buildpack.Directory, home, ReadOnly: true, IdMapped: false),
                .. egress.CaBundle is { } bundle ? [new BindMount(bundle, BundleTarget, ReadOnly: true, IdMapped: false)] : Array.Empty<BindMount>(),
            ],
            Restart = new RestartPolicy(RestartMode.Never),
            Group = ContainerGroup.Builds,
            Offline = command.Offline,
        };
    }

    private Dictionary<string, string> Environment(Buildpack buildpack, string home, SandboxCommand command)
    {
        var env = new Dictionary<string, string>(command.Env, StringComparer.Ordinal)
        {
            ["HOME"] = BuildDirectories.HomeTarget,
            ["CNB_BUILDPACK_DIR"] = home,
            ["CNB_PLATFORM_DIR"] = BuildDirectories.PlatformTarget,
            ["CNB_STACK_ID"] = options.StackId,
            ["CNB_TARGET_OS"] = "linux",
            ["CNB_TARGET_ARCH"] = image.Config.Architecture,
            ["CNB_TARGET_DISTRO_NAME"] = DistributionName,
            ["CNB_TARGET_DISTRO_VERSION"] = DistributionVersion,
            ["CNB_EXEC_ENV"] = ExecutionEnvironment.Name,
        };
        foreach (var (name, value) in egress.Env) env[name] = value;
        if (egress.CaBundle is not null)
        {
            foreach (var name in BundleVariables) env[name] = BundleTarget;
        }

        if (!buildpack.ClearEnv) AddUserEnvironment(env);
        return env;
    }

    // The user's values are in front of paths, and stronger than anything else but the names the spec reserves.
    private void AddUserEnvironment(Dictionary<string, string> env)
    {
        foreach (var (name, value) in config.Env)
        {
            if (name is "HOME" || name.StartsWith("CNB_", StringComparison.Ordinal)) continue;
            env[name] = LayerEnvironment.IsLayerPath(name) && env.TryGetValue(name, out var former) && former.Length > 0
                ? $"{value}:{former}"
                : value;
        }
    }
}
