using System.Text.Json.Nodes;
using Paas.Testing;
using Xunit;

namespace Paas.Runtime.FunctionalTests;

/// <summary>Hooks (config.md, POSIX-platform Hooks; runtime.md, Lifecycle).</summary>
[Trait("Machine", "Always")]
public sealed class HookTests
{
    private static readonly string[] Kinds = ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"];

    [RootFact]
    public void Each_kind_runs_at_its_point_of_the_lifecycle()
    {
        using var container = new TestContainer().Script("echo program >> /log; sleep 1000");
        foreach (var kind in Kinds) Add(container, kind, $"echo {kind} >> {Place(container, kind, "log")}");
        container.Create().ShouldSucceed();
        // Older peers have poststart then already.
        Assert.Equal(["prestart", "createRuntime", "createContainer"], RuntimeUnderTest.IsOurs ? Log(container) : Log(container)[..3]);
        container.Verb("start").ShouldSucceed();
        TestContainer.Eventually(() => Log(container).Length == 6, "program and poststart");
        Assert.Equal(["poststart", "program", "startContainer"], Log(container)[3..].Order());
        Assert.True(Array.IndexOf(Log(container), "startContainer") < Array.IndexOf(Log(container), "program"));
        container.Verb("delete", "--force").ShouldSucceed();
        Assert.Equal("poststop", Log(container)[^1]);
        Assert.Equal(7, Log(container).Length);
    }

    // Older peers do not wait for the program before poststart.
    [OwnRootFact]
    public void Run_calls_all_of_them_in_order()
    {
        using var container = new TestContainer().Script("true");
        foreach (var kind in Kinds) Add(container, kind, $"echo {kind} >> {Place(container, kind, "log")}");
        container.Run().ShouldSucceed();
        Assert.Equal(Kinds, Log(container));
    }

    [RootFact]
    public void Hooks_of_the_runtime_run_in_its_namespaces_those_of_the_container_in_the_containers()
    {
        using var container = new TestContainer().Script("sleep 1000");
        foreach (var kind in Kinds) Add(container, kind, $"for n in mnt pid net uts ipc; do readlink /proc/self/ns/$n; done > {Place(container, kind, kind)}");
        container.Create().ShouldSucceed();
        container.Verb("start").ShouldSucceed();
        var (own, theirs) = (Namespaces("self"), Namespaces($"{container.Pid}"));
        container.Verb("delete", "--force").ShouldSucceed();
        foreach (var kind in Kinds)
        {
            var expected = kind is "createContainer" or "startContainer" ? theirs : own;
            Assert.Equal((kind, string.Join(' ', expected)), (kind, string.Join(' ', File.ReadAllLines(Path.Combine(container.Rootfs, kind)))));
        }
    }

    [RootFact]
    public void A_createContainer_hook_sees_the_hosts_files_and_the_containers_mounts()
    {
        using var container = new TestContainer().Mount("/data", "tmpfs", "tmpfs");
        Add(container, "createContainer", $"echo hook > {container.Rootfs}/data/file");
        Assert.Equal("hook\n", container.Script("cat /data/file").Run().ShouldSucceed().Output);
        Assert.False(File.Exists(Path.Combine(container.Rootfs, "data/file")));
    }

    [RootFact]
    public void What_a_createRuntime_hook_does_to_the_network_namespace_the_program_finds()
    {
        using var container = new TestContainer().Script("cat /sys/class/net/lo/mtu");
        Add(container, "createRuntime", "pid=$(sed 's/.*\"pid\":\\([0-9]*\\).*/\\1/'); nsenter --net=/proc/$pid/ns/net ip link set lo mtu 4321");
        Assert.Equal("4321\n", container.Run().ShouldSucceed().Output);
    }

