using System.Text.Json.Nodes;
using Paas.Linux;
using Paas.Testing;
using Xunit;

namespace Paas.Runtime.FunctionalTests;

/// <summary>Namespaces made and joined (config-linux.md, Namespaces).</summary>
[Trait("Machine", "Always")]
public sealed class NamespaceTests
{
    private static readonly Dictionary<string, string> Files = new()
    {
        ["pid"] = "pid", ["network"] = "net", ["mount"] = "mnt", ["ipc"] = "ipc", ["uts"] = "uts", ["user"] = "user", ["cgroup"] = "cgroup", ["time"] = "time",
    };

    [RootTheory]
    [InlineData("pid")]
    [InlineData("network")]
    [InlineData("mount")]
    [InlineData("ipc")]
    [InlineData("uts")]
    [InlineData("cgroup")]
    public void One_listed_is_made_and_one_left_out_is_the_callers(string type)
    {
        using var container = Sleeping();
        if (!Namespaces(container).Any(item => (string)item!["type"]! == type)) Namespaces(container).Add(new JsonObject { ["type"] = type });
        container.RunDetached().ShouldSucceed();
        Assert.NotEqual(Of("self", type), Of($"{container.Pid}", type));
        container.Verb("delete", "--force").ShouldSucceed();
        if (type == "mount") return;
        Remove(container, type);
        if (type == "uts") container.Config.Remove("hostname");
        container.RunDetached().ShouldSucceed();
        Assert.Equal(Of("self", type), Of($"{container.Pid}", type));
    }

    [RootTheory]
    [InlineData("network")]
    [InlineData("ipc")]
    [InlineData("uts")]
    [InlineData("pid")]
    public void One_with_a_path_is_joined_by_the_first_process_and_by_executed_ones(string type)
    {
        using var one = Sleeping();
        one.RunDetached().ShouldSucceed();
        using var other = Sleeping();
        Join(other, type, $"/proc/{one.Pid}/ns/{Files[type]}");
        if (type == "uts") other.Config.Remove("hostname");
        other.RunDetached().ShouldSucceed();
        Assert.Equal(Of($"{one.Pid}", type), Of($"{other.Pid}", type));
        Assert.Equal(Of($"{one.Pid}", type), other.Verb("exec", "readlink", $"/proc/self/ns/{Files[type]}").ShouldSucceed().Output.Trim());
    }

    [OwnRootFact]
    public void A_cgroup_namespace_can_be_joined()
    {
        using var one = Sleeping();
        Namespaces(one).Add(new JsonObject { ["type"] = "cgroup" });
        one.RunDetached().ShouldSucceed();
        using var other = Sleeping();
        Join(other, "cgroup", $"/proc/{one.Pid}/ns/cgroup");
        other.RunDetached().ShouldSucceed();
        Assert.Equal(Of($"{one.Pid}", "cgroup"), Of($"{other.Pid}", "cgroup"));
    }

    [OwnRootFact]
    public void A_mount_namespace_can_be_joined_and_what_is_mounted_there_stays_among_its_own()
    {
        using var one = Sleeping();
        one.RunDetached().ShouldSucceed();
        using var holder = RuntimeUnderTest.StartHost("unshare", "--mount", "sleep", "1000");
        try
        {
            TestContainer.Eventually(() => Of($"{holder.Id}", "mount") != Of("self", "mount"), "a mount namespace");
            using var other = Sleeping();
            Join(other, "mount", $"/proc/{holder.Id}/ns/mnt");
            other.RunDetached().ShouldSucceed();
            Assert.Equal(Of($"{holder.Id}", "mount"), Of($"{other.Pid}", "mount"));
            Assert.Contains("bin", other.Verb("exec", "ls", "/").ShouldSucceed().Output);
            Assert.Empty(other.HostMounts());
        }
        finally
        {
            holder.Kill();
        }
    }

    [OlderRuntimesFailFact("before 1.2 it wants mappings with the path")]
    public void A_user_namespace_can_be_joined()
    {
        using var one = Sleeping().WithUserNamespace();
        MakeReachable(one);
        one.RunDetached().ShouldSucceed();
        using var other = new TestContainer().Script("id -u; cat /proc/self/uid_map | tr -s ' '; touch /tmp/x && stat -c %u /tmp/x; mknod /tmp/n c 1 3 2>/dev/null || echo refused; sleep 1000");
        MakeReachable(other);
        Namespaces(other).Add(new JsonObject { ["type"] = "user", ["path"] = $"/proc/{one.Pid}/ns/user" });
        other.RunDetached().ShouldSucceed();
        TestContainer.Eventually(() => other.DetachedOutput.Contains("refused"), "its output");
        Assert.Equal("0\n 0 300000 65536\n0\nrefused\n", other.DetachedOutput);
        Assert.Equal(Of($"{one.Pid}", "user"), Of($"{other.Pid}", "user"));
        Assert.Equal(300_000u, Linux.Files.Status(Path.Combine(other.Rootfs, "tmp/x")).Uid);
        Assert.Equal(Of($"{one.Pid}", "user"), other.Verb("exec", "readlink", "/proc/self/ns/user").ShouldSucceed().Output.Trim());
    }

