using Paas.Testing;

namespace Paas.Build.Tests.Buildpacks;

/// <summary>The shell functions of a buildpack of ours, called in a source tree of the test's without a container.</summary>
internal sealed class BuildpackShell : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly string _buildpack;

    public BuildpackShell(string buildpack)
    {
        _buildpack = Path.Combine(Repository.Root, "buildpacks", buildpack);
        foreach (var name in (string[])["layers", "home", "source"]) Directory.CreateDirectory(_directory.Combine(name));
    }

    public string Source => _directory.Combine("source");

    public void Write(string path, string text = "")
    {
        var file = Path.Combine(Source, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    /// <summary>Sources parts of <c>lib/</c> and runs a script; gives its status and what it printed.</summary>
    public async Task<(int Status, string Output)> RunAsync(string parts, string script, params (string Name, string Value)[] env)
    {
        var sourced = string.Join('\n', parts.Split(' ').Select(part => $"source '{_buildpack}/lib/{part}.sh'"));
        var result = await new Command("bash", "-c", $"set -euo pipefail; layers='{_directory.Combine("layers")}'; {sourced}\n{script}")
        {
            Directory = Source,
            Environment = env.Append(("HOME", _directory.Combine("home"))).Append(("CNB_BUILDPACK_DIR", _buildpack))
                .ToDictionary(pair => pair.Item1, string? (pair) => pair.Item2),
        }.RunAsync();
        return (result.ExitCode, result.Output);
    }

    public void Dispose() => _directory.Dispose();
}
