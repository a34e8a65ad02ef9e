using System.Text.Json.Nodes;
using Paas.Testing;

namespace Paas.Runtime.ClientTests.Dockerfiles;

/// <summary>
/// Cases that are not ours to keep, such as Buildah's conformance suite, against what another builder made of them:
/// <c>PAAS_DOCKERFILE_CASES</c> is a directory with <c>base.tar</c> (the root filesystem of every base image), <c>base.names</c> (their
/// names, a line each), <c>cases/NAME/{context/,case.json}</c> (<c>{"file": …, "args": {…}}</c>) and <c>images/NAME.tar</c>, what
/// <c>docker save</c> wrote; a case without one is to fail.
/// </summary>
[Collection(BuildCollection.Name)]
public sealed class OutsideCasesTests(BuildEngine engine)
{
    [CasesFact]
    public async Task The_images_are_those_of_the_other_builder()
    {
        var root = CasesFactAttribute.Directory!;
        await engine.AddBaseAsync(Path.Combine(root, "base.tar"), await File.ReadAllLinesAsync(Path.Combine(root, "base.names")));
        var differences = new List<string>();
        var cases = Directory.GetDirectories(Path.Combine(root, "cases")).Order(StringComparer.Ordinal).ToList();
        foreach (var directory in cases)
        {
            var name = Path.GetFileName(directory);
            if (await CompareAsync(directory, Path.Combine(root, "images", $"{name}.tar")) is not { } difference) continue;
            differences.Add($"{name}:\n{difference}");
            await File.WriteAllLinesAsync(Path.Combine(root, "differences"), differences);
        }

        Assert.NotEmpty(cases);
        Assert.True(differences.Count == 0, $"{differences.Count} of {cases.Count} differ\n{string.Join("\n", differences)}");
    }

    private async Task<string?> CompareAsync(string directory, string archive)
    {
        using var temporary = new TemporaryDirectory();
        var context = temporary.Combine("context");
        (await new Command("cp", "-a", Path.Combine(directory, "context"), context).RunAsync()).Succeeded();
        var description = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(directory, "case.json")))!;
        var arguments = description["args"]?.AsObject().ToDictionary(pair => pair.Key, pair => (string)pair.Value!) ?? [];
        var (actual, error) = await engine.BuildAsync(context, config => config with { Dockerfile = (string)description["file"]!, BuildArgs = arguments });
        var expected = File.Exists(archive) ? await ImageTree.OfArchiveAsync(archive) : null;
        if (expected is null && actual is null) return null;
        if (expected is null) return "  the other builder cannot build it";
        if (actual is null) return $"  {error}";
        var lines = DockerfileComparisonTests.Differences(expected.Files, actual.Files).Concat(DockerfileComparisonTests.Differences(expected.Config, actual.Config)).ToList();
        return lines.Count == 0 ? null : string.Join('\n', lines);
    }
}

/// <summary>A test that needs cases which are not ours to keep.</summary>
public sealed class CasesFactAttribute : FactAttribute
{
    private const string Variable = "PAAS_DOCKERFILE_CASES";

    public CasesFactAttribute()
    {
        if (Directory is null) Skip = $"{Variable} names no directory of cases";
        else if (!Environment.IsPrivilegedProcess) Skip = "needs root";
    }

    public static string? Directory => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } directory ? directory : null;
}
