using Paas.Testing;
using Xunit;

namespace Paas.Runtime.FunctionalTests;

/// <summary>Mounts: that they are what was asked for, and stay inside the container's root.</summary>
[Trait("Machine", "Always")]
public sealed class MountTests
{
    [RootFact]
    public void Bind_mounts_of_directories_and_files()
    {
        using var container = new TestContainer().Script("cat /data/a /etc/one; echo w > /data/b; echo $?; echo w > /ro/b; echo $?");
        var source = MakeSource(container);
        container.Mount("/data", "bind", source, "rbind", "rw");
        container.Mount("/ro", "bind", source, "rbind", "ro");
        container.Mount("/etc/one", "bind", Path.Combine(source, "a"), "bind", "ro");
        Assert.Equal("A\nA\n0\n1\n", container.Run().ShouldSucceed().Output);
        Assert.Equal("w\n", File.ReadAllText(Path.Combine(source, "b")));
    }

    [RootFact]
    public void Options_of_mounts_show_in_the_container()
    {
        using var container = new TestContainer().Script("grep -E ' /(data|small) ' /proc/self/mounts");
        container.Mount("/data", "bind", MakeSource(container), "bind", "nosuid", "nodev", "noexec", "noatime");
        container.Mount("/small", "tmpfs", "tmpfs", "size=64k", "mode=711", "nodev");
        var lines = container.Run().ShouldSucceed().Output.Split('\n');
        foreach (var option in (string[])["nosuid", "nodev", "noexec", "noatime"]) Assert.Contains(option, lines[0].Split(' ')[3].Split(','));
        Assert.Contains("size=64k", lines[1]);
        Assert.Contains("mode=711", lines[1]);
    }

    [RootFact]
    public void A_symbolic_link_in_the_image_leads_nowhere_outside_of_it()
    {
        using var container = new TestContainer().Script("true");
        var outside = container.Path("outside");
        Directory.CreateDirectory(outside);
        File.CreateSymbolicLink(Path.Combine(container.Rootfs, "link"), outside);
        container.Mount("/link/inner", "bind", MakeSource(container), "rbind");
        container.Run();
        Assert.Empty(Directory.EnumerateFileSystemEntries(outside));
    }

    [RootFact]
    public void A_link_to_an_absolute_path_is_followed_inside_the_root()
    {
        using var container = new TestContainer().Script("cat /real/a");
        Directory.CreateDirectory(Path.Combine(container.Rootfs, "real"));
        File.CreateSymbolicLink(Path.Combine(container.Rootfs, "link"), "/real");
        container.Mount("/link", "bind", MakeSource(container), "rbind");
        Assert.Equal("A\n", container.Run().ShouldSucceed().Output);
    }

    [RootFact]
    public void Proc_is_not_mounted_through_a_link()
    {
        using var container = new TestContainer().Script("true");
        Directory.Delete(Path.Combine(container.Rootfs, "proc"));
        Directory.CreateDirectory(Path.Combine(container.Rootfs, "elsewhere"));
        File.CreateSymbolicLink(Path.Combine(container.Rootfs, "proc"), "elsewhere");
        Assert.NotEqual(0, container.Run().ExitCode);
    }

    [RootTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_hosts_mounts_are_untouched_and_out_of_sight(bool userNamespace)
    {
        using var container = new TestContainer().Script("cat /proc/self/mountinfo; sleep 1000");
        if (userNamespace)
        {
            container.WithUserNamespace();
            RuntimeUnderTest.Execute("/bin/chown", "-R", "300000:300000", container.Rootfs).ShouldSucceed();
            RuntimeUnderTest.Execute("/bin/chmod", "0755", Path.GetDirectoryName(container.Bundle)!).ShouldSucceed();
        }

        container.RunDetached().ShouldSucceed();
        TestContainer.Eventually(() => container.DetachedOutput.Contains(" /proc "), "mounts listed");
        Assert.Empty(container.HostMounts());
        var seen = container.DetachedOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[4]).ToList();
        Assert.All(seen, point => Assert.Matches("^/($|proc|dev|sys)", point));
        Assert.Single(seen, point => point == "/");
    }

    [RootFact]
    public void The_cgroup_mount_shows_the_containers_own_group_only()
    {
        using var container = new TestContainer().Script("ls /sys/fs/cgroup; cat /proc/self/cgroup; mkdir /sys/fs/cgroup/x; echo $?");
        ((System.Text.Json.Nodes.JsonArray)container.Linux["namespaces"]!).Add(new System.Text.Json.Nodes.JsonObject { ["type"] = "cgroup" });
        container.Mount("/sys/fs/cgroup", "cgroup", "cgroup", "nosuid", "noexec", "nodev", "relatime", "ro");
        var output = container.Run().ShouldSucceed().Output;
        Assert.EndsWith("\n1\n", output);
        Assert.DoesNotContain(container.Id, output);
    }

    // Kernels since 6.8 list mounts in the order they were made in.
    [RootFact]
    public void Mounts_are_listed_in_the_bundles_order()
    {
        using var container = new TestContainer();
        var source = MakeSource(container);
        container.Mount("/m1", "tmpfs", "tmpfs").Mount("/m2", "bind", source, "bind", "ro").Mount("/m3", "tmpfs", "tmpfs")
            .Mount("/m4", "bind", Path.Combine(source, "a"), "rbind", "rprivate").Mount("/m5", "bind", source, "rbind", "rshared").Mount("/m6", "tmpfs", "tmpfs");
        var output = container.Script("cut -d ' ' -f 5 /proc/self/mountinfo").Run().ShouldSucceed().Output;
        Assert.Equal(
            ["/proc", "/dev", "/dev/pts", "/dev/shm", "/dev/mqueue", "/sys", "/m1", "/m2", "/m3", "/m4", "/m5", "/m6"],
            output.Split('\n').Where(point => point is "/proc" or "/dev" or "/dev/pts" or "/dev/shm" or "/dev/mqueue" or "/sys" || point.StartsWith("/m")));
    }

    // What is made later may depend on what an earlier mount has at its place.
    [OwnRootFact]
    public void A_tmpfs_in_a_volume_has_the_mode_of_the_directory_there()
    {
        using var container = new TestContainer();
        var source = MakeSource(container);
        File.SetUnixFileMode(Directory.CreateDirectory(Path.Combine(source, "inner")).FullName, (UnixFileMode)0x1C8 /* 0710 */);
        container.Mount("/volume", "bind", source, "bind").Mount("/volume/inner", "tmpfs", "tmpfs");
        Assert.Equal("710\n", container.Script("stat -c %a /volume/inner").Run().ShouldSucceed().Output);
    }

    private static string MakeSource(TestContainer container)
    {
        var source = container.Path("source");
        Directory.CreateDirectory(source);
        File.WriteAllText(Path.Combine(source, "a"), "A\n");
        return source;
    }
}
