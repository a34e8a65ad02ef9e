using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Paas.Testing;
using Xunit;

namespace Paas.Runtime.FunctionalTests;

/// <summary>The command line as those who drive runc know it: forms of output, messages, exit codes.</summary>
public sealed class CommandLineTests
{
    [RootFact]
    public void The_state_document_has_runcs_members_in_runcs_order()
    {
        using var container = new TestContainer().Script("sleep 1000");
        container.Config["annotations"] = new JsonObject { ["org.example.b"] = "2", ["org.example.a"] = "1" };
        container.Create().ShouldSucceed();
        var text = container.Verb("state").ShouldSucceed().Output;
        var state = (JsonObject)JsonNode.Parse(text)!;
        Assert.Equal(["ociVersion", "id", "pid", "status", "bundle", "rootfs", "created", "annotations", "owner"], state.Select(member => member.Key));
        Assert.Equal(container.Rootfs, (string)state["rootfs"]!);
        Assert.Equal("", (string)state["owner"]!);
        Assert.Equal(["org.example.a", "org.example.b"], state["annotations"]!.AsObject().Select(member => member.Key));
        Assert.EndsWith("Z", (string)state["created"]!);
        Assert.StartsWith("{\n  \"ociVersion\": \"", text);
    }

    [OwnRootFact]
    public void Features_are_listed_for_clients_to_choose_by()
    {
        var features = JsonNode.Parse(RuntimeUnderTest.Execute(RuntimeUnderTest.Program, "features").ShouldSucceed().Output)!;
        Assert.Equal(
            ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"],
            features["hooks"]!.AsArray().Select(hook => (string)hook!));
        Assert.Contains("rro", features["mountOptions"]!.AsArray().Select(option => (string)option!));
        var linux = features["linux"]!;
        Assert.Equal(41, linux["capabilities"]!.AsArray().Count);
        Assert.True((bool)linux["mountExtensions"]!["idmap"]!["enabled"]!);
        Assert.False((bool)linux["intelRdt"]!["enabled"]!);
        Assert.Contains("MPOL_BIND", linux["memoryPolicy"]!["modes"]!.AsArray().Select(mode => (string)mode!));
    }

    [RootFact]
    public void A_stopped_container_has_no_pid()
    {
        using var container = new TestContainer().Script("true");
        container.RunDetached().ShouldSucceed();
        TestContainer.Eventually(() => container.Status == "stopped", "stopped");
        Assert.Equal(0, container.Pid);
        Assert.Contains("   0   ", RuntimeUnderTest.Run(container.Root, "list").ShouldSucceed().Output);
    }

    [RootFact]
    public void The_list_is_a_table_of_six_columns()
    {
        using var container = new TestContainer().Script("sleep 1000");
        container.Create().ShouldSucceed();
        var lines = RuntimeUnderTest.Run(container.Root, "list").ShouldSucceed().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.Matches("^ID +PID +STATUS +BUNDLE +CREATED +OWNER$", lines[0]);
        Assert.Matches($"^{container.Id} {{3}}{container.Pid} +created {{5}}{Regex.Escape(container.Bundle)} {{3}}[0-9T:.-]+Z +root$", lines[1]);
        Assert.Equal(lines[0].IndexOf("BUNDLE"), lines[1].IndexOf(container.Bundle));
    }

    [RootFact]
    public void An_empty_list_is_still_a_list()
    {
        using var container = new TestContainer();
        Directory.CreateDirectory(container.Root);
        Assert.Equal("ID          PID         STATUS      BUNDLE      CREATED     OWNER\n", RuntimeUnderTest.Run(container.Root, "list").ShouldSucceed().Output);
        Assert.Equal("null\n", RuntimeUnderTest.Run(container.Root, "list", "-f", "json").ShouldSucceed().Output);
        Assert.Equal("", RuntimeUnderTest.Run(container.Root, "list", "--quiet").ShouldSucceed().Output);
        Assert.Contains("invalid format option", RuntimeUnderTest.Run(container.Root, "list", "-f", "xml").Error);
    }

