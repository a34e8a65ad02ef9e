using Paas.Linux;
using Paas.Testing;
using Xunit;

namespace Paas.Runtime.FunctionalTests.Mounts;

/// <summary>The option <c>tmpcopyup</c>: a tmpfs that begins with what the image has at its place.</summary>
public sealed class CopyUpTests
{
    [OlderRuntimesFailFact("runc before 1.1.10 applies its umask to the copy")]
    public void The_tmpfs_has_what_the_image_has_and_the_image_keeps_it()
    {
        using var container = new TestContainer().Script(
            "cat /data/file /data/link; stat -c %a /data/dir /data/file; readlink /data/link; echo new > /data/file; rm -r /data/dir; stat -f -c %T /data");
        var data = MakeData(container);
        container.Mount("/data", "tmpfs", "tmpfs", "tmpcopyup", "nodev");
        Assert.Equal("content\ncontent\n777\n4711\nfile\ntmpfs\n", container.Run().ShouldSucceed().Output);
        Assert.Equal("content\n", File.ReadAllText(Path.Combine(data, "file")));
        Assert.True(Directory.Exists(Path.Combine(data, "dir")));
    }

    [OlderRuntimesFailFact("runc 1.1 leaves extended attributes and times behind")]
    public void Owners_times_attributes_and_odd_names_come_along()
    {
        using var container = new TestContainer().Script("stat -c '%u:%g %Y' /data/file; ls /data | wc -l; test -p /data/fifo && echo fifo");
        var data = MakeData(container);
        var file = Path.Combine(data, "file");
        Files.ChangeOwner(file, 12, 34);
        Files.SetTimes(file, 1_000_000_000, 0);
        Files.MakeNode(Path.Combine(data, "fifo"), Native.S_IFIFO | 0x1B6);
        // A name that is no UTF-8.
        using var odd = new OddName(data);
        // version 2, with cap_net_raw permitted
        ExtendedAttributes.Set(file, "security.capability", [0, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        container.Mount("/data", "tmpfs", "tmpfs", "tmpcopyup");
        Assert.Equal("12:34 1000000000\n5\nfifo\n", container.Run().ShouldSucceed().Output);

        container.Script("sleep 1000");
        container.RunDetached().ShouldSucceed();
        Assert.Equal(0x20, ExtendedAttributes.Get($"/proc/{container.Pid}/root/data/file", "security.capability")![5]);
    }

    [OwnRootFact]
    public void In_a_user_namespace_the_files_are_the_containers_own()
    {
        using var container = new TestContainer().WithUserNamespace().Script("stat -c %u:%g /data /data/file; echo more > /data/more; stat -c %u /data/more");
        MakeData(container);
        RuntimeUnderTest.Execute("/bin/chown", "-R", "300000:300000", container.Rootfs).ShouldSucceed();
        container.Mount("/data", "tmpfs", "tmpfs", "tmpcopyup", "mode=755");
        Assert.Equal("0:0\n0:0\n0\n", container.Run().ShouldSucceed().Output);
    }

    [RootFact]
    public void Read_only_comes_after_the_copy()
    {
        using var container = new TestContainer().Script("cat /data/file; touch /data/x; echo $?");
        MakeData(container);
        container.Mount("/data", "tmpfs", "tmpfs", "tmpcopyup", "ro");
        Assert.Equal("content\n1\n", container.Run().ShouldSucceed().Output);
    }

    [RootFact]
    public void A_place_that_the_image_does_not_have_is_an_empty_tmpfs()
    {
        using var container = new TestContainer().Script("ls /none | wc -l; touch /none/x && echo ok");
        container.Mount("/none", "tmpfs", "tmpfs", "tmpcopyup");
        Assert.Equal("0\nok\n", container.Run().ShouldSucceed().Output);
    }

    [RootFact]
    public void A_tmpfs_too_small_for_the_copy_is_an_error()
    {
        using var container = new TestContainer();
        File.WriteAllBytes(Path.Combine(MakeData(container), "big"), new byte[200_000]);
        container.Mount("/data", "tmpfs", "tmpfs", "tmpcopyup", "size=64k");
        var outcome = container.Run();
        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains("no space left", outcome.Error, StringComparison.OrdinalIgnoreCase);
    }

    [RootFact]
    public void Links_in_the_image_are_copied_and_not_followed()
    {
        using var container = new TestContainer().Script("ls -l /data; cat /data/out");
        File.WriteAllText(container.Path("host-secret"), "secret");
        File.CreateSymbolicLink(Path.Combine(MakeData(container), "out"), container.Path("host-secret"));
        container.Mount("/data", "tmpfs", "tmpfs", "tmpcopyup");
        Assert.DoesNotContain("secret\n", container.Run().Output.Replace("host-secret\n", ""));
    }

    // .NET could not remove it.
    private sealed class OddName : IDisposable
    {
        private readonly string _path;

        public OddName(string directory)
        {
            _path = $"\"$(printf '{directory}/\\377\\376')\"";
            Shell("touch");
        }

        public void Dispose() => Shell("rm");

        private void Shell(string verb) => RuntimeUnderTest.Execute("/bin/sh", "-c", $"{verb} {_path}").ShouldSucceed();
    }

    private static string MakeData(TestContainer container)
    {
        var data = Path.Combine(container.Rootfs, "data");
        Directory.CreateDirectory(Path.Combine(data, "dir"));
        File.SetUnixFileMode(Path.Combine(data, "dir"), (UnixFileMode)0x1FF);
        File.WriteAllText(Path.Combine(data, "file"), "content\n");
        File.SetUnixFileMode(Path.Combine(data, "file"), (UnixFileMode)0x9C9 /* 04711 */);
        File.CreateSymbolicLink(Path.Combine(data, "link"), "file");
        return data;
    }
}