    [RootFact]
    public void Each_gets_the_state_on_standard_input()
    {
        using var container = new TestContainer().Script("sleep 1000");
        container.Config["annotations"] = new JsonObject { ["org.example.key"] = "a \"value\"" };
        foreach (var kind in Kinds) Add(container, kind, $"cat > {Place(container, kind, kind)}");
        container.Create().ShouldSucceed();
        container.Verb("start").ShouldSucceed();
        var pid = container.Pid;
        container.Verb("delete", "--force").ShouldSucceed();
        foreach (var kind in Kinds)
        {
            var state = JsonNode.Parse(File.ReadAllText(Path.Combine(container.Rootfs, kind)))!;
            Assert.Equal("1.", ((string)state["ociVersion"]!)[..2]);
            Assert.Equal(container.Id, (string)state["id"]!);
            Assert.Equal(container.Bundle, (string)state["bundle"]!);
            Assert.Equal("a \"value\"", (string)state["annotations"]!["org.example.key"]!);
            // In the container's namespaces it is the pid that the container sees.
            var expected = kind switch { "poststop" => 0, "createContainer" or "startContainer" => 1, _ => pid };
            Assert.Equal((kind, expected), (kind, (int?)state["pid"] ?? 0));
            Assert.Equal((kind, Status(kind)), (kind, (string)state["status"]!));
        }
    }

    // crun's annotations, which runc does not know.
    [OwnRootFact]
    public void What_they_print_goes_to_the_files_that_annotations_name()
    {
        using var container = new TestContainer();
        var (output, error) = (container.Path("out"), container.Path("err"));
        container.Config["annotations"] = new JsonObject { ["run.oci.hooks.stdout"] = output, ["run.oci.hooks.stderr"] = error };
        foreach (var kind in Kinds) Add(container, kind, $"echo {kind}; echo not {kind} >&2");
        container.Run().ShouldSucceed();
        Assert.Equal(Kinds, File.ReadAllLines(output));
        Assert.Equal(Kinds.Select(kind => $"not {kind}"), File.ReadAllLines(error));

        container.Config["annotations"] = new JsonObject { ["run.oci.hooks.stdout"] = container.Path("missing/out") };
        Assert.Contains("missing/out", container.Run().Error, StringComparison.Ordinal);
        Assert.Empty(container.Cgroups());
    }

    [RootFact]
    public void Arguments_and_environment_are_exactly_those_given()
    {
        using var container = new TestContainer();
        foreach (var kind in Kinds)
        {
            Add(container, kind, $"exec 5</proc/self/environ 6</proc/self/cmdline; cat <&5 > {Place(container, kind, kind)}; cat <&6 >> {Place(container, kind, kind)}; :", hook =>
            {
                hook["env"] = new JsonArray("A=1", "B=two words");
                ((JsonArray)hook["args"]!).Add("third argument");
                // Busybox finds out by it what to be.
                hook["args"]![0] = NameOf(kind);
            });
        }

        container.Run().ShouldSucceed();
        foreach (var kind in Kinds)
        {
            var parts = File.ReadAllText(Path.Combine(container.Rootfs, kind)).Split('\0');
            Assert.Equal(["A=1", "B=two words", NameOf(kind), "-c"], parts[..4]);
            Assert.Equal(["third argument", ""], parts[5..]);
        }
    }

    private static string NameOf(string kind) => kind == "startContainer" ? "sh" : "own name";

    [OwnRootFact]
    public void A_createContainer_hook_starts_in_the_root()
    {
        using var container = new TestContainer();
        Add(container, "createContainer", "pwd > seen; ls proc > mounted");
        container.Run().ShouldSucceed();
        Assert.Equal(container.Rootfs + "\n", File.ReadAllText(Path.Combine(container.Rootfs, "seen")));
        Assert.Contains("self", File.ReadAllText(Path.Combine(container.Rootfs, "mounted")));
    }

    [OwnRootFact]
    public void A_startContainer_hook_without_an_environment_has_the_programs()
    {
        using var container = new TestContainer();
        ((JsonArray)container.Process["env"]!).Add("A=of the program");
        Add(container, "startContainer", "echo $A $HOME > /seen", hook => hook.Remove("env"));
        Add(container, "createContainer", $"echo a$A > {Place(container, "createContainer", "before")}", hook => hook.Remove("env"));
        container.Run().ShouldSucceed();
        Assert.Equal("of the program /root\n", File.ReadAllText(Path.Combine(container.Rootfs, "seen")));
        Assert.Equal("a\n", File.ReadAllText(Path.Combine(container.Rootfs, "before")));
    }

