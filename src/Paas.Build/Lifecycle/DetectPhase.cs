using System.Text;
using Paas.Build.Buildpacks;
using Paas.Build.Sources;
using Paas.Launch.Toml;
using Paas.Linux;
using Paas.Node;

namespace Paas.Build.Lifecycle;

/// <summary>What one <c>bin/detect</c> said.</summary>
/// <param name="ExitStatus">0 passed, 100 not for this app, anything else an error.</param>
/// <param name="Plan">What it wrote.</param>
/// <param name="LastLine">Its last line of output: its reason, when it did not pass.</param>
internal sealed record Detection(int ExitStatus, BuildPlan Plan, string? LastLine)
{
    public const int Failed = 100;

    public bool Passed => ExitStatus == 0;
}

/// <summary>Finds the group of buildpacks that builds an app (buildpack spec, "Phase #1: Detection").</summary>
internal sealed class DetectPhase(BuildSandbox sandbox, BuildDirectories directories, BuildOptions options)
{
    private readonly Dictionary<string, Detection> _detections = new(StringComparer.Ordinal);
    private readonly UntrustedTree _source = new(directories.Source);

    /// <summary>Tries the groups in order; each buildpack is asked once, whatever number of groups it is in.</summary>
    /// <exception cref="BuildException">No group fits; the message says which were tried and why not.</exception>
    public async Task<IReadOnlyList<ResolvedMember>> RunAsync(BuildpackOrder order, CancellationToken ct)
    {
        var problems = new List<string>();
        foreach (var group in order.Groups)
        {
            // A group that cannot fit starts no container.
            if (group.Any(member => !member.Optional && LacksSigns(member.Buildpack))) continue;
            var passed = new List<PlanMember>();
            var missing = false;
            foreach (var member in group)
            {
                var detection = await DetectAsync(member.Buildpack, ct);
                if (detection.Passed) passed.Add(new PlanMember(member.Buildpack, member.Optional, detection.Plan));
                else if (!member.Optional) missing = true;
                if (missing) break;
            }

            if (missing || passed.Count == 0) continue;
            var outcome = PlanResolution.Resolve(passed);
            if (outcome.Members is { } members) return members;
            problems.Add(outcome.Problem!);
        }

        throw NothingFits(order, _detections, problems);
    }

    internal static BuildException NothingFits(
        BuildpackOrder order, IReadOnlyDictionary<string, Detection> detections, IReadOnlyList<string> problems)
    {
        var hint = new StringBuilder("Tried:");
        foreach (var buildpack in order.Buildpacks)
        {
            if (!detections.TryGetValue(buildpack.Id, out var detection)) continue;
            var reason = detection.ExitStatus switch
            {
                0 => "fits, but not the others of its group",
                Detection.Failed => detection.LastLine ?? "does not fit",
                _ => $"failed with exit status {detection.ExitStatus}" + (detection.LastLine is { } line ? $": {line}" : ""),
            };
            hint.Append($"\n  {buildpack.Id}: {reason}");
        }

        foreach (var problem in problems) hint.Append($"\n  {problem}");
        var wants = order.Buildpacks.Select(buildpack => buildpack.Wants).OfType<string>().ToList();
        if (wants.Count > 0) hint.Append("\nAdd one of these to the root of the source: ").Append(string.Join("; ", wants));
        return new BuildException("no buildpack recognises this app", hint.ToString());
    }

    private async Task<Detection> DetectAsync(Buildpack buildpack, CancellationToken ct)
    {
        if (LacksSigns(buildpack) || _detections.ContainsKey(buildpack.Id)) return _detections[buildpack.Id];
        var plan = directories.MakePlanDirectory("detect", buildpack.EscapedId);
        var planFile = $"{BuildDirectories.PlanTarget}/{BuildDirectories.PlanFile}";
        // The file exists when bin/detect starts: many buildpacks append to it.
        await File.WriteAllTextAsync(Path.Combine(plan, BuildDirectories.PlanFile), "", ct);
        Files.ChangeOwner(Path.Combine(plan, BuildDirectories.PlanFile), BuildDirectories.Owner, BuildDirectories.Owner);
        var env = sandbox.ImageEnvironment();
        env["CNB_BUILD_PLAN_PATH"] = planFile;
        using var output = new LineStream(_ => { });
        var status = await sandbox.RunAsync(
            buildpack,
            new SandboxCommand(
                "detect",
                [BuildDirectories.PlatformTarget, planFile],
                env,
                [
                    new BindMount(directories.Source, BuildDirectories.AppTarget, ReadOnly: true),
                    new BindMount(directories.Platform, BuildDirectories.PlatformTarget, ReadOnly: true),
                    new BindMount(plan, BuildDirectories.PlanTarget),
                ],
                options.DetectTimeLimit,
                Offline: true),
            output,
            ct);
        return _detections[buildpack.Id] = new Detection(
            status, status == 0 ? ReadPlan(buildpack, plan) : BuildPlan.Empty, output.LastLine);
    }

    private bool LacksSigns(Buildpack buildpack)
    {
        if (!_detections.ContainsKey(buildpack.Id) && buildpack.Signs.ReasonAgainst(_source) is { } reason)
        {
            _detections[buildpack.Id] = new Detection(Detection.Failed, BuildPlan.Empty, reason);
        }

        return _detections.TryGetValue(buildpack.Id, out var known) && !known.Passed;
    }

    private static BuildPlan ReadPlan(Buildpack buildpack, string directory)
    {
        try
        {
            return new UntrustedTree(directory).ReadText(BuildDirectories.PlanFile) is { } text ? BuildPlan.Parse(text) : BuildPlan.Empty;
        }
        catch (TomlException exception)
        {
            throw new BuildException($"the build plan of {buildpack.Id} is wrong: {exception.Message}", inner: exception);
        }
    }
}
