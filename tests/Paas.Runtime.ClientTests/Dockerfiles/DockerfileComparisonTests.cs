using Paas.Testing;

namespace Paas.Runtime.ClientTests.Dockerfiles;

/// <summary>Every Dockerfile of <c>cases/</c>, built by Debian's Docker and by us, makes the same image.</summary>
[Collection(BuildCollection.Name)]
public sealed class DockerfileComparisonTests(BuildEngine engine)
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests/Paas.Runtime.ClientTests/Dockerfiles");

    [EngineFact("dockerd")]
    public async Task The_images_are_those_of_docker_build()
    {
        var differences = new List<string>();
        var cases = Directory.GetDirectories(Path.Combine(Folder, "cases")).Order(StringComparer.Ordinal).ToList();
        Assert.True(cases.Count >= 60, $"{cases.Count} cases");
        foreach (var directory in cases)
        {
            if (await CompareAsync(directory) is { } difference) differences.Add($"{Path.GetFileName(directory)}:\n{difference}");
        }

        Assert.True(differences.Count == 0, $"{differences.Count} of {cases.Count} differ\n{string.Join("\n", differences)}");
    }

    private async Task<string?> CompareAsync(string directory)
    {
        using var temporary = new TemporaryDirectory();
        var (theirs, ours) = (temporary.Combine("docker"), temporary.Combine("paas"));
        foreach (var context in (string[])[theirs, ours]) await MakeContextAsync(directory, context);
        var (expected, theirError) = await engine.BuildWithDockerAsync(theirs);
        var (actual, ourError) = await engine.BuildAsync(ours);
        if (expected is null) return $"  docker cannot build it, so it compares nothing:\n{theirError}";
        if (actual is null) return $"  {ourError}";
        var lines = Differences(expected.Files, actual.Files).Concat(Differences(expected.Config, actual.Config)).ToList();
        return lines.Count == 0 ? null : string.Join('\n', lines);
    }

    // What a checkout cannot keep is made here: archives, and modes beyond the executable bit.
    private static async Task MakeContextAsync(string directory, string context)
    {
        const string Script = """
            cp -R "$1/context" "$3" && cp -R "$2/." "$3" && cd "$3"
            chmod -R u=rwX,go=rX . && chmod 600 private.txt && chmod 755 scripts/hello.sh && chown -Rh 0:0 .
            mkdir packed && echo in > packed/in.txt && chmod 640 packed/in.txt && mkdir -m 750 packed/sub && echo deep > packed/sub/deep.txt && ln -s in.txt packed/link
            for packing in '' .gz .bz2 .xz; do
                tar --auto-compress -cf "archive.tar$packing" --owner=11 --group=12 --mtime=2020-01-01 --sort=name -C packed .
            done
            rm -r packed && echo none > not-an-archive.tar && echo packed | gzip -n > packed-file.gz
            find . -exec touch -h -d 2021-02-03 {} +
            """;
        var made = await new Command("/bin/bash", "-ec", Script, "-", Folder, directory, context).RunAsync();
        made.Succeeded();
    }

    internal static IEnumerable<string> Differences(IReadOnlyList<string> expected, IReadOnlyList<string> actual) =>
        expected.Except(actual).Select(line => $"  docker: {line}").Concat(actual.Except(expected).Select(line => $"  paas:   {line}"));
}