    [RootFact]
    public void What_cannot_be_done_is_said_in_the_words_others_look_for()
    {
        using var container = new TestContainer().Script("sleep 1000");
        Assert.Contains("container does not exist", container.Verb("state").Error);
        Assert.Contains("container does not exist", RuntimeUnderTest.Run(container.Root, "delete", container.Id).Error);
        container.RunDetached().ShouldSucceed();
        Assert.Contains($"cannot delete container {container.Id} that is not stopped: running", RuntimeUnderTest.Run(container.Root, "delete", container.Id).Error);
        Assert.Contains("cannot start an already running container", container.Verb("start").Error);
        Assert.Contains("unknown signal", container.Verb("kill", "NONSENSE").Error);
        container.Verb("kill", "kill").ShouldSucceed();
        TestContainer.Eventually(() => container.Status == "stopped", "stopped");
        Assert.Contains("container not running", container.Verb("kill", "TERM").Error);
        Assert.Contains("container not running", container.Verb("kill", "0").Error);
        Assert.Contains("cannot start a container that has stopped", container.Verb("start").Error);
    }

    [RootFact]
    public void Ids_are_checked()
    {
        using var container = new TestContainer();
        foreach (var id in (string[])["../escape", "a/b", "a b", ".."])
        {
            var outcome = RuntimeUnderTest.Run(container.Root, "state", id);
            Assert.NotEqual(0, outcome.ExitCode);
            Assert.Contains("invalid container ", outcome.Error, StringComparison.OrdinalIgnoreCase);
        }
    }

    [RootFact]
    public void A_container_that_was_never_started_is_deleted_without_force()
    {
        using var container = new TestContainer().Script("sleep 1000");
        container.Create().ShouldSucceed();
        RuntimeUnderTest.Run(container.Root, "delete", container.Id).ShouldSucceed();
        Assert.Empty(container.Cgroups());
    }

    [RootFact]
    public void Kill_ends_all_processes_also_without_a_pid_namespace()
    {
        using var container = new TestContainer().Script("sleep 1000 & sleep 1000 & echo $! up; wait");
        var namespaces = (JsonArray)container.Linux["namespaces"]!;
        namespaces.Remove(namespaces.Single(item => (string)item!["type"]! == "pid"));
        container.RunDetached().ShouldSucceed();
        TestContainer.Eventually(() => container.DetachedOutput.Contains("up"), "running");
        var child = container.DetachedOutput.Split(' ')[0];
        RuntimeUnderTest.Run(container.Root, RuntimeUnderTest.IsOurs ? ["kill", container.Id, "KILL"] : ["kill", "--all", container.Id, "KILL"]).ShouldSucceed();
        TestContainer.Eventually(() => !File.Exists($"/proc/{child}/cmdline") || File.ReadAllText($"/proc/{child}/stat").Contains(") Z "), "the child is gone");
    }

    [RootFact]
    public void Options_may_follow_the_id()
    {
        using var container = new TestContainer().Script("sleep 1000");
        container.RunDetached().ShouldSucceed();
        RuntimeUnderTest.Run(container.Root, "delete", container.Id, "-force").ShouldSucceed();
    }

    [RootFact]
    public void A_process_can_join_a_container_that_waits_for_its_start()
    {
        using var container = new TestContainer().Script("sleep 1000");
        container.Create().ShouldSucceed();
        Assert.Equal("in\n", RuntimeUnderTest.Run(container.Root, "exec", container.Id, "echo", "in").ShouldSucceed().Output);
        Assert.Equal("created", container.Status);
    }

    [RootFact]
    public void Wrong_usage_shows_the_help_and_fails()
    {
        using var container = new TestContainer();
        foreach (var arguments in (string[][])[["create"], ["state", "a", "b"], ["delete", "--nonsense", "a"], ["run", "--preserve-fds", "x", "a"], ["kill"]])
        {
            var outcome = RuntimeUnderTest.Run(container.Root, arguments);
            Assert.Equal(1, outcome.ExitCode);
            Assert.StartsWith("Incorrect Usage", outcome.Output);
            Assert.Contains($" {arguments[0]} ", outcome.Output);
            Assert.Contains("level=error", outcome.Error);
        }

        Assert.Equal(3, RuntimeUnderTest.Run(container.Root, "nonsense").ExitCode);
    }

    [RootFact]
    public void Help_and_version_need_no_container()
    {
        Assert.Contains("COMMANDS:", RuntimeUnderTest.Execute(RuntimeUnderTest.Program, "--help").ShouldSucceed().Output);
        Assert.Contains("--ignore-paused", RuntimeUnderTest.Execute(RuntimeUnderTest.Program, "exec", "--help").ShouldSucceed().Output);
        Assert.Contains("--force", RuntimeUnderTest.Execute(RuntimeUnderTest.Program, "help", "delete").ShouldSucceed().Output);
        var version = RuntimeUnderTest.Execute(RuntimeUnderTest.Program, "--version").ShouldSucceed().Output;
        Assert.Matches(@"^(paas-runtime|runc) version \d+\.\d+\.\d+", version);
        Assert.Matches(@"\nspec: \d+\.\d+\.\d+", version);
        if (RuntimeUnderTest.IsOurs) Assert.Matches(@"\n\+SYSTEMD .*\+SECCOMP", version);
    }

