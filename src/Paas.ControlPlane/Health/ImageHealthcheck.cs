using System.Text.Json;
using Paas.Oci.Images;

namespace Paas.ControlPlane.Health;

/// <summary>The <c>HEALTHCHECK</c> of an image: the object <c>Healthcheck</c> of Docker's image configuration, with Docker's defaults.</summary>
/// <param name="Command">Program and arguments.</param>
/// <param name="Interval">Between the end of one probe and the next, 1 s at least.</param>
/// <param name="Timeout">A probe that takes longer has failed.</param>
/// <param name="StartPeriod">Failures so soon after the start do not count.</param>
/// <param name="StartInterval">The interval in the start period, 1 s at least.</param>
/// <param name="Retries">So many failures in a row are unhealthy.</param>
internal sealed record ImageHealthcheck(IReadOnlyList<string> Command, TimeSpan Interval, TimeSpan Timeout, TimeSpan StartPeriod, TimeSpan StartInterval, int Retries)
{
    private const string Member = "Healthcheck";
    private const int NanosecondsPerTick = 100;

    // Every probe starts a process.
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);

    private static readonly string[] Shell = ["/bin/sh", "-c"];

    /// <summary>Null where the image has none, or says <c>NONE</c>, or says something that nobody can run.</summary>
    internal static ImageHealthcheck? Of(ImageConfig image)
    {
        if (image.Config?.Unknown is not { } members || !members.TryGetValue(Member, out var check) || check.ValueKind != JsonValueKind.Object) return null;
        if (Words(check, "Test") is not { Count: > 1 } test) return null;
        IReadOnlyList<string>? command = test[0] switch
        {
            "CMD" => [.. test.Skip(1)],
            "CMD-SHELL" => [.. members.TryGetValue("Shell", out var shell) && Words(shell) is { Count: > 0 } own ? own : Shell.ToList(), test[1]],
            _ => null,
        };
        return command is null ? null : new ImageHealthcheck(
            command, Pause(check, nameof(Interval), 30), Span(check, nameof(Timeout), 30), Span(check, nameof(StartPeriod), 0), Pause(check, nameof(StartInterval), 5),
            check.TryGetProperty(nameof(Retries), out var retries) && retries.TryGetInt32(out var count) && count > 0 ? count : 3);
    }

    private static TimeSpan Pause(JsonElement check, string name, int seconds) => Span(check, name, seconds) is var pause && pause > ShortestPause ? pause : ShortestPause;

    private static TimeSpan Span(JsonElement check, string name, int seconds) =>
        check.TryGetProperty(name, out var value) && value.TryGetInt64(out var nanoseconds) && nanoseconds > 0
            ? TimeSpan.FromTicks(Math.Max(nanoseconds / NanosecondsPerTick, TimeSpan.TicksPerMillisecond))
            : TimeSpan.FromSeconds(seconds);

    private static List<string>? Words(JsonElement check, string name) => check.TryGetProperty(name, out var value) ? Words(value) : null;

    private static List<string>? Words(JsonElement value) => value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(word => word.ValueKind == JsonValueKind.String)
        ? [.. value.EnumerateArray().Select(word => word.GetString()!)]
        : null;
}
