using System.Text.Json.Nodes;
using Paas.Testing;
using Xunit;

namespace Paas.Runtime.FunctionalTests;

/// <summary>Namespaces, user namespaces, capabilities, seccomp, masked and read-only paths, limits of resources.</summary>
public sealed class IsolationTests
{
    [RootFact]
    public void Each_namespace_asked_for_is_a_new_one()
    {
        using var container = new TestContainer();
        ((JsonArray)container.Linux["namespaces"]!).Add(new JsonObject { ["type"] = "cgroup" });
        container.Script("for n in pid ipc uts mnt net cgroup; do readlink /proc/self/ns/$n; done; hostname; ls /sys/class/net; echo $$");
        var lines = container.Run().ShouldSucceed().Output.Split('\n');
        string[] names = ["pid", "ipc", "uts", "mnt", "net", "cgroup"];
        for (var i = 0; i < names.Length; i++)
        {
            Assert.StartsWith(names[i] + ":[", lines[i]);
            Assert.NotEqual(File.ResolveLinkTarget($"/proc/self/ns/{names[i]}", false)!.Name, lines[i]);
        }

        Assert.Equal(["test-host", "lo", "1", ""], lines[6..]);
    }

    [RootFact]
    public void A_new_network_namespace_has_a_loopback_interface_that_is_up()
    {
        using var container = new TestContainer();
        ExpectLoopback(container);
    }

    [OwnRootFact]
    public void So_has_one_of_a_user_namespace()
    {
        using var container = new TestContainer().WithUserNamespace();
        ExpectLoopback(container);
    }

    private static void ExpectLoopback(TestContainer container)
    {
        var capabilities = (JsonObject)container.Process["capabilities"]!;
        foreach (var set in (string[])["bounding", "effective", "permitted"]) ((JsonArray)capabilities[set]!).Add("CAP_NET_BIND_SERVICE");
        container.Script("ip -o -4 addr | grep -c '127.0.0.1/8'; nc -l -p 80 -e echo served & until nc 127.0.0.1 80; do sleep 0.05; done");
        Assert.Equal("1\nserved\n", container.Run().ShouldSucceed().Output);
    }

    [RootFact]
    public void A_namespace_can_be_joined_by_its_path()
    {
        using var first = new TestContainer().Script("sleep 1000");
        first.RunDetached().ShouldSucceed();
        using var second = new TestContainer().Script("readlink /proc/self/ns/net; readlink /proc/self/ns/ipc");
        foreach (var item in ((JsonArray)second.Linux["namespaces"]!).Select(item => (JsonObject)item!))
        {
            if ((string)item["type"]! is "network") item["path"] = $"/proc/{first.Pid}/ns/net";
            if ((string)item["type"]! is "ipc") item["path"] = $"/proc/{first.Pid}/ns/ipc";
        }

        string[] expected = ["net", "ipc"];
        Assert.Equal(
            string.Concat(expected.Select(name => File.ResolveLinkTarget($"/proc/{first.Pid}/ns/{name}", false)!.Name + "\n")),
            second.Run().ShouldSucceed().Output);
    }

    [OwnRootFact]
    public void A_time_namespace_has_its_own_clock()
    {
        // A kernel built without them, as user-mode Linux is, has nothing to test.
        if (!File.Exists("/proc/self/ns/time")) return;
        using var container = new TestContainer().Script("cut -d. -f1 /proc/uptime");
        ((JsonArray)container.Linux["namespaces"]!).Add(new JsonObject { ["type"] = "time" });
        container.Linux["timeOffsets"] = new JsonObject { ["boottime"] = new JsonObject { ["secs"] = 100_000_000 } };
        Assert.True(int.Parse(container.Run().ShouldSucceed().Output) > 100_000_000);
    }

