using System.Diagnostics;
using Paas.Build.Buildpacks;
using Paas.Launch.Processes;
using Paas.Build.Lifecycle;
using Paas.Launch.Toml;

namespace Paas.Build.Tests.Buildpacks;

public sealed class LaunchMetadataTests
{
    [Fact]
    public void Before_api_0_9_a_process_is_a_line_for_a_shell_unless_it_says_otherwise()
    {
        var launch = LaunchMetadata.Parse("[[processes]]\ntype='web'\ncommand='run $PORT'\nargs=['a b']\n[[processes]]\ntype='task'\ncommand='task'\ndirect=true", direct: false);
        Assert.Equal([(false, "run $PORT 'a b'"), (true, "task")], launch.Processes.Select(process => (process.Direct, process.ShellCommand)));
        Assert.True(LaunchMetadata.Parse("[[processes]]\ntype='web'\ncommand='run'").Processes.Single().Direct);
    }

    [Fact]
    public void Commands_become_what_a_shell_reads()
    {
        var launch = LaunchMetadata.Parse(
            """
            [[processes]]
            type = "web"
            command = ["bash", "-c", "node server.js | tee log"]
            default = true
            [[processes]]
            type = "worker"
            command = ["ruby", "-e"]
            args = ["puts 'it''s'"]
            working-dir = "/workspace/a b"
            [[processes]]
            type = "old"
            command = "serve"
            [[labels]]
            key = "k"
            value = "v"
            """);
        Assert.Equal(["web", "worker", "old"], launch.Processes.Select(process => process.Type));
        Assert.Equal("node server.js | tee log", launch.Processes[0].ShellCommand);
        Assert.Equal(@"cd '/workspace/a b' && ruby -e 'puts '\''it'\'''\''s'\'''", launch.Processes[1].ShellCommand);
        Assert.Equal("serve", launch.Processes[2].ShellCommand);
        Assert.Equal("v", launch.Labels["k"]);
    }

    [Theory]
    [InlineData("[[processes]]\ncommand = ['a']")]
    [InlineData("[[processes]]\ntype = 'a b'\ncommand = ['a']")]
    [InlineData("[[processes]]\ntype = 'web'")]
    [InlineData("[[processes]]\ntype = 'web'\ncommand = []")]
    [InlineData("[[processes]]\ntype = 'web'\ncommand = ['a']\n[[processes]]\ntype = 'web'\ncommand = ['b']")]
    [InlineData("processes = 1")]
    public void Wrong_documents_are_refused(string text) => Assert.Throws<TomlException>(() => LaunchMetadata.Parse(text));

    [Fact]
    public void Later_buildpacks_replace_process_types_and_the_last_default_wins()
    {
        var (a, b) = (PlanResolutionTests.Pack("a"), PlanResolutionTests.Pack("b"));
        var combined = ProcessTypes.Combine(
        [
            (a, LaunchMetadata.Parse("[[processes]]\ntype='web'\ncommand=['a']\ndefault=true\n[[processes]]\ntype='task'\ncommand=['t']")),
            (b, LaunchMetadata.Parse("[[processes]]\ntype='web'\ncommand=['b']\n[[processes]]\ntype='worker'\ncommand=['w']\ndefault=true")),
        ]);
        Assert.Equal(["web:b", "task:t", "worker:w"], combined.Select(entry => $"{entry.Process.Type}:{entry.Process.ShellCommand}"));
        Assert.Equal("worker", ProcessTypes.Default([.. combined.Select(entry => entry.Process)])!.Type);
        Assert.Equal("web", ProcessTypes.Default([new LaunchProcess("x", ["x"], []), new LaunchProcess("web", ["w"], [])])!.Type);
        Assert.Null(ProcessTypes.Default([new LaunchProcess("x", ["x"], [])]));
    }

    [Fact]
    public void What_the_build_tells_the_launcher_reads_back_equal()
    {
        var plan = new LaunchPlan(
            [new LaunchedBuildpack("a/b", "1.2.3", "0.12")],
            [
                new LaunchProcess("web", ["bash", "-c", "a \"b\" '\n' \\ é"], ["x", ""]) { Default = true, WorkingDirectory = "/w/\"q\"" },
                new LaunchProcess("line", ["echo $X"], []) { Direct = false },
            ]);
        var read = LaunchPlan.Parse(plan.Write());
        Assert.Equal(plan.Buildpacks, read.Buildpacks);
        Assert.Equal(plan.Processes.Select(Text), read.Processes.Select(Text));

        static string Text(LaunchProcess process) =>
            $"{process.Type} {string.Join('|', process.Command)} {string.Join('|', process.Arguments)} {process.Direct} {process.Default} {process.WorkingDirectory}";
    }

    [Fact]
    public void A_real_shell_reads_quoted_words_back()
    {
        string[] words = ["plain", "", "a b", "it's", "$HOME", "`id`", "a\nb", "\\", "*", "~", "é", "-x=1", "#c", "!"];
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"printf '%s\\0' {ShellText.Join(words)}"]) { RedirectStandardOutput = true })!;
        Assert.Equal(string.Concat(words.Select(word => word + "\0")), shell.StandardOutput.ReadToEnd());
    }
}