    [OwnRootFact]
    public void What_a_startContainer_hook_printed_is_in_the_message_of_run()
    {
        using var container = new TestContainer();
        Add(container, "startContainer", "echo what went wrong; kill -TERM $$");
        var outcome = container.Run();
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("startContainer hook #0: signal: terminated, output: what went wrong", outcome.Error);
        AssertNothingIsLeft(container);
    }

    [RootTheory]
    [InlineData("prestart")]
    [InlineData("createRuntime")]
    [InlineData("createContainer")]
    public void One_that_fails_undoes_the_creation(string kind)
    {
        using var container = new TestContainer();
        Add(container, kind, "echo what went wrong; exit 3");
        Add(container, kind, $"touch {container.Path("second")}");
        var outcome = container.Create();
        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains(RuntimeUnderTest.IsOurs ? $"{kind} hook #0" : "hook #0", outcome.Error);
        Assert.Contains("exit status 3", outcome.Error);
        Assert.False(File.Exists(container.Path("second")));
        AssertNothingIsLeft(container);
    }

    [OwnRootFact]
    public void A_creation_that_fails_ends_with_the_poststop_hooks()
    {
        using var container = new TestContainer();
        Add(container, "createRuntime", $"touch {container.Path("up")}");
        Add(container, "createRuntime", "exit 3");
        Add(container, "poststop", $"cat > /dev/null; rm {container.Path("up")}; touch {container.Path("down")}");
        Assert.NotEqual(0, container.Create().ExitCode);
        Assert.False(File.Exists(container.Path("up")));
        Assert.True(File.Exists(container.Path("down")));
        AssertNothingIsLeft(container);
    }

    [OwnRootFact]
    public void A_container_whose_configuration_is_gone_can_be_deleted()
    {
        using var container = new TestContainer().Script("exec sleep 1000");
        Add(container, "poststop", $"touch {container.Path("down")}");
        container.Create().ShouldSucceed();
        File.Delete(Path.Combine(container.Root, container.Id, "config.json"));
        container.Verb("delete", "--force").ShouldSucceed();
        Assert.True(File.Exists(container.Path("down")));
        AssertNothingIsLeft(container);

        container.Create().ShouldSucceed();
        File.WriteAllText(Path.Combine(container.Root, container.Id, "config.json"), "{\"hooks\": ");
        Assert.Contains("poststop hooks", container.Verb("delete", "--force").ShouldSucceed().Error);
        AssertNothingIsLeft(container);
    }

    [OwnRootFact]
    public void What_a_hook_printed_is_in_the_message()
    {
        foreach (var kind in Kinds[..3])
        {
            using var container = new TestContainer();
            Add(container, kind, "echo what went; echo wrong >&2; exit 3");
            var outcome = container.Run();
            Assert.NotEqual(0, outcome.ExitCode);
            Assert.Contains($"{kind} hook #0: exit status 3, output: what went", outcome.Error);
            AssertNothingIsLeft(container);
        }
    }

    [RootFact]
    public void A_startContainer_hook_that_fails_keeps_the_program_from_running()
    {
        using var container = new TestContainer().Script("echo ran > /ran");
        Add(container, "startContainer", "exit 1");
        Assert.NotEqual(0, container.Run().ExitCode);
        Assert.False(File.Exists(Path.Combine(container.Rootfs, "ran")));
        AssertNothingIsLeft(container);
        container.Create().ShouldSucceed();
        container.Verb("start");
        TestContainer.Eventually(() => container.Status == "stopped", "stopped");
        Assert.False(File.Exists(Path.Combine(container.Rootfs, "ran")));
    }

    [RootFact]
    public void A_poststart_hook_that_fails_is_an_error_and_ends_the_container()
    {
        using var container = new TestContainer().Script("sleep 1000");
        Add(container, "poststart", "exit 4");
        var outcome = container.Run();
        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains(RuntimeUnderTest.IsOurs ? "poststart hook #0" : "hook #0", outcome.Error);
        AssertNothingIsLeft(container);
    }