    [RootFact]
    public void Capabilities_are_those_configured_and_no_more()
    {
        using var container = new TestContainer().Script("grep -E 'Cap|NoNewPrivs' /proc/self/status");
        string[] none = [];
        container.Process["capabilities"] = Sets(["CAP_CHOWN", "CAP_NET_BIND_SERVICE"], ["CAP_CHOWN"], none);
        // Executing as root gives back what the bounding set allows (capabilities(7)).
        Assert.Equal(
            """
            CapInh:	0000000000000000
            CapPrm:	0000000000000401
            CapEff:	0000000000000401
            CapBnd:	0000000000000401
            CapAmb:	0000000000000000
            NoNewPrivs:	1

            """, container.Run().ShouldSucceed().Output);
    }

    [RootFact]
    public void Ambient_capabilities_survive_the_change_of_user()
    {
        using var container = new TestContainer().Script("grep -E 'Cap(Eff|Amb)' /proc/self/status");
        container.Process["user"] = new JsonObject { ["uid"] = 1000, ["gid"] = 1000 };
        string[] one = ["CAP_NET_BIND_SERVICE"];
        container.Process["capabilities"] = Sets(one, one, one);
        Assert.Equal("CapEff:\t0000000000000400\nCapAmb:\t0000000000000400\n", container.Run().ShouldSucceed().Output);
    }

    [RootFact]
    public void Masked_paths_are_empty_and_read_only_paths_refuse_writes()
    {
        using var container = new TestContainer().Script(
            "wc -c < /proc/timer_list; ls /sys/firmware | wc -l; echo 1 > /proc/sys/kernel/panic; echo $?; touch /sys/firmware/x; echo $?");
        var outcome = container.Run().ShouldSucceed();
        Assert.Equal("0\n0\n1\n1\n", outcome.Output);
        Assert.Contains("Read-only", outcome.Error);
    }

    [RootFact]
    public void A_read_only_root_refuses_writes_and_its_tmpfs_does_not()
    {
        using var container = new TestContainer().Script("touch /x; echo $?; touch /dev/shm/x; echo $?");
        container.Config["root"]!["readonly"] = true;
        Assert.Equal("1\n0\n", container.Run().ShouldSucceed().Output);
        Assert.False(File.Exists(System.IO.Path.Combine(container.Rootfs, "x")));
    }

    [RootFact]
    public void Default_devices_work()
    {
        using var container = new TestContainer().Script(
            "echo x > /dev/null; head -c 4 /dev/zero | wc -c; head -c 4 /dev/urandom | wc -c; echo y 2>/dev/null > /dev/full; echo $?; readlink /dev/fd; readlink /dev/ptmx; for d in null zero full random urandom tty; do test -c /dev/$d || echo no $d; done");
        var lines = container.Run().ShouldSucceed().Output.Split('\n');
        Assert.Equal(["4", "4", "1", "/proc/self/fd"], lines[..4]);
        Assert.EndsWith("pts/ptmx", lines[4]);
        Assert.Equal([""], lines[5..]);
    }

    [RootFact]
    public void Seccomp_returns_the_error_configured_for_the_calls_configured()
    {
        using var container = new TestContainer().Script("mkdir /tmp/a; echo $?; chmod 0711 /tmp; echo $?; chmod 0700 /tmp; echo $?; grep Seccomp: /proc/self/status");
        container.Linux["seccomp"] = JsonNode.Parse("""
            {"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64"], "syscalls": [
              {"names": ["mkdir", "mkdirat", "no_such_call"], "action": "SCMP_ACT_ERRNO", "errnoRet": 28},
              {"names": ["chmod"], "action": "SCMP_ACT_ERRNO", "errnoRet": 13, "args": [{"index": 1, "value": 457, "op": "SCMP_CMP_EQ"}]},
              {"names": ["fchmodat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 13, "args": [{"index": 2, "value": 457, "op": "SCMP_CMP_EQ"}]}]}
            """);
        var outcome = container.Run().ShouldSucceed();
        Assert.Equal("1\n1\n0\nSeccomp:\t2\n", outcome.Output);
        Assert.Contains("No space left", outcome.Error);
        Assert.Contains("Permission denied", outcome.Error);
    }

    [RootFact]
    public void Seccomp_kills()
    {
        using var container = new TestContainer().Script("echo before; mkdir /tmp/a; echo never");
        container.Process["args"] = new JsonArray("/bin/mkdir", "/tmp/a");
        container.Linux["seccomp"] = JsonNode.Parse("""
            {"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64"],
             "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_KILL"}]}
            """);
        Assert.Equal(128 + 31, container.Run().ExitCode);
    }

