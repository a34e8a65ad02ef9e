using System.Text.Json;
using Paas.Build.Lifecycle;
using Paas.Contracts.Api;
using Paas.ControlPlane.Builds;
using Paas.Linux;

namespace Paas.ControlPlane.Buildpacks;

/// <summary>Why each build was done by what it was done by: a file beside its output, which goes when that goes.</summary>
internal sealed class BuildExplanations(BuildOutputs outputs)
{
    /// <summary>Null for a build that ended before a buildpack was asked, or is gone.</summary>
    internal BuildExplanationDocument? Find(string app, int number)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(PathOf(app, number)), ApiJsonContext.Default.BuildExplanationDocument);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Writes it down; a build that is done again has the last.</summary>
    /// <param name="app">The app.</param>
    /// <param name="number">The build.</param>
    /// <param name="report">What the build found.</param>
    /// <param name="mask">What must not be read in it; null where there is nothing.</param>
    internal void Write(string app, int number, DetectReport report, SecretMask? mask)
    {
        Directory.CreateDirectory(outputs.DirectoryOf(app, number));
        Files.WriteAtomically(PathOf(app, number), JsonSerializer.SerializeToUtf8Bytes(Document(report, mask), ApiJsonContext.Default.BuildExplanationDocument), durable: false);
    }

    /// <summary>What is known of one build goes for another that took its image.</summary>
    internal void Copy(string app, int from, int to)
    {
        if (!File.Exists(PathOf(app, from))) return;
        Directory.CreateDirectory(outputs.DirectoryOf(app, to));
        File.Copy(PathOf(app, from), PathOf(app, to), overwrite: true);
    }

    private static BuildExplanationDocument Document(DetectReport report, SecretMask? mask)
    {
        return new BuildExplanationDocument(report.ChosenBy, [.. report.Asked.Select(Asked)], report.Group, report.Dockerfile, report.Problems, report.Wants);

        AskedBuildpackDocument Asked(DetectedBuildpack one) =>
            new(one.Id, one.Version, one.Name, Answer(one), one.Reason is { } reason ? Masked(reason) : null, [.. one.Output.Select(Masked)]);

        string Masked(string line) => mask?.Apply(line) ?? line;
    }

    private static BuildpackAnswer Answer(DetectedBuildpack one) => one switch
    {
        { TakesPart: true } => BuildpackAnswer.TookPart,
        { ExitStatus: 0 } => BuildpackAnswer.NotNeeded,
        { ExitStatus: DetectedBuildpack.DoesNotFit } => BuildpackAnswer.DoesNotFit,
        _ => BuildpackAnswer.Failed,
    };

    private string PathOf(string app, int number) => Path.Combine(outputs.DirectoryOf(app, number), "explanation.json");
}
