using System.Text.Json.Nodes;
using Paas.Testing;
using Xunit;

namespace Paas.Runtime.FunctionalTests.Mounts;

/// <summary>Where mounts go and where bind mounts come from.</summary>
public sealed class MountPlaceTests
{
    [RootFact]
    public void A_source_may_be_relative_to_the_bundle()
    {
        using var container = new TestContainer().Script("ls /tmp/bundle/config.json");
        container.Mount("/tmp/bundle", "", ".", "bind");
        Assert.Equal("/tmp/bundle/config.json\n", container.Run().ShouldSucceed().Output);
    }

    [RootFact]
    public void A_destination_may_lack_its_slash_and_have_too_many()
    {
        using var container = new TestContainer().Script("cat /one/two/a /three/four/a");
        container.Mount("one/two", "bind", MakeSource(container), "bind");
        container.Mount("/three//four/", "bind", MakeSource(container), "bind");
        Assert.Equal("A\nA\n", container.Run().ShouldSucceed().Output);
    }

    [RootFact]
    public void Sockets_and_fifos_can_be_bound()
    {
        using var container = new TestContainer().Script("test -S /socket && test -p /fifo && test -p /fifo-ro && echo both");
        RuntimeUnderTest.Execute("/usr/bin/mkfifo", container.Path("fifo")).ShouldSucceed();
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Dgram, 0);
        socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(container.Path("socket")));
        container.Mount("/fifo", "bind", container.Path("fifo"), "bind");
        container.Mount("/fifo-ro", "bind", container.Path("fifo"), "bind", "rro");
        container.Mount("/socket", "bind", container.Path("socket"), "bind", "ro");
        Assert.Equal("both\n", container.Run().ShouldSucceed().Output);
    }

    [OlderRuntimesFailFact("runc before 1.2 does not make what a link that leads nowhere points to")]
    public void A_place_behind_a_link_that_leads_nowhere_is_made_where_it_points()
    {
        using var container = new TestContainer().Script("cat /tmp/foo/bar/baz/hosts /etc/hosts; cat /later/a");
        var source = MakeSource(container);
        File.CreateSymbolicLink(Path.Combine(container.Rootfs, "jump"), "/tmp/foo/bar");
        File.CreateSymbolicLink(Path.Combine(container.Rootfs, "etc/hosts"), "/jump/baz/hosts");
        File.CreateSymbolicLink(Path.Combine(container.Rootfs, "later"), "../../not/yet");
        container.Mount("/etc/hosts", "bind", Path.Combine(source, "a"), "bind");
        container.Mount("/later", "bind", source, "bind");
        Assert.Equal("A\nA\nA\n", container.Run().ShouldSucceed().Output);
        Assert.True(Directory.Exists(Path.Combine(container.Rootfs, "not/yet")));
    }

    [OlderRuntimesFailFact("runc before 1.2 opens sources of bind mounts before anything is mounted")]
    public void A_source_in_the_containers_root_shows_what_is_mounted_there()
    {
        using var container = new TestContainer().Script("cat /again/x/file /again/x/y/file");
        foreach (var name in (string[])["a/x", "b/y", "c/z"])
        {
            Directory.CreateDirectory(container.Path($"source/{name}"));
            File.WriteAllText(container.Path($"source/{name[0]}/file"), name + "\n");
        }

        Directory.CreateDirectory(Path.Combine(container.Rootfs, "mnt"));
        container.Mount("/mnt", "bind", container.Path("source/a"), "bind");
        container.Mount("/mnt/x", "bind", container.Path("source/b"), "bind");
        container.Mount("/mnt/x/y", "bind", container.Path("source/c"), "bind");
        // Written with the root's path on the host, as some clients do.
        container.Mount(Path.Combine(container.Rootfs, "again"), "bind", Path.Combine(container.Rootfs, "mnt"), "rbind");
        Assert.Equal("b/y\nc/z\n", container.Run().ShouldSucceed().Output);
    }

    [RootFact]
    public void A_tmpfs_has_the_mode_of_the_directory_it_covers()
    {
        using var container = new TestContainer().Script("stat -c %a /covered /made");
        Directory.CreateDirectory(Path.Combine(container.Rootfs, "covered"), (UnixFileMode)0x1C8 /* 0710 */);
        container.Mount("/covered", "tmpfs", "tmpfs", "nodev");
        container.Mount("/made", "tmpfs", "tmpfs", "nodev");
        Assert.Equal("710\n1777\n", container.Run().ShouldSucceed().Output);
    }

    [OlderRuntimesFailFact("runc before 1.4 overrides a mode that is asked for")]
    public void A_mode_that_is_asked_for_wins()
    {
        using var container = new TestContainer().Script("stat -c %a /covered");
        Directory.CreateDirectory(Path.Combine(container.Rootfs, "covered"), (UnixFileMode)0x1C8);
        container.Mount("/covered", "tmpfs", "tmpfs", "mode=1500");
        Assert.Equal("1500\n", container.Run().ShouldSucceed().Output);
    }

    [RootFact]
    public void Directories_that_are_made_inherit_the_set_group_id_bit()
    {
        using var container = new TestContainer();
        var parent = Path.Combine(container.Rootfs, "setgid");
        Directory.CreateDirectory(parent);
        File.SetUnixFileMode(parent, (UnixFileMode)0x5ED /* 02755 */);
        container.Mount("/setgid/a/b", "tmpfs", "tmpfs", "nodev");
        container.Run().ShouldSucceed();
        Assert.Equal(0x5ED, (int)File.GetUnixFileMode(Path.Combine(parent, "a")));
        Assert.Equal(0x5ED, (int)File.GetUnixFileMode(Path.Combine(parent, "a/b")));
    }

    [OwnRootFact]
    public void A_link_is_copied_where_the_options_say_so()
    {
        using var container = new TestContainer().Script("readlink /a/sym/link");
        File.CreateSymbolicLink(container.Path("broken"), "point-to-nowhere");
        container.Mount("/a/sym/link", "bind", container.Path("broken"), "rbind", "copy-symlink");
        Assert.Equal("point-to-nowhere\n", container.Run().ShouldSucceed().Output);
    }

    [RootTheory]
    [InlineData("proc")]
    [InlineData("sys")]
    public void What_masks_cover_is_mounted_on_ordinary_directories_only(string name)
    {
        using var container = new TestContainer();
        Directory.Delete(Path.Combine(container.Rootfs, name));
        Directory.CreateDirectory(Path.Combine(container.Rootfs, "elsewhere"));
        File.CreateSymbolicLink(Path.Combine(container.Rootfs, name), "/elsewhere");
        var outcome = container.Run();
        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains("must be mounted on ordinary directory", outcome.Error);
    }

    [RootFact]
    public void A_bind_mount_of_a_directory_onto_a_file_says_that_it_is_not_a_directory()
    {
        using var container = new TestContainer();
        container.Mount("/etc/passwd", "bind", MakeSource(container), "bind");
        var outcome = container.Run();
        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains("not a directory", outcome.Error, StringComparison.OrdinalIgnoreCase);
    }

    [RootFact]
    public void Nothing_is_made_in_a_directory_of_the_hosts_that_is_bound_over_dev()
    {
        using var container = new TestContainer().Script("true");
        var source = MakeSource(container);
        foreach (var mount in container.Mounts.Where(mount => ((string)mount!["destination"]!).StartsWith("/dev")).ToList()) container.Mounts.Remove(mount);
        container.Mount("/dev", "bind", source, "bind");
        container.Linux["maskedPaths"] = new JsonArray();
        // Without it runc does not start anything.
        Linux.Files.MakeNode(Path.Combine(source, "null"), Linux.Native.S_IFCHR | 0x1B6, 1, 3);
        container.Run().ShouldSucceed();
        Assert.Equal(["a", "null"], Directory.EnumerateFileSystemEntries(source).Select(Path.GetFileName).Order());
    }

    [RootTheory]
    [InlineData(1)]
    [InlineData(8)]
    public void An_overlay_of_few_and_of_many_layers(int layers)
    {
        using var container = new TestContainer().Script("cat /over/file-0; echo new > /over/new; ls /over | wc -l; grep ' /over ' /proc/self/mounts");
        var lower = Enumerable.Range(0, layers).Select(layer => container.Path($"a-layer-with-a-long-name-{layer}")).ToList();
        for (var layer = 0; layer < layers; layer++)
        {
            Directory.CreateDirectory(lower[layer]);
            File.WriteAllText(Path.Combine(lower[layer], $"file-{layer}"), $"{layer}\n");
        }

        foreach (var name in (string[])["upper", "work"]) Directory.CreateDirectory(container.Path(name));
        container.Mount(
            "/over", "overlay", "overlay", "nosuid", "nodev", $"lowerdir={string.Join(':', lower)}", $"upperdir={container.Path("upper")}",
            $"workdir={container.Path("work")}");
        var output = container.Run().ShouldSucceed().Output.Split('\n');
        Assert.Equal(["0", $"{layers + 1}"], output[..2]);
        Assert.StartsWith("overlay /over overlay rw,nosuid,nodev", output[2]);
        Assert.True(File.Exists(container.Path("upper/new")));
    }

    private static string MakeSource(TestContainer container)
    {
        var source = container.Path("source");
        Directory.CreateDirectory(source);
        File.WriteAllText(Path.Combine(source, "a"), "A\n");
        return source;
    }
}
