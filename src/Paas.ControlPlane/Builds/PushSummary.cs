using System.Globalization;
using Paas.Build;
using Paas.ControlPlane.Domain;
using Paas.Images;

namespace Paas.ControlPlane.Builds;

/// <summary>What a push took and what became of it, told at its end.</summary>
internal sealed class PushSummary(TimeProvider time)
{
    private readonly long _begun = time.GetTimestamp();
    private TimeSpan _appStart;
    private TimeSpan _tasks;

    /// <summary>An instance came up; instances start side by side, so the longest counts.</summary>
    internal void AppStarted(TimeSpan took) => _appStart = took > _appStart ? took : _appStart;

    /// <summary>A task of the app ran beside the deployment.</summary>
    internal void TaskRan(TimeSpan took) => _tasks += took;

    internal IEnumerable<string> Lines(Release release, BuildOutcome outcome)
    {
        var total = time.GetElapsedTime(_begun);
        yield return $"-----> Released v{release.Version} in {Seconds(total)}";
        yield return $"       Image {outcome.Image.Abbreviated}, {ByteSize.Text(outcome.SizeBytes)}{(outcome.Reuse is { } reuse ? $": {reuse}" : "")}";
        if (outcome.Times is not { } times) yield break;
        // What takes no time that anybody could see is not worth its place.
        var phases = times.Phases.Append(new PhaseTime("deploy", total - times.Total)).Where(phase => phase.Took >= TimeSpan.FromMilliseconds(5));
        yield return $"       Phases: {string.Join(", ", phases.Select(phase => $"{phase.Phase} {Seconds(phase.Took)}"))}";
        if (times.Buildpacks is not { } buildpacks) yield break;
        var own = total - buildpacks - _tasks - _appStart;
        var tasks = _tasks > TimeSpan.Zero ? $", its tasks {Seconds(_tasks)}" : "";
        yield return $"       Of it buildpacks {Seconds(buildpacks)}, the app's own start {Seconds(_appStart)}{tasks}, the platform {Seconds(own)}";
    }

    private static string Seconds(TimeSpan took) => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, took.TotalSeconds):0.00} s");
}
