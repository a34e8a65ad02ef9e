using System.Text.Json.Nodes;
using Paas.Testing;
using Xunit;

namespace Paas.Runtime.FunctionalTests.Mounts;

/// <summary>Mounts of the kernel's own filesystems: control groups, procfs, sysfs, message queues.</summary>
public sealed class KernelFilesystemTests
{
    private static readonly bool IsUnified = File.Exists("/sys/fs/cgroup/cgroup.controllers");

    [OlderRuntimesFailTheory("runc before 1.1.6 leaves the directory above the hierarchies writable")]
    [InlineData(false, "ro")]
    [InlineData(true, "ro")]
    [InlineData(false, "rw")]
    [InlineData(true, "rw")]
    public void Control_groups_with_and_without_their_namespace(bool hasNamespace, string access)
    {
        using var container = new TestContainer().Script("cat /proc/self/mountinfo; cat /proc/self/cgroup >&2");
        if (hasNamespace) AddNamespace(container, "cgroup");
        container.Mount("/sys/fs/cgroup", "cgroup", "cgroup", "nosuid", "noexec", "nodev", "relatime", access);
        var outcome = container.Run().ShouldSucceed();
        var groups = MountTable.Parse(outcome.Output).Where(mount => mount.Point.StartsWith("/sys/fs/cgroup", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(groups);
        Assert.All(groups, mount => Assert.Contains(access, mount.Options));
        Assert.All(groups, mount => Assert.Contains("nosuid", mount.Options));
        Assert.Equal(IsUnified ? "cgroup2" : "tmpfs", groups.At("/sys/fs/cgroup").Type);
        Assert.Equal(!hasNamespace, outcome.Error.Contains(container.Id, StringComparison.Ordinal));
    }

    [RootFact]
    public void Without_the_namespace_a_container_finds_itself_where_its_own_groups_are()
    {
        var file = IsUnified ? "/sys/fs/cgroup/$ID/cgroup.procs" : "/sys/fs/cgroup/memory/cgroup.procs";
        using var container = new TestContainer();
        container.Script($"cat {file.Replace("$ID", container.Id)} | wc -l");
        container.Mount("/sys/fs/cgroup", "cgroup", "cgroup", "nosuid", "noexec", "nodev", "ro");
        Assert.NotEqual("0\n", container.Run().ShouldSucceed().Output);
    }

    [OwnRootTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_unified_hierarchy_alone(bool hasNamespace)
    {
        using var container = new TestContainer();
        if (hasNamespace) AddNamespace(container, "cgroup");
        container.Mount("/groups", "cgroup2", "cgroup2", "nosuid", "ro");
        var mount = MountTable.Of(container).At("/groups");
        Assert.Equal("cgroup2", mount.Type);
        Assert.Contains("ro", mount.Options);
    }

    [OwnRootFact]
    public void A_user_namespace_that_shares_the_hosts_processes_sees_the_hosts_procfs()
    {
        using var container = new TestContainer().WithUserNamespace().Script("cat /proc/self/comm; grep ' /proc ' /proc/self/mountinfo | wc -l; cat /dev/mqueue/x; ls /sys/class");
        RuntimeUnderTest.Execute("/bin/chown", "-R", "300000:300000", container.Rootfs).ShouldSucceed();
        foreach (var name in (string[])["pid", "network"]) RemoveNamespace(container, name);
        container.Linux["maskedPaths"] = new JsonArray();
        container.Linux["readonlyPaths"] = new JsonArray();
        Assert.StartsWith("cat\n1\n", container.Run().Output);
    }

    [OwnRootFact]
    public void A_user_namespace_with_the_hosts_network_sees_the_hosts_sysfs_and_nothing_that_is_mounted_in_it_there()
    {
        using var container = new TestContainer().WithUserNamespace().Script("cat /proc/self/mountinfo");
        RuntimeUnderTest.Execute("/bin/chown", "-R", "300000:300000", container.Rootfs).ShouldSucceed();
        RemoveNamespace(container, "network");
        AddNamespace(container, "cgroup");
        container.Mount("/sys/fs/cgroup", "cgroup", "cgroup", "nosuid", "noexec", "nodev", "relatime", "ro");
        // Each of these is a mount as well.
        container.Linux["maskedPaths"] = new JsonArray();
        container.Linux["readonlyPaths"] = new JsonArray();
        var lines = container.Run().ShouldSucceed().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var mounts = MountTable.Parse(string.Join('\n', lines)).Where(mount => mount.Point == "/sys" || mount.Point.StartsWith("/sys/", StringComparison.Ordinal)).ToList();
        Assert.All(mounts, mount => Assert.True(mount.Point == "/sys" || mount.Point.StartsWith("/sys/fs/cgroup", StringComparison.Ordinal), mount.Point));
        Assert.Equal(mounts.Select(mount => mount.Point).Distinct(), mounts.Select(mount => mount.Point));
        Assert.Equal(["ro", "nosuid", "nodev", "noexec"], mounts.At("/sys").Options.Intersect(["ro", "nosuid", "nodev", "noexec"]));
        // What is above a group would be shown as the way up from it.
        Assert.DoesNotContain(lines, line => line.Contains(" /.. ", StringComparison.Ordinal) || line.Contains(" /../", StringComparison.Ordinal));
    }

    [RootFact]
    public void Read_only_places_keep_what_else_their_mount_says()
    {
        using var container = new TestContainer();
        container.Mounts[0]!["options"] = new JsonArray("nosuid", "noexec", "nodev");
        container.Linux["readonlyPaths"] = new JsonArray("/proc/bus");
        Assert.Equal(["ro", "nosuid", "nodev", "noexec", "relatime"], MountTable.Of(container).At("/proc/bus").Options);
    }

    [OlderRuntimesFailFact("runc before 1.4 mounts a filesystem for each masked directory")]
    public void Masked_directories_are_empty_read_only_and_share_one_filesystem()
    {
        using var container = new TestContainer().Script(
            "stat -c %d /one /two /three | sort -u | wc -l; ls -A /one /two; touch /two/x; echo $?; cat /file; echo x > /file; echo $?; rm -f /file; echo $?");
        foreach (var name in (string[])["one", "two", "three"])
        {
            Directory.CreateDirectory(Path.Combine(container.Rootfs, name));
            File.WriteAllText(Path.Combine(container.Rootfs, name, "secret"), "");
        }

        File.WriteAllText(Path.Combine(container.Rootfs, "file"), "secret");
        container.Linux["maskedPaths"] = new JsonArray("/one", "/none", "/two", "/file", "/three");
        container.Config["root"]!["readonly"] = true;
        var outcome = container.Run().ShouldSucceed();
        Assert.Equal("1\n/one:\n\n/two:\n1\n0\n1\n", outcome.Output);
        Assert.Equal("secret", File.ReadAllText(Path.Combine(container.Rootfs, "file")));
    }

    [RootFact]
    public void Without_pivot_root_the_container_is_the_same_and_a_second_process_too()
    {
        using var container = new TestContainer().Script("ls /; sleep 1000");
        container.WriteConfig();
        container.Create("--no-pivot").ShouldSucceed();
        container.Verb("start").ShouldSucceed();
        TestContainer.Eventually(() => container.DetachedOutput.Contains("tmp\n"), "the root is listed");
        Assert.Equal(container.DetachedOutput, container.Verb("exec", "/bin/ls", "/").ShouldSucceed().Output);
        Assert.StartsWith("bin\n", container.DetachedOutput);
    }

    [RootFact]
    public void Without_pivot_root_no_procfs_of_the_hosts_is_left_whole()
    {
        using var container = new TestContainer().Script("unshare -Urmpf mount -t proc none /proc; echo $?");
        File.CreateSymbolicLink(Path.Combine(container.Rootfs, "bin/unshare"), "busybox");
        foreach (var set in (string[])["bounding", "effective", "permitted"])
        {
            ((JsonArray)container.Process["capabilities"]![set]!).Add("CAP_SYS_ADMIN");
        }

        var outcome = container.Run("--no-pivot").ShouldSucceed();
        Assert.NotEqual("0\n", outcome.Output);
    }

    private static void AddNamespace(TestContainer container, string type) =>
        ((JsonArray)container.Linux["namespaces"]!).Add(new JsonObject { ["type"] = type });

    private static void RemoveNamespace(TestContainer container, string type)
    {
        var namespaces = (JsonArray)container.Linux["namespaces"]!;
        namespaces.Remove(namespaces.First(item => (string)item!["type"]! == type));
    }
}