    [OlderRuntimesFailFact("before 1.2 it wants mappings with the path")]
    public void A_pods_container_joins_the_namespaces_of_another_with_a_user_namespace()
    {
        using var one = Sleeping().WithUserNamespace();
        MakeReachable(one);
        one.RunDetached().ShouldSucceed();
        using var other = Sleeping();
        MakeReachable(other);
        Namespaces(other).Add(new JsonObject { ["type"] = "user", ["path"] = $"/proc/{one.Pid}/ns/user" });
        foreach (var type in (string[])["network", "ipc", "uts"]) Join(other, type, $"/proc/{one.Pid}/ns/{Files[type]}");
        other.Config.Remove("hostname");
        other.RunDetached().ShouldSucceed();
        foreach (var type in (string[])["user", "network", "ipc", "uts"]) Assert.Equal(Of($"{one.Pid}", type), Of($"{other.Pid}", type));
        Assert.NotEqual(Of($"{one.Pid}", "pid"), Of($"{other.Pid}", "pid"));
    }

    [OwnRootFact]
    public void Joining_anothers_user_and_pid_namespaces_the_first_process_is_known_by_its_pid_on_the_host()
    {
        // It is forked inside both, where it has another pid.
        using var one = Sleeping().WithUserNamespace();
        MakeReachable(one);
        one.RunDetached().ShouldSucceed();
        using var other = new TestContainer().Script("exec sleep 1234");
        MakeReachable(other);
        foreach (var type in (string[])["user", "pid"]) Join(other, type, $"/proc/{one.Pid}/ns/{Files[type]}");
        other.RunDetached().ShouldSucceed();
        Assert.Equal("sleep\01234\0", File.ReadAllText($"/proc/{other.Pid}/cmdline"));
        Assert.Equal(2, other.Verb("exec", "/bin/ps").ShouldSucceed().Output.Split('\n').Count(line => line.Contains("sleep")));
        other.Verb("delete", "--force");
        Assert.Equal("running", one.Status);
    }

    [TimeNamespaceFact]
    public void A_time_namespace_has_the_offsets_asked_for_also_for_executed_processes()
    {
        using var container = new TestContainer().Script("cut -d. -f1 /proc/uptime; readlink /proc/self/ns/time; sleep 1000");
        Namespaces(container).Add(new JsonObject { ["type"] = "time" });
        container.Linux["timeOffsets"] = new JsonObject { ["boottime"] = new JsonObject { ["secs"] = 1_000_000 }, ["monotonic"] = new JsonObject { ["secs"] = 5, ["nanosecs"] = 7 } };
        container.RunDetached().ShouldSucceed();
        TestContainer.Eventually(() => container.DetachedOutput.Contains("time:"), "its output");
        var uptime = long.Parse(File.ReadAllText("/proc/uptime").Split('.')[0]);
        Assert.InRange(long.Parse(container.DetachedOutput.Split('\n')[0]), uptime + 999_000, uptime + 1_000_001);
        Assert.NotEqual(Of("self", "time"), container.DetachedOutput.Split('\n')[1]);
        Assert.True(long.Parse(container.Verb("exec", "cut", "-d.", "-f1", "/proc/uptime").ShouldSucceed().Output) > 1_000_000);
        Assert.Equal(container.DetachedOutput.Split('\n')[1], container.Verb("exec", "readlink", "/proc/self/ns/time").ShouldSucceed().Output.Trim());

        using var other = Sleeping();
        Namespaces(other).Add(new JsonObject { ["type"] = "time", ["path"] = $"/proc/{container.Pid}/ns/time" });
        other.RunDetached().ShouldSucceed();
        Assert.Equal(Of($"{container.Pid}", "time"), Of($"{other.Pid}", "time"));
    }

