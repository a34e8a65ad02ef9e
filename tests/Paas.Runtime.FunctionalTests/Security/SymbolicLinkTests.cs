using System.Text.Json.Nodes;
using Paas.Testing;
using Xunit;

namespace Paas.Runtime.FunctionalTests.Security;

/// <summary>
/// An image whose files are symbolic links to the host: whatever the runtime mounts, makes, changes or hides there stays in the
/// container (CVE-2019-19921, CVE-2023-27561, CVE-2024-45310, CVE-2025-31133, CVE-2026-47766). Whether the container then starts
/// is not the point.
/// </summary>
public sealed class SymbolicLinkTests
{
    private const string Look = "cat /dev/null /dev/tty /dev/console /dev/pts/0 /proc/self/attr/exec /etc/passwd /masked 2>/dev/null; echo x > /dev/null; echo x > /masked; true";

    [OlderRuntimesFailFact("runc 1.1 makes the links of /dev on the host")]
    public void The_place_for_devices_that_points_to_the_host()
    {
        using var container = new TestContainer().Script(Look);
        Check(container, new HostTrap(container), "/dev", "");
    }

    [RootTheory]
    [InlineData("/dev/pts", "pts")]
    [InlineData("/dev/shm", "shm")]
    [InlineData("/dev/mqueue", "shm")]
    [InlineData("/proc", "")]
    [InlineData("/sys", "")]
    [InlineData("/etc", "")]
    [InlineData("/proc", "self")]
    [InlineData("/sys", "sys")]
    public void A_place_for_a_mount_that_points_to_the_host(string link, string target)
    {
        using var container = new TestContainer().Script(Look);
        Check(container, new HostTrap(container), link, target);
    }

    // Without a tmpfs on /dev the devices are made in the image's own directory.
    [OlderRuntimesFailTheory("runc 1.1 and crun before 1.28 follow the link and make, or change, devices on the host")]
    [InlineData("/dev", "")]
    [InlineData("/dev/null", "null")]
    [InlineData("/dev/tty", "tty")]
    [InlineData("/dev/zero", "missing")]
    [InlineData("/dev/ptmx", "pts/ptmx")]
    [InlineData("/dev/fd", "")]
    [InlineData("/dev/sub", "pts")]
    [InlineData("/dev/console", "console")]
    public void A_place_for_a_device_that_points_to_the_host(string link, string target)
    {
        using var container = new TestContainer().Script(Look);
        WithoutDev(container);
        container.Linux["devices"] = new JsonArray(
            new JsonObject { ["path"] = "/dev/sub/new", ["type"] = "c", ["major"] = 1, ["minor"] = 3, ["uid"] = 7, ["fileMode"] = 511 },
            new JsonObject { ["path"] = "/dev/tty", ["type"] = "c", ["major"] = 5, ["minor"] = 0, ["uid"] = 7, ["gid"] = 7, ["fileMode"] = 511 });
        Check(container, new HostTrap(container), link, target);
    }

    [RootTheory]
    [InlineData("/target")]
    [InlineData("/target/below")]
    [InlineData("/target/missing")]
    [InlineData("/target/missing/deeper")]
    public void A_bind_mounts_place_behind_a_link_to_the_host(string destination)
    {
        using var container = new TestContainer().Script(Look + "; echo x > " + destination + "/file");
        var source = container.Path("source");
        Directory.CreateDirectory(source);
        container.Mount(destination, "bind", source, "bind");
        Check(container, new HostTrap(container), "/target", "");
    }

    [RootTheory]
    [InlineData("/target/passwd")]
    [InlineData("/target/missing")]
    public void A_bound_files_place_behind_a_link_to_the_host(string destination)
    {
        using var container = new TestContainer().Script(Look + "; echo x > " + destination);
        File.WriteAllText(container.Path("source"), "");
        container.Mount(destination, "bind", container.Path("source"), "bind");
        Check(container, new HostTrap(container), "/target", "");
    }

    [RootTheory]
    [InlineData("tmpcopyup")]
    [InlineData("mode=777")]
    public void A_tmpfs_behind_a_link_to_the_host_shows_nothing_of_it(string option)
    {
        using var container = new TestContainer().Script("cat /target/passwd /target/below/passwd; cat /target/*; echo x > /target/passwd");
        container.Mount("/target", "tmpfs", "tmpfs", option);
        Check(container, new HostTrap(container), "/target", "");
    }

    [RootTheory]
    [InlineData("maskedPaths", "/masked", "passwd")]
    [InlineData("maskedPaths", "/masked", "pts")]
    [InlineData("readonlyPaths", "/masked", "passwd")]
    [InlineData("readonlyPaths", "/masked", "pts")]
    public void A_hidden_path_that_points_to_the_host(string kind, string link, string target)
    {
        using var container = new TestContainer().Script(Look + "; cat /masked/0");
        container.Linux[kind] = new JsonArray(link);
        Check(container, new HostTrap(container), link, target);
    }

    [OlderRuntimesFailTheory("runc before 1.2.8 binds what the image has at /dev/null over masked files (CVE-2025-31133)")]
    [InlineData(true)]
    [InlineData(false)]
    public void Masks_are_the_null_device_whatever_the_image_has_at_its_place(bool toHost)
    {
        using var container = new TestContainer().Script("cat /masked; echo overwritten > /masked; test -c /masked && stat -c %t:%T /masked");
        WithoutDev(container);
        File.WriteAllText(Path.Combine(container.Rootfs, "masked"), "hidden");
        container.Linux["maskedPaths"] = new JsonArray("/masked");
        var trap = new HostTrap(container);
        trap.Link(container, "/dev/null", "passwd");
        if (!toHost)
        {
            File.Delete(Path.Combine(container.Rootfs, "dev/null"));
            File.CreateSymbolicLink(Path.Combine(container.Rootfs, "dev/null"), "/etc/passwd");
        }

        var outcome = container.Run();
        trap.AssertUntouched(outcome);
        Assert.DoesNotContain("hidden", outcome.Output);
        Assert.Equal("1:3\n", outcome.Output);
    }

    [RootFact]
    public void Control_groups_behind_a_link_to_the_host()
    {
        using var container = new TestContainer().Script("echo x > /sys/fs/cgroup/x");
        foreach (var mount in container.Mounts.Where(mount => (string)mount!["destination"]! == "/sys").ToList()) container.Mounts.Remove(mount);
        container.Mount("/sys/fs/cgroup", "cgroup", "cgroup", "rw");
        Check(container, new HostTrap(container), "/sys", "");
    }

    [RootFact]
    public void A_working_directory_that_points_to_the_host()
    {
        using var container = new TestContainer().Script("pwd; cat passwd; touch new");
        container.Process["cwd"] = "/work/missing";
        Check(container, new HostTrap(container), "/work", "");
    }

    private static void Check(TestContainer container, HostTrap trap, string link, string target)
    {
        trap.Link(container, link, target);
        trap.AssertUntouched(container.Run());
        Assert.Empty(container.HostMounts());
    }

    private static void WithoutDev(TestContainer container)
    {
        foreach (var mount in container.Mounts.Where(mount => ((string)mount!["destination"]!).StartsWith("/dev", StringComparison.Ordinal)).ToList())
        {
            container.Mounts.Remove(mount);
        }
    }
}