    [OwnRootFact]
    public void A_poststart_hook_that_fails_after_start_stops_the_container()
    {
        using var container = new TestContainer().Script("sleep 1000");
        Add(container, "poststart", "exit 4");
        container.Create().ShouldSucceed();
        var outcome = container.Verb("start");
        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains("error running poststart hook #0: exit status 4", outcome.Error);
        TestContainer.Eventually(() => container.Status == "stopped", "stopped");
    }

    [OwnRootFact]
    public void A_poststop_hook_that_fails_is_a_warning_and_the_others_run()
    {
        using var container = new TestContainer();
        Add(container, "poststop", "exit 5");
        Add(container, "poststop", $"touch {container.Path("second")}");
        container.RunDetached().ShouldSucceed();
        TestContainer.Eventually(() => container.Status == "stopped", "stopped");
        var outcome = container.Verb("delete").ShouldSucceed();
        Assert.Contains("poststop hook #0: exit status 5", outcome.Error);
        Assert.Contains("warning", outcome.Error);
        Assert.True(File.Exists(container.Path("second")));
        AssertNothingIsLeft(container);
    }

    [RootTheory]
    [InlineData("createRuntime")]
    [InlineData("createContainer")]
    [InlineData("startContainer")]
    [InlineData("poststart")]
    public void One_that_runs_past_its_timeout_is_killed_and_has_failed(string kind)
    {
        using var container = new TestContainer().Script("sleep 1000");
        var pidFile = Path.Combine(container.Rootfs, "hook.pid");
        Add(container, kind, $"echo $$ > {Place(container, kind, "hook.pid")}; exec sleep 543", hook => hook["timeout"] = (int)Patience.OfSeconds(1).TotalSeconds);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        Assert.NotEqual(0, container.Run().ExitCode);
        Assert.InRange(clock.Elapsed.TotalSeconds, 1, 60);
        Assert.True(File.Exists(pidFile));
        TestContainer.Eventually(() => !IsSleeping543(), "the hook is gone");
        AssertNothingIsLeft(container);
    }

