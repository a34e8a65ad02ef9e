using Paas.Build.Manifests;
using Paas.ControlPlane.Domain;
using Paas.ControlPlane.Store;

namespace Paas.ControlPlane.Health;

/// <summary>What an instance is asked for as long as it runs.</summary>
/// <param name="Name">As its owner knows it.</param>
/// <param name="Interval">Between the end of one round and the next.</param>
/// <param name="StartPeriod">Failures so soon after the start do not count.</param>
/// <param name="StartInterval">The interval in the start period.</param>
/// <param name="Retries">So many failures in a row are unhealthy.</param>
/// <param name="Probes">Each is asked in each round.</param>
internal sealed record LivingCheck(
    string Name, TimeSpan Interval, TimeSpan StartPeriod, TimeSpan StartInterval, int Retries, IReadOnlyList<Probe> Probes)
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);

    internal static LivingCheck Of(ImageHealthcheck image) => new(
        "the HEALTHCHECK of its image", image.Interval, image.StartPeriod, image.StartInterval, image.Retries, [new Probe(image.Timeout) { Command = image.Command }]);

    /// <summary>Of checks that all ask for as long as an instance runs: the most patient of them sets the pace of all.</summary>
    internal static LivingCheck Of(IReadOnlyList<ManifestHealthCheck> checks)
    {
        var pause = TimeSpan.FromSeconds(checks.Max(StartupChecks.Wait));
        var interval = pause > ShortestPause ? pause : ShortestPause;
        return new LivingCheck(
            $"its {checks[0].Type} check in {AppManifest.FileName}", interval, TimeSpan.FromSeconds(checks.Max(check => check.InitialDelay ?? 0)), interval,
            checks.Max(StartupChecks.Attempts), [.. checks.Select(Probe.Of)]);
    }
}

/// <summary>Which instances are asked: by their <c>app.json</c>'s liveness and readiness checks, else by the <c>HEALTHCHECK</c> of their image.</summary>
internal sealed class LivingChecks(ReleaseStore releases, ImageHealthchecks images)
{
    /// <summary>Null where nothing is asked.</summary>
    internal async Task<LivingCheck?> OfAsync(Instance instance, CancellationToken ct)
    {
        if (releases.Find(instance.App, instance.Release)?.Manifest.ChecksOf(instance.Type, "liveness", "readiness") is { Count: > 0 } checks) return LivingCheck.Of(checks);
        return await images.OfAsync(instance, ct) is { } image ? LivingCheck.Of(image) : null;
    }
}