    [TimeNamespaceFact]
    public void Offsets_work_with_a_user_namespace_and_are_refused_without_a_time_namespace()
    {
        using var container = new TestContainer().WithUserNamespace().Script("cut -d. -f1 /proc/uptime");
        MakeReachable(container);
        Namespaces(container).Add(new JsonObject { ["type"] = "time" });
        container.Linux["timeOffsets"] = new JsonObject { ["boottime"] = new JsonObject { ["secs"] = 1_000_000 } };
        Assert.True(long.Parse(container.Run().ShouldSucceed().Output) > 1_000_000);
        Remove(container, "time");
        var outcome = container.Run();
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("time namespace", outcome.Error);
    }

    [RootFact]
    public void A_container_that_shares_anothers_pids_sees_them_and_leaves_them_alone_when_it_goes()
    {
        using var one = Sleeping();
        one.RunDetached().ShouldSucceed();
        using var other = new TestContainer().Script("sleep 1000 & sleep 1000 & echo $$; wait");
        Join(other, "pid", $"/proc/{one.Pid}/ns/pid");
        other.RunDetached().ShouldSucceed();
        TestContainer.Eventually(() => other.DetachedOutput.Contains('\n'), "its output");
        Assert.NotEqual("1", other.DetachedOutput.Trim());
        Assert.Contains("sleep", other.Verb("exec", "cat", "/proc/1/cmdline").ShouldSucceed().Output);
        other.Verb("kill", "KILL").ShouldSucceed();
        TestContainer.Eventually(() => other.Status == "stopped", "stopped");
        // Its first process is not the namespace's: the others of the container live on until it is deleted.
        other.Verb("delete").ShouldSucceed();
        Assert.Empty(other.Cgroups());
        Assert.Equal("running", one.Status);
        Assert.Single(one.Verb("exec", "ps", "-o", "args").ShouldSucceed().Output.Split('\n'), line => line.Contains("sleep 1000"));
    }

    [RootTheory]
    [InlineData("network", "/no/such/namespace")]
    [InlineData("network", "/etc/passwd")]
    [InlineData("ipc", "/proc/self/ns/net")]
    [InlineData("user", "/proc/self/ns/net")]
    public void A_path_that_is_no_namespace_of_the_kind_is_a_clear_error(string type, string path)
    {
        using var container = Sleeping();
        Join(container, type, path);
        var outcome = container.Create();
        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Empty(container.Cgroups());
        Assert.False(Directory.Exists(Path.Combine(container.Root, container.Id)));
        if (!RuntimeUnderTest.IsOurs) return;
        Assert.Contains(path, outcome.Error);
        Assert.Contains(type, outcome.Error);
    }

    [RootFact]
    public void One_listed_twice_or_unknown_is_refused()
    {
        using var container = Sleeping();
        Namespaces(container).Add(new JsonObject { ["type"] = "ipc" });
        Assert.NotEqual(0, container.Create().ExitCode);
        using var other = Sleeping();
        Namespaces(other).Add(new JsonObject { ["type"] = "no-such" });
        Assert.NotEqual(0, other.Create().ExitCode);
        Assert.Contains("no-such", other.DetachedOutput);
    }

    private static TestContainer Sleeping() => new TestContainer().Script("sleep 1000");

    private static JsonArray Namespaces(TestContainer container) => (JsonArray)container.Linux["namespaces"]!;

    private static void Remove(TestContainer container, string type)
    {
        for (var i = Namespaces(container).Count - 1; i >= 0; i--)
        {
            if ((string)Namespaces(container)[i]!["type"]! == type) Namespaces(container).RemoveAt(i);
        }
    }

    private static void Join(TestContainer container, string type, string path)
    {
        Remove(container, type);
        Namespaces(container).Add(new JsonObject { ["type"] = type, ["path"] = path });
    }

    private static string Of(string process, string type) => File.ResolveLinkTarget($"/proc/{process}/ns/{Files[type]}", false)!.Name;

    private static void MakeReachable(TestContainer container)
    {
        RuntimeUnderTest.Execute("/bin/chown", "-R", "300000:300000", container.Rootfs).ShouldSucceed();
        if (!RuntimeUnderTest.IsOurs) RuntimeUnderTest.Execute("/bin/chmod", "0755", Path.GetDirectoryName(container.Bundle)!).ShouldSucceed();
    }
}

/// <summary>A test of time namespaces, which a kernel may be built without.</summary>
public sealed class TimeNamespaceFactAttribute : FactAttribute
{
    public TimeNamespaceFactAttribute()
    {
        if (!Environment.IsPrivilegedProcess) Skip = "needs root; ./tests/run runs it";
        else if (!RuntimeUnderTest.IsOurs) Skip = "of paas-runtime only";
        else if (!File.Exists("/proc/self/ns/time")) Skip = "this kernel has no time namespaces";
    }
}
