using System.Text;
using Paas.Build.Buildpacks;
using Paas.Build.Choosing;
using Paas.Build.Sources;
using Paas.Launch.Toml;
using Paas.Linux;
using Paas.Node;

namespace Paas.Build.Lifecycle;

/// <summary>What one <c>bin/detect</c> said, or what is known without it.</summary>
/// <param name="ExitStatus">0 passed, 100 not for this app, anything else an error.</param>
/// <param name="Plan">What it wrote.</param>
/// <param name="Reason">Why, in a line; null where nobody said.</param>
internal sealed record Detection(int ExitStatus, BuildPlan Plan, string? Reason)
{
    public const int Failed = DetectedBuildpack.DoesNotFit;

    /// <summary>Its first lines of output.</summary>
    public IReadOnlyList<string> Lines { get; init; } = [];

    public bool Passed => ExitStatus == 0;
}

/// <summary>Finds the group of buildpacks that builds an app (buildpack spec, "Phase #1: Detection").</summary>
internal sealed class DetectPhase(BuildSandbox sandbox, BuildDirectories directories, BuildOptions options)
{
    private const int MostLines = 20;

    private readonly Dictionary<Buildpack, Detection> _detections = new(ReferenceEqualityComparer.Instance);
    private readonly List<string> _problems = [];
    private readonly UntrustedTree _source = new(directories.Source);
    private IReadOnlyList<ResolvedMember> _group = [];
    private int _asked;

    /// <summary>What was asked and answered so far.</summary>
    /// <param name="choice">What was tried.</param>
    /// <param name="dockerfile">The Dockerfile that builds the app instead; null where buildpacks do, or nothing does.</param>
    public DetectReport Report(BuildpackChoice choice, string? dockerfile)
    {
        IReadOnlyList<ResolvedMember> group = dockerfile is null ? _group : [];
        return new DetectReport(
            choice.By,
            [.. choice.Order.Buildpacks.Where(_detections.ContainsKey).Select(buildpack => Describe(buildpack, group))],
            [.. group.Select(member => member.Buildpack.ToString())],
            _problems,
            [.. choice.Order.Buildpacks.Select(buildpack => buildpack.Wants).OfType<string>()])
        {
            Dockerfile = dockerfile,
        };
    }

    /// <summary>
    /// Tries the groups in order, the members of each at one time; each buildpack is asked once, whatever number of groups it is in.
    /// </summary>
    /// <exception cref="BuildException">No group fits; the message says which were tried and why not.</exception>
    public async Task<IReadOnlyList<ResolvedMember>> RunAsync(BuildpackChoice choice, CancellationToken ct)
    {
        foreach (var group in choice.Order.Groups)
        {
            // A group that cannot fit starts no container.
            if (group.Any(member => !member.Optional && Foresee(member.Buildpack) is { Passed: false })) continue;
            await AskAsync(group, ct);
            if (group.Any(member => !member.Optional && !_detections[member.Buildpack].Passed)) continue;
            var passed = group.Where(member => _detections[member.Buildpack].Passed)
                .Select(member => new PlanMember(member.Buildpack, member.Optional, _detections[member.Buildpack].Plan)).ToList();
            if (passed.Count == 0) continue;
            var outcome = PlanResolution.Resolve(passed);
            if (outcome.Members is { } members) return _group = [.. members, .. LateProcfile(group, members)];
            if (!_problems.Contains(outcome.Problem!)) _problems.Add(outcome.Problem!);
        }

        throw NothingFits(choice, _detections, _problems);
    }

    /// <summary>
    /// At Heroku's the Procfile is read when all is compiled: a buildpack may bring it from elsewhere. The one that reads it then takes part though
    /// there is none now.
    /// </summary>
    private IEnumerable<ResolvedMember> LateProcfile(IReadOnlyList<GroupMember> group, IReadOnlyList<ResolvedMember> members)
    {
        if (members.FirstOrDefault(member => member.Buildpack.Place is not null)?.Buildpack is not { } compiling) yield break;
        if (group.FirstOrDefault(member => member.Buildpack.Id == Buildpack.Procfile)?.Buildpack is not { } reader || members.Any(member => member.Buildpack == reader)) yield break;
        _detections[reader] = new Detection(0, BuildPlan.Empty, $"if {compiling.Name} brings a Procfile");
        yield return new ResolvedMember(reader, BuildPlan.Empty.Alternatives[0]);
    }

    /// <summary>Why a buildpack takes part, in a few words; null where it did not say.</summary>
    public string? ReasonOf(Buildpack buildpack) => _detections.GetValueOrDefault(buildpack)?.Reason;

