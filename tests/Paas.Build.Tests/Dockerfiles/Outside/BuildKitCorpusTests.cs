using Paas.Build.Dockerfiles;
using Paas.Build.Dockerfiles.Syntax;
using Paas.Build.Dockerfiles.Words;

namespace Paas.Build.Tests.Dockerfiles.Outside;

/// <summary>
/// BuildKit's own files, where somebody has them: <c>PAAS_BUILDKIT_CORPUS</c> is its <c>frontend/dockerfile</c> (Debian's
/// golang-github-docker-docker-dev has it). Every Dockerfile must give the tree beside it, every line of the tables its result.
/// </summary>
public sealed class BuildKitCorpusTests
{
    // What a table says of a line that cannot be expanded.
    private const string Refused = "error";

    private static readonly Dictionary<string, string> TableVariables = new() { ["PWD"] = "/home", ["SHELL"] = "bash", ["KOREAN"] = "한국어", ["NULL"] = "" };

    [CorpusFact]
    public void Dockerfiles_give_the_trees_beside_them()
    {
        var directories = Directory.GetDirectories(CorpusFactAttribute.Combine("parser/testfiles"));
        Assert.NotEmpty(directories);
        Assert.All(directories, directory =>
        {
            var tree = DockerfileReader.Read(File.ReadAllText(Path.Combine(directory, "Dockerfile"))).Dump();
            Assert.Equal(File.ReadAllText(Path.Combine(directory, "result")), tree + "\n");
        });
    }

    [CorpusFact]
    public void What_is_no_Dockerfile_is_refused()
    {
        var directories = Directory.GetDirectories(CorpusFactAttribute.Combine("parser/testfiles-negative"));
        Assert.NotEmpty(directories);
        Assert.All(directories, directory => Assert.Throws<DockerfileException>(() => DockerfileReader.Read(File.ReadAllText(Path.Combine(directory, "Dockerfile")))));
    }

    [CorpusFact]
    public void Single_words_expand_as_the_table_says()
    {
        var lines = File.ReadLines(CorpusFactAttribute.Combine("shell/envVarTest"))
            .Where(line => line.Trim().Length > 0 && !line.StartsWith('#'))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Where(fields => fields[0] is "A" or "U")
            .ToList();
        Assert.NotEmpty(lines);
        Assert.All(lines, fields => Assert.Equal(fields[2], Expand(fields[1], TableVariables, expansion => expansion.Text)));
    }

    [CorpusFact]
    public void Several_words_split_as_the_table_says()
    {
        var variables = new Dictionary<string, string>();
        foreach (var line in File.ReadLines(CorpusFactAttribute.Combine("shell/wordsTest")).Where(line => line.Trim().Length > 0 && !line.StartsWith('#')))
        {
            if (line.StartsWith("ENV ", StringComparison.Ordinal))
            {
                var pair = line[4..].TrimStart().Split('=', 2);
                variables[pair[0]] = pair[1];
                continue;
            }

            var fields = line.Split('|');
            Assert.Equal((line, fields[1].TrimStart()), (line, Expand(fields[0].Trim(), variables, expansion => string.Join(',', expansion.Words))));
        }
    }

    private static string Expand(string text, Dictionary<string, string> variables, Func<ExpandedText, string> of)
    {
        try
        {
            return of(new WordExpansion('\\', variables).Expand(text));
        }
        catch (FormatException)
        {
            return Refused;
        }
    }
}

/// <summary>A test that needs files which are not ours to keep.</summary>
public sealed class CorpusFactAttribute : FactAttribute
{
    private const string Variable = "PAAS_BUILDKIT_CORPUS";

    public CorpusFactAttribute()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 }) Skip = $"{Variable} names no directory with BuildKit's frontend/dockerfile";
    }

    internal static string Combine(string path) => Path.Combine(Environment.GetEnvironmentVariable(Variable)!, path);
}