    [RootFact]
    public void Errors_are_log_lines()
    {
        using var container = new TestContainer();
        Assert.Matches("^time=\"[0-9-]+T[0-9:]+[^\"]+\" level=error msg=\"[^\"]*does not exist", container.Verb("state").Error);
        var log = container.Path("log.text");
        var outcome = RuntimeUnderTest.Execute(RuntimeUnderTest.Program, "--root", container.Root, "--log", log, "state", "missing");
        Assert.StartsWith("container does not exist", outcome.Error);
        Assert.Matches("level=error msg=\"?container does not exist", File.ReadAllText(log));
        RuntimeUnderTest.Execute(RuntimeUnderTest.Program, "--root", container.Root, "--log", log, "state", "missing");
        Assert.Equal(2, File.ReadAllLines(log).Length);
        Assert.NotEqual(0, RuntimeUnderTest.Execute(RuntimeUnderTest.Program, "--log", container.Path("none/log"), "list").ExitCode);
        Assert.NotEqual(0, RuntimeUnderTest.Execute(RuntimeUnderTest.Program, "--log-format", "xml", "list").ExitCode);
    }

    [RootFact]
    public void Debug_tells_what_is_done()
    {
        using var container = new TestContainer();
        container.WriteConfig();
        var log = container.Path("log.json");
        RuntimeUnderTest.Execute(
            RuntimeUnderTest.Program, "--root", container.Root, "--debug", "--log", log, "--log-format", "json", "run", "--bundle", container.Bundle, container.Id).ShouldSucceed();
        var lines = File.ReadLines(log).Select(line => JsonNode.Parse(line)!).ToList();
        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.Equal("debug", (string)line["level"]!));
    }

    [RootFact]
    public void Spec_writes_a_document_to_start_from()
    {
        using var container = new TestContainer();
        RuntimeUnderTest.Run(container.Root, "spec", "--bundle", container.Bundle).ShouldSucceed();
        var path = System.IO.Path.Combine(container.Bundle, "config.json");
        var text = File.ReadAllText(path);
        Assert.StartsWith("{\n\t\"ociVersion\": \"1.", text);
        var config = (JsonObject)JsonNode.Parse(text)!;
        Assert.Equal(["ociVersion", "process", "root", "hostname", "mounts", "linux"], config.Select(member => member.Key));
        Assert.Equal(7, config["mounts"]!.AsArray().Count);
        Assert.True((bool)config["process"]!["terminal"]!);
        Assert.Contains("exists. Remove it first", RuntimeUnderTest.Run(container.Root, "spec", "--bundle", container.Bundle).Error);

        File.Delete(path);
        RuntimeUnderTest.Run(container.Root, "spec", "--rootless", "-b", container.Bundle).ShouldSucceed();
        var linux = JsonNode.Parse(File.ReadAllText(path))!["linux"]!.AsObject();
        Assert.Equal(1, (int)linux["uidMappings"]![0]!["size"]!);
        Assert.False(linux.ContainsKey("resources"));
        Assert.Contains(linux["namespaces"]!.AsArray(), item => (string)item!["type"]! == "user");
    }

    [OwnRootFact]
    public void A_regular_expression_deletes_many()
    {
        using var first = new TestContainer().Script("sleep 1000");
        first.Create().ShouldSucceed();
        Assert.NotEqual(0, RuntimeUnderTest.Run(first.Root, "delete", "--regex", "(").ExitCode);
        RuntimeUnderTest.Run(first.Root, "delete", "-f", "--regex", "^no-such").ShouldSucceed();
        Assert.Equal("created", first.Status);
        RuntimeUnderTest.Run(first.Root, "delete", "-f", "--regex", "^paas-test-[0-9a-f]+$").ShouldSucceed();
        Assert.Equal("", RuntimeUnderTest.Run(first.Root, "list", "-q").ShouldSucceed().Output);
    }

    [OwnRootFact]
    public void A_user_namespace_without_mappings_has_root_alone()
    {
        using var container = new TestContainer().Script("cat /proc/self/uid_map");
        ((JsonArray)container.Linux["namespaces"]!).Add(new JsonObject { ["type"] = "user" });
        Assert.Equal("0 0 1", string.Join(' ', container.Run().ShouldSucceed().Output.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries)));
    }
}