    internal static BuildException NothingFits(
        BuildpackChoice choice, IReadOnlyDictionary<Buildpack, Detection> detections, IReadOnlyList<string> problems)
    {
        var order = choice.Order;
        var hint = new StringBuilder("Tried:");
        foreach (var buildpack in order.Buildpacks)
        {
            if (!detections.TryGetValue(buildpack, out var detection)) continue;
            var reason = detection.ExitStatus switch
            {
                0 => "fits, but not the others of its group",
                Detection.Failed => detection.Reason ?? "does not fit",
                _ => $"failed with exit status {detection.ExitStatus}" + (detection.Reason is { } line ? $": {line}" : ""),
            };
            hint.Append($"\n  {buildpack.Id}: {reason}");
        }

        foreach (var problem in problems) hint.Append($"\n  {problem}");
        var wants = order.Buildpacks.Select(buildpack => buildpack.Wants).OfType<string>().ToList();
        if (wants.Count > 0) hint.Append("\nAdd one of these to the root of the source: ").Append(string.Join("; ", wants));
        if (choice.By is null) return new BuildException("no buildpack recognises this app", hint.ToString());
        hint.Append($"\nAll that {choice.By} names have to fit. Others: paas buildpacks:set; paas buildpacks:clear leaves it to the platform.");
        return new BuildException($"the buildpacks chosen by {choice.By} do not fit this app", hint.ToString());
    }

    private DetectedBuildpack Describe(Buildpack buildpack, IReadOnlyList<ResolvedMember> group)
    {
        var detection = _detections[buildpack];
        return new DetectedBuildpack(buildpack.Id, buildpack.Version, buildpack.Name, detection.ExitStatus, detection.Reason, detection.Lines)
        {
            TakesPart = group.Any(member => ReferenceEquals(member.Buildpack, buildpack)),
        };
    }

    private async Task AskAsync(IReadOnlyList<GroupMember> group, CancellationToken ct)
    {
        var asked = group.Select(member => member.Buildpack).Where(buildpack => Foresee(buildpack) is null).ToList();
        var answers = await Task.WhenAll(asked.Select(buildpack => DetectAsync(buildpack, ct)));
        for (var i = 0; i < asked.Count; i++) _detections[asked[i]] = answers[i];
    }

    /// <summary>The answer where it is known, or can be known without asking; else null.</summary>
    private Detection? Foresee(Buildpack buildpack)
    {
        if (_detections.TryGetValue(buildpack, out var known)) return known;
        var reason = !buildpack.IsForUs ? "it is not for production"
            : buildpack.Targets.Count > 0 && !buildpack.Targets.Any(sandbox.Includes) ? $"it is for {string.Join(" and ", buildpack.Targets)}, and this is {sandbox.Target}"
            : buildpack.Signs.ReasonAgainst(_source);
        if (reason is not null) return _detections[buildpack] = new Detection(Detection.Failed, BuildPlan.Empty, reason);
        return buildpack.HasDetect ? null : _detections[buildpack] = new Detection(0, BuildPlan.Empty, "always takes part");
    }

    private async Task<Detection> DetectAsync(Buildpack buildpack, CancellationToken ct)
    {
        var plan = directories.MakePlanDirectory("detect", $"{buildpack.EscapedId}-{Interlocked.Increment(ref _asked)}");
        var planFile = $"{BuildDirectories.PlanTarget}/{BuildDirectories.PlanFile}";
        // The file exists when bin/detect starts: many buildpacks append to it.
        await File.WriteAllTextAsync(Path.Combine(plan, BuildDirectories.PlanFile), "", ct);
        Files.ChangeOwner(Path.Combine(plan, BuildDirectories.PlanFile), BuildDirectories.Owner, BuildDirectories.Owner);
        var env = sandbox.ImageEnvironment();
        env["CNB_BUILD_PLAN_PATH"] = planFile;
        var lines = new List<string>();
        using var output = new LineStream(line => Keep(lines, line));
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
        // Who says no says why in its last line; who says yes may have told a story.
        var reason = status != 0 || lines.Count == 1 ? output.LastLine : buildpack.Signs.FoundIn(_source);
        return new Detection(status, status == 0 ? ReadPlan(buildpack, plan) : BuildPlan.Empty, reason) { Lines = lines };
    }

    // A container's two streams are read by two threads.
    private static void Keep(List<string> lines, string line)
    {
        lock (lines)
        {
            if (line.Length > 0 && lines.Count < MostLines) lines.Add(line);
        }
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
