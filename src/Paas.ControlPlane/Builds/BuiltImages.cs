using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Paas.Build;
using Paas.ControlPlane.Domain;
using Paas.ControlPlane.Store;
using Paas.Images;
using Paas.Oci;

namespace Paas.ControlPlane.Builds;

/// <summary>What a build begins from: <see cref="BuildInputs.DigestAsync"/>.</summary>
internal delegate Task<string?> FindBuildInputs(BuildConfig config, string source, CancellationToken ct);

/// <summary>
/// The image of each app's last build that was done and went live, and what it began from, so that a push that changes nothing of that takes
/// it. Never for longer than a day: what package managers would fetch by then may be another thing. docs/decisions/0034.
/// </summary>
internal sealed class BuiltImages(SettingStore settings, ImageStore images, BuildOutputs outputs, TimeProvider time)
{
    private const string TakenFile = "image-of";

    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    /// <summary>The image that a build of these inputs need not make; null where it has to. Under a lease it stays.</summary>
    internal async Task<BuiltImage?> FindAsync(BuildRecord build, string? inputs, CancellationToken ct)
    {
        if (inputs is null || settings.Find(AnewName(build.App)) == Text(build.Number) || Of(build.App) is not { } last || last.Inputs != inputs) return null;
        var age = time.GetUtcNow() - last.At;
        return age >= TimeSpan.Zero && age < Lifetime && await IsWholeAsync(Digest.Parse(last.Image), ct) ? last : null;
    }

    /// <summary>Notes what a build made that is live now; what cannot be done the same again is not taken by anybody.</summary>
    internal void Keep(Release release, int build, string? inputs, BuildOutcome outcome)
    {
        if (inputs is null || !outcome.IsRepeatable)
        {
            settings.Remove(Name(release.App));
            return;
        }

        var image = new BuiltImage(inputs, outcome.Image.ToString(), outcome.Processes, outcome.SizeBytes, outcome.Port, build, release.Version, time.GetUtcNow());
        settings.Set(Name(release.App), JsonSerializer.Serialize(image, BuiltImageJsonContext.Default.BuiltImage));
    }

    /// <summary>A build that waits is to be done whatever there is.</summary>
    internal void BuildAnew(string app, int build) => settings.Set(AnewName(app), Text(build));

    /// <summary>Writes down that a build took the image of another: a file beside its output, which goes when that goes.</summary>
    internal void NoteTaken(string app, int build, int from)
    {
        Directory.CreateDirectory(outputs.DirectoryOf(app, build));
        File.WriteAllText(Path.Combine(outputs.DirectoryOf(app, build), TakenFile), Text(from));
    }

    /// <summary>The build whose image another took; null where it made its own, or none.</summary>
    internal int? TakenFrom(string app, int build)
    {
        var path = Path.Combine(outputs.DirectoryOf(app, build), TakenFile);
        return File.Exists(path) && int.TryParse(File.ReadAllText(path), NumberStyles.None, CultureInfo.InvariantCulture, out var from) ? from : null;
    }

    private BuiltImage? Of(string app) => settings.Find(Name(app)) is { } text ? JsonSerializer.Deserialize(text, BuiltImageJsonContext.Default.BuiltImage) : null;

    private async Task<bool> IsWholeAsync(Digest digest, CancellationToken ct)
    {
        try
        {
            var image = await images.LoadAsync(digest, ct);
            return image.Manifest.Layers.All(layer => images.Content.Contains(layer.Digest));
        }
        catch (ContentNotFoundException)
        {
            return false;
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Name(string app) => $"built/{app}";

    private static string AnewName(string app) => $"anew/{app}";
}

/// <summary>An image and what it was made of.</summary>
/// <param name="Inputs">Digest of what its build began from.</param>
/// <param name="Image">Digest of its manifest.</param>
/// <param name="Processes">As in <see cref="BuildOutcome"/>.</param>
/// <param name="SizeBytes">As in <see cref="BuildOutcome"/>.</param>
/// <param name="Port">As in <see cref="BuildOutcome"/>.</param>
/// <param name="Build">Number of the build that made it.</param>
/// <param name="Release">Version of that build's release.</param>
/// <param name="At">When that went live.</param>
internal sealed record BuiltImage(
    string Inputs, string Image, IReadOnlyDictionary<string, string> Processes, long SizeBytes, int? Port, int Build, int Release, DateTimeOffset At)
{
    /// <summary>As if it had just been built, in no time.</summary>
    internal BuildOutcome Outcome => new(Digest.Parse(Image), Processes, SizeBytes, Port)
    {
        Reuse = $"that of v{Release}", IsRepeatable = true, Times = new BuildTimes([], TimeSpan.Zero),
    };
}

[JsonSerializable(typeof(BuiltImage))]
internal sealed partial class BuiltImageJsonContext : JsonSerializerContext;