    [RootFact]
    public void One_that_ends_in_time_is_not_waited_for_any_longer()
    {
        using var container = new TestContainer();
        foreach (var kind in Kinds) Add(container, kind, "true", hook => hook["timeout"] = 600);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        container.Run().ShouldSucceed();
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 100);
    }

    [RootTheory]
    [InlineData("createRuntime")]
    [InlineData("createContainer")]
    public void A_missing_program_is_named(string kind)
    {
        using var container = new TestContainer();
        Add(container, kind, "", hook => hook["path"] = "/no/such/hook");
        var outcome = container.Create();
        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains("/no/such/hook", outcome.Error);
        AssertNothingIsLeft(container);
    }

    [OwnRootFact]
    public void A_path_that_is_not_absolute_and_a_timeout_that_is_none_are_refused()
    {
        using var container = new TestContainer();
        Add(container, "poststop", "", hook => hook["path"] = "bin/sh");
        Assert.Contains("bin/sh", container.Create().Error);
        container.Config.Remove("hooks");
        Add(container, "prestart", "", hook => hook["timeout"] = 0);
        Assert.Contains("timeout", container.Create().Error);
        AssertNothingIsLeft(container);
    }

    [RootFact]
    public void They_work_with_a_user_namespace()
    {
        using var container = new TestContainer().WithUserNamespace();
        RuntimeUnderTest.Execute("/bin/chown", "-R", "300000:300000", container.Rootfs).ShouldSucceed();
        // The container's root, whom the hooks run as, walks to it.
        RuntimeUnderTest.Execute("/bin/chmod", "0755", Path.GetDirectoryName(container.Bundle)!).ShouldSucceed();
        foreach (var kind in Kinds) Add(container, kind, $"id -u > {Place(container, kind, kind)}");
        container.Run().ShouldSucceed();
        foreach (var kind in Kinds) Assert.Equal("0\n", File.ReadAllText(Path.Combine(container.Rootfs, kind)));
    }

    [RootFact]
    public void Very_many_run_in_order()
    {
        const int Count = 40;
        using var container = new TestContainer();
        string[] kinds = ["createRuntime", "createContainer", "startContainer"];
        foreach (var kind in kinds)
        {
            for (var i = 0; i < Count; i++) Add(container, kind, $"echo {kind} {i} >> {Place(container, kind, "log")}");
        }

        container.Run().ShouldSucceed();
        Assert.Equal(kinds.SelectMany(kind => Enumerable.Range(0, Count).Select(i => $"{kind} {i}")), Log(container));
    }

    [RootFact]
    public void One_that_prints_much_does_not_hang()
    {
        using var container = new TestContainer();
        foreach (var kind in Kinds) Add(container, kind, "yes | head -c 3000000; yes | head -c 3000000 >&2");
        container.Run().ShouldSucceed();
    }

    [OwnRootFact]
    public void One_that_leaves_a_process_behind_is_not_waited_for_beyond_its_end()
    {
        using var container = new TestContainer();
        var pidFile = container.Path("left.pid");
        Add(container, "createRuntime", $"sleep 1000 & echo $! > {pidFile}");
        var clock = System.Diagnostics.Stopwatch.StartNew();
        container.Run().ShouldSucceed();
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 100);
        System.Diagnostics.Process.GetProcessById(int.Parse(File.ReadAllText(pidFile))).Kill();
    }

    [OwnRootFact]
    public void Hooks_have_no_descriptors_but_the_standard_ones()
    {
        using var container = new TestContainer();
        foreach (var kind in Kinds) Add(container, kind, $"exec > {Place(container, kind, kind)}; for f in 0 1 2 3 4 5 6 7 8 9 11 12 13 14 15; do [ -e /proc/self/fd/$f ] && echo $f; done; :");
        container.Run().ShouldSucceed();
        foreach (var kind in Kinds)
        {
            Assert.Equal((kind, "0 1 2"), (kind, string.Join(' ', File.ReadAllLines(Path.Combine(container.Rootfs, kind)))));
        }
    }

    private static void Add(TestContainer container, string kind, string script, Action<JsonObject>? change = null)
    {
        if (container.Config["hooks"] is not JsonObject hooks) container.Config["hooks"] = hooks = [];
        if (hooks[kind] is not JsonArray list) hooks[kind] = list = [];
        var hook = new JsonObject
        {
            ["path"] = "/bin/sh",
            ["args"] = new JsonArray("sh", "-c", RuntimeUnderTest.IsOurs ? script : ReadToTheEnd + script),
            ["env"] = new JsonArray("PATH=/usr/sbin:/usr/bin:/sbin:/bin"),
        };
        change?.Invoke(hook);
        list.Add(hook);
    }

    // crun has failed where a hook ends before it could write the state to it; ours must not mind.
    private const string ReadToTheEnd = "trap 'cat > /dev/null' EXIT; ";

    // A file in the container's root, as that kind of hook sees it.
    private static string Place(TestContainer container, string kind, string name) =>
        kind == "startContainer" ? "/" + name : Path.Combine(container.Rootfs, name);

    private static string[] Log(TestContainer container) => File.ReadAllLines(Path.Combine(container.Rootfs, "log"));

    private static string[] Namespaces(string process) =>
        [.. ((string[])["mnt", "pid", "net", "uts", "ipc"]).Select(name => File.ResolveLinkTarget($"/proc/{process}/ns/{name}", false)!.Name)];

    private static string Status(string kind) => kind switch
    {
        "startContainer" => "created",
        "poststart" => "running",
        "poststop" => "stopped",
        _ => "creating",
    };

    private static bool IsSleeping543() =>
        RuntimeUnderTest.Execute("/bin/sh", "-c", "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '").Output.Contains("sleep 543");

    private static void AssertNothingIsLeft(TestContainer container)
    {
        Assert.False(Directory.Exists(Path.Combine(container.Root, container.Id)));
        Assert.Empty(container.Cgroups());
        Assert.Empty(container.HostMounts());
    }
}
