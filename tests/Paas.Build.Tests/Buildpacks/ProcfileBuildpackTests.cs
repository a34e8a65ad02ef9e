using System.Diagnostics;
using Paas.Build.Buildpacks;
using Paas.Launch.Processes;
using Paas.Build.Procfiles;
using Paas.Testing;

namespace Paas.Build.Tests.Buildpacks;

/// <summary>The shell script of the buildpack and the parser of the platform read the same file: they must agree.</summary>
public sealed class ProcfileBuildpackTests
{
    [Theory]
    [InlineData("web: node server.js\nworker: ruby -e 'puts \"a\\nb\"'\n")]
    [InlineData("web:node server.js")]
    [InlineData("# web: a\n// web: b\n\r\n  web :  tab\there $PORT && x | y > z  \r\nrelease: ./migrate --to=1:2\r\n")]
    [InlineData("\uFEFFa-b_C9: é ü 日本 \\ \\\\ `id` ${X:-y}")]
    public void Both_find_the_same_processes(string text)
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory.Combine("Procfile"), text);
        Directory.CreateDirectory(directory.Combine("layers"));
        var start = new ProcessStartInfo(Path.Combine(Repository.Root, "buildpacks/procfile/bin/build")) { WorkingDirectory = directory.Path };
        start.Environment["CNB_BUILDPACK_DIR"] = Path.Combine(Repository.Root, "buildpacks/procfile");
        start.Environment["CNB_LAYERS_DIR"] = directory.Combine("layers");
        using var build = Process.Start(start)!;
        build.WaitForExit();
        Assert.Equal(0, build.ExitCode);

        var launch = LaunchMetadata.Parse(File.ReadAllText(directory.Combine("layers", "launch.toml")));
        Assert.Equal(
            Procfile.Parse(text).Processes.Select(pair => (pair.Key, pair.Value)),
            launch.Processes.Select(process => (process.Type, process.ShellCommand)));
    }

    [Fact]
    public void Detect_passes_only_with_a_Procfile()
    {
        using var directory = new TemporaryDirectory();
        Assert.Equal(100, Detect(directory.Path));
        File.WriteAllText(directory.Combine("Procfile"), "web: a");
        Assert.Equal(0, Detect(directory.Path));
    }

    private static int Detect(string directory)
    {
        using var detect = Process.Start(new ProcessStartInfo(Path.Combine(Repository.Root, "buildpacks/procfile/bin/detect"))
        {
            WorkingDirectory = directory, RedirectStandardOutput = true,
        })!;
        detect.WaitForExit();
        return detect.ExitCode;
    }
}
