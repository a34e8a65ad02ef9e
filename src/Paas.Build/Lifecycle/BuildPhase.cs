using Paas.Build.Buildpacks;
using Paas.Images;
using Paas.Launch.Environments;
using Paas.Launch.Processes;
using Paas.Node;

namespace Paas.Build.Lifecycle;

/// <summary>Runs the <c>bin/build</c> of each buildpack in order (buildpack spec, "Phase #3: Build").</summary>
internal sealed class BuildPhase(
    BuildSandbox sandbox, BuildDirectories directories, string layersDirectory, BuildOptions options, PushOutput output)
{
    private const int KilledStatus = 137;

    public async Task<BuiltApp> RunAsync(IReadOnlyList<ResolvedMember> members, CancellationToken ct)
    {
        var pending = new PendingPlan(members);
        var env = sandbox.ImageEnvironment();
        var layers = new List<BuiltLayer>();
        var launch = new List<(Buildpack, LaunchMetadata)>();
        var stores = new Dictionary<string, string>(StringComparer.Ordinal);
        var places = members.Select(member => member.Buildpack.Place).OfType<string>().Distinct().ToList();
        foreach (var member in members)
        {
            await BuildAsync(member, pending, env, places, ct);
            var left = new LayersDirectory(member.Buildpack, Path.Combine(layersDirectory, member.Buildpack.EscapedId));
            var made = left.ReadLayers();
            layers.AddRange(made);
            launch.Add((member.Buildpack, left.ReadLaunch()));
            pending.Met(member, [.. left.ReadUnmet()]);
            if (left.ReadStore() is { } store) stores[member.Buildpack.Id] = store;
            LayerEnvironment.Apply(
                env,
                EnvironmentPhase.Build,
                made.Where(layer => layer is { Metadata.Types.Build: true, Directory: not null })
                    .Select(layer => left.ReadBuildEnvironment(layer.Name)));
        }

        return new BuiltApp(layers, launch, stores);
    }

    private async Task BuildAsync(ResolvedMember member, PendingPlan pending, Dictionary<string, string> env, IReadOnlyList<string> places, CancellationToken ct)
    {
        var buildpack = member.Buildpack;
        var plan = directories.MakePlanDirectory("build", buildpack.EscapedId);
        await File.WriteAllTextAsync(Path.Combine(plan, BuildDirectories.PlanFile), PendingPlan.Write(pending.For(member)), ct);
        var planFile = $"{BuildDirectories.PlanTarget}/{BuildDirectories.PlanFile}";
        var layers = $"{BuildDirectories.LayersTarget}/{buildpack.EscapedId}";
        using var lines = new LineStream(output.FromBuildpack);
        var status = await sandbox.RunAsync(
            buildpack,
            new SandboxCommand(
                "build",
                [layers, BuildDirectories.PlatformTarget, planFile],
                new Dictionary<string, string>(env, StringComparer.Ordinal)
                {
                    ["CNB_LAYERS_DIR"] = layers,
                    ["CNB_BP_PLAN_PATH"] = planFile,
                },
                [
                    new BindMount(directories.Source, BuildDirectories.AppTarget),
                    .. places.Select(place => new BindMount(directories.Source, place)),
                    new BindMount(layersDirectory, BuildDirectories.LayersTarget),
                    new BindMount(directories.Home, BuildDirectories.HomeTarget),
                    new BindMount(directories.Platform, BuildDirectories.PlatformTarget, ReadOnly: true),
                    new BindMount(plan, BuildDirectories.PlanTarget, ReadOnly: true),
                ],
                options.BuildTimeLimit,
                Offline: false),
            lines,
            ct);
        if (status != 0) throw Failed(buildpack, status);
    }

    private BuildException Failed(Buildpack buildpack, int status) => status == KilledStatus
        ? new BuildException(
            $"the build was killed (exit status {status}): it most likely ran out of its {ByteSize.Text(options.MemoryBytes)} of memory",
            "Build with less memory, e.g. NODE_OPTIONS=--max-old-space-size=1024 as a config var, or commit what the build makes.")
        : new BuildException(
            $"{buildpack.Name} build failed with exit status {status}",
            "The lines above say why. Correct it, commit and push again.");
}