    [RootFact]
    public void Seccomp_without_no_new_privs_works_too()
    {
        using var container = new TestContainer().Script("mkdir /tmp/a; echo $?; grep -E 'NoNew|Seccomp:' /proc/self/status");
        container.Process["noNewPrivileges"] = false;
        container.Linux["seccomp"] = JsonNode.Parse("""
            {"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64"],
             "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO"}]}
            """);
        Assert.Equal("1\nNoNewPrivs:\t0\nSeccomp:\t2\n", container.Run().ShouldSucceed().Output);
    }

    [RootFact]
    public void Resource_limits_are_set()
    {
        using var container = new TestContainer().Script("ulimit -n; ulimit -Hn; ulimit -c");
        ((JsonArray)container.Process["rlimits"]!).Add(new JsonObject { ["type"] = "RLIMIT_CORE", ["soft"] = 0, ["hard"] = 0 });
        Assert.Equal("1000\n1024\n0\n", container.Run().ShouldSucceed().Output);
    }

    [OwnRootFact]
    public void A_limit_above_what_may_be_had_is_clamped()
    {
        using var container = new TestContainer().Script("ulimit -Hn");
        container.Process["rlimits"] = new JsonArray(new JsonObject { ["type"] = "RLIMIT_NOFILE", ["soft"] = 2_000_000_000, ["hard"] = 2_000_000_000 });
        container.WriteConfig();
        var outcome = RuntimeUnderTest.Execute(
            "/bin/sh", "-c",
            $"ulimit -n 5000; setpriv --bounding-set=-sys_resource '{RuntimeUnderTest.Program}' --root '{container.Root}' run --bundle '{container.Bundle}' {container.Id}");
        Assert.Equal("5000\n", outcome.ShouldSucceed().Output);
    }

    [RootFact]
    public void Sysctls_of_own_namespaces_are_set_and_others_refused()
    {
        using (var container = new TestContainer().Script("cat /proc/sys/net/ipv4/ip_unprivileged_port_start /proc/sys/kernel/shm_rmid_forced"))
        {
            container.Linux["sysctl"] = new JsonObject { ["net.ipv4.ip_unprivileged_port_start"] = "0", ["kernel.shm_rmid_forced"] = "1" };
            Assert.Equal("0\n1\n", container.Run().ShouldSucceed().Output);
        }

        using (var container = new TestContainer())
        {
            container.Linux["sysctl"] = new JsonObject { ["vm.swappiness"] = "60" };
            Assert.NotEqual(0, container.Run().ExitCode);
        }
    }

    [OwnRootFact]
    public void Sysctls_of_a_namespace_that_is_joined_and_others_are_in_too_are_refused()
    {
        using var container = new TestContainer();
        var network = ((JsonArray)container.Linux["namespaces"]!).Single(item => (string)item!["type"]! == "network")!;
        network["path"] = "/proc/self/ns/net";
        container.Linux["sysctl"] = new JsonObject { ["net.ipv4.ip_unprivileged_port_start"] = "7" };
        container.WriteConfig();
        // In a network namespace of the test's own, which plays the host's.
        var outcome = RuntimeUnderTest.Execute(
            "/usr/bin/unshare", "--net", "/bin/sh", "-c",
            $"'{RuntimeUnderTest.Program}' --root '{container.Root}' run --bundle '{container.Bundle}' {container.Id}; cat /proc/sys/net/ipv4/ip_unprivileged_port_start");
        Assert.Contains("is not allowed in the hosts network namespace", outcome.Error);
        Assert.NotEqual("7\n", outcome.Output);
    }

    private static JsonObject Sets(string[] permitted, string[] effective, string[] ambient) => new()
    {
        ["bounding"] = Array(permitted), ["permitted"] = Array(permitted), ["effective"] = Array(effective),
        ["inheritable"] = Array(ambient), ["ambient"] = Array(ambient),
    };

    private static JsonArray Array(string[] values) => [.. values.Select(value => JsonValue.Create(value))];
}
