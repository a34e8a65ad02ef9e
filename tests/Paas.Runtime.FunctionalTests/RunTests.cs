using System.Text.Json.Nodes;
using Paas.Testing;
using Xunit;

namespace Paas.Runtime.FunctionalTests;

/// <summary><c>run</c>: the process as its configuration says, and its end as the verb's.</summary>
public sealed class RunTests
{
    [RootTheory]
    [InlineData("exit 0", 0)]
    [InlineData("exit 7", 7)]
    [InlineData("kill -TERM $$; sleep 5", 0)]
    [InlineData("sh -c 'kill -KILL $$'; exit $?", 137)]
    public void The_exit_code_is_the_processs(string script, int expected)
    {
        using var container = new TestContainer().Script(script);
        // A pid namespace's first process is immune to its own SIGTERM: it sleeps on and exits by itself.
        Assert.Equal(expected, container.Run().ExitCode);
    }

    [RootFact]
    public void Output_and_environment_arrive()
    {
        using var container = new TestContainer().Script("echo out; echo err >&2; echo $GREETING; env | grep -c .");
        ((JsonArray)container.Process["env"]!).Add("GREETING=hello world");
        var outcome = container.Run().ShouldSucceed();
        Assert.StartsWith("out\nhello world\n", outcome.Output);
        Assert.Equal("err\n", outcome.Error);
    }

    [RootFact]
    public void User_groups_umask_and_working_directory_are_as_configured()
    {
        using var container = new TestContainer().Script("id -u; id -g; id -G; pwd; umask");
        container.Process["user"] = new JsonObject { ["uid"] = 1000, ["gid"] = 1001, ["additionalGids"] = new JsonArray(5, 7), ["umask"] = 63 };
        container.Process["cwd"] = "/home";
        Assert.Equal("1000\n1001\n1001 5 7\n/home\n0077\n", container.Run().ShouldSucceed().Output);
    }

    [RootFact]
    public void A_program_is_searched_in_the_path_of_the_environment()
    {
        using var container = new TestContainer();
        container.Process["args"] = new JsonArray("echo", "found");
        Assert.Equal("found\n", container.Run().ShouldSucceed().Output);
    }

    [RootFact]
    public void A_missing_program_is_named_and_nothing_is_left()
    {
        using var container = new TestContainer();
        container.Process["args"] = new JsonArray("/no/such/program");
        var outcome = container.Run();
        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains("/no/such/program", outcome.Error);
        Assert.Empty(container.Cgroups());
        Assert.False(Directory.Exists(System.IO.Path.Combine(container.Root, container.Id)));
    }

    [RootFact]
    public void A_missing_mount_source_is_named_and_nothing_is_left()
    {
        using var container = new TestContainer().Mount("/data", "bind", "/no/such/source", "rbind");
        var outcome = container.Run();
        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains("/no/such/source", outcome.Error);
        Assert.Empty(container.Cgroups());
        Assert.False(Directory.Exists(System.IO.Path.Combine(container.Root, container.Id)));
    }

    [RootFact]
    public void Nothing_is_left_after_the_end()
    {
        using var container = new TestContainer().Script("true");
        container.Run().ShouldSucceed();
        Assert.Empty(container.Cgroups());
        Assert.Empty(container.HostMounts());
        Assert.NotEqual(0, container.Verb("state").ExitCode);
    }

    [RootFact]
    public void No_descriptor_but_the_standard_ones_is_inherited()
    {
        using var container = new TestContainer().Script("ls /proc/self/fd | wc -l");
        // The three, and the directory being listed.
        Assert.Equal("4\n", container.Run().ShouldSucceed().Output);
    }

    [RootFact]
    public void Signals_are_neither_blocked_nor_ignored()
    {
        using var container = new TestContainer();
        container.Process["args"] = new JsonArray("/bin/grep", "-E", "Sig(Blk|Ign)", "/proc/self/status");
        Assert.Equal("SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n", container.Run().ShouldSucceed().Output);
    }

    [OwnRootFact]
    public void A_signal_to_the_runtime_reaches_the_process()
    {
        using var container = new TestContainer().Script("trap 'echo got it; exit 3' TERM; echo ready; while :; do sleep 0.05; done");
        container.WriteConfig();
        using var run = RuntimeUnderTest.Start(container.Root, "run", "--bundle", container.Bundle, container.Id);
        Assert.Equal("ready", run.StandardOutput.ReadLine());
        RuntimeUnderTest.Execute("/bin/kill", "-TERM", $"{run.Id}").ShouldSucceed();
        Assert.True(run.WaitForExit(Patience.OfSeconds(10)));
        Assert.Equal("got it\n", run.StandardOutput.ReadToEnd());
        Assert.Equal(3, run.ExitCode);
    }

    [OwnRootFact]
    public void The_container_dies_with_an_attached_runtime()
    {
        using var container = new TestContainer().Script("echo ready; sleep 1000");
        container.WriteConfig();
        using var run = RuntimeUnderTest.Start(container.Root, "run", "--bundle", container.Bundle, container.Id);
        Assert.Equal("ready", run.StandardOutput.ReadLine());
        var pid = container.Pid;
        run.Kill();
        TestContainer.Eventually(() => !File.Exists($"/proc/{pid}/stat"), "the container's process ends");
        Assert.Equal("stopped", container.Status);
        RuntimeUnderTest.Run(container.Root, "delete", container.Id).ShouldSucceed();
        Assert.Empty(container.Cgroups());
    }

    [RootFact]
    public void Malformed_configuration_is_refused()
    {
        using var container = new TestContainer();
        container.WriteConfig();
        File.WriteAllText(System.IO.Path.Combine(container.Bundle, "config.json"), "{ \"ociVersion\": ");
        Assert.NotEqual(0, RuntimeUnderTest.Run(container.Root, "run", "--bundle", container.Bundle, container.Id).ExitCode);
        Assert.Empty(container.Cgroups());
    }

    [RootTheory]
    [InlineData("../escape")]
    [InlineData("a/b")]
    [InlineData("..")]
    public void An_id_that_is_no_name_is_refused(string id)
    {
        using var container = new TestContainer();
        container.WriteConfig();
        Assert.NotEqual(0, RuntimeUnderTest.Run(container.Root, "run", "--bundle", container.Bundle, id).ExitCode);
    }
}
