using System.Text.Json.Nodes;
using Paas.Linux;
using Paas.Testing;
using Xunit;

namespace Paas.Runtime.FunctionalTests;

/// <summary>A container's root that is nobody on the host.</summary>
[Trait("Machine", "Always")]
public sealed class UserNamespaceTests
{
    [OwnRootFact]
    public void Root_of_a_user_namespace_makes_containers_without_one_of_their_own()
    {
        using var container = new TestContainer().Script("id -u; echo to the null device > /dev/null; stat -c %t:%T /dev/null /dev/zero");
        container.WriteConfig();
        var outcome = RuntimeUnderTest.Execute(
            "/usr/bin/unshare", "--user", "--map-root-user", "--mount", "--pid", "--fork", "--mount-proc", "/bin/sh", "-c",
            $"'{RuntimeUnderTest.Program}' --root '{container.Root}' run --bundle '{container.Bundle}' {container.Id}");
        Assert.Equal("0\n1:3\n1:5\n", outcome.ShouldSucceed().Output);
    }

    private const uint First = 300_000;

    [RootFact]
    public void Root_inside_is_an_ordinary_user_outside()
    {
        using var container = new TestContainer().WithUserNamespace(First).Script("id -u; cat /proc/self/uid_map; touch /tmp/mine; stat -c %u /tmp/mine; mknod /tmp/n c 1 3; echo $?");
        MakeReachable(container);
        var lines = container.Run().ShouldSucceed().Output.Split('\n');
        Assert.Equal("0", lines[0]);
        Assert.Equal(["0", $"{First}", "65536"], lines[1].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(["0", "1", ""], lines[2..]);
        Assert.Equal(First, Files.Status(System.IO.Path.Combine(container.Rootfs, "tmp/mine")).Uid);
    }

    [RootFact]
    public void Devices_are_there_and_work()
    {
        using var container = new TestContainer().WithUserNamespace(First).Script("for d in null zero full random urandom; do head -c 0 /dev/$d || echo no $d; done; echo x > /dev/null && echo ok");
        MakeReachable(container);
        Assert.Equal("ok\n", container.Run().ShouldSucceed().Output);
    }

    [RootFact]
    public void An_ordinary_user_inside_can_write_its_own_standard_output_by_name()
    {
        using var container = new TestContainer().WithUserNamespace(First).Script("echo one > /dev/stdout; id -u");
        container.Process["user"] = new JsonObject { ["uid"] = 1000, ["gid"] = 1000 };
        MakeReachable(container);
        Assert.Equal("one\n1000\n", container.Run().ShouldSucceed().Output);
    }

    [OwnRootFact]
    public void An_id_mapped_bind_mount_shows_files_with_the_containers_ids()
    {
        using var container = new TestContainer().WithUserNamespace(First).Script("stat -c %u:%g /data/file; echo new > /data/new; stat -c %u /data/new");
        MakeReachable(container);
        var source = container.Path("source");
        Directory.CreateDirectory(source);
        File.WriteAllText(System.IO.Path.Combine(source, "file"), "");
        Files.ChangeOwner(System.IO.Path.Combine(source, "file"), 1000, 1001);
        container.Mount("/data", "bind", source, "bind");
        var mount = (JsonObject)container.Mounts[^1]!;
        mount["uidMappings"] = TestContainer.Mapping(First, 65_536);
        mount["gidMappings"] = TestContainer.Mapping(First, 65_536);
        Assert.Equal("1000:1001\n0\n", container.Run().ShouldSucceed().Output);
        Assert.Equal(0u, Files.Status(System.IO.Path.Combine(source, "new")).Uid);
    }

    // Without id-mapping the root's files must belong to the container's users; other runtimes also walk to it as them.
    private static void MakeReachable(TestContainer container)
    {
        RuntimeUnderTest.Execute("/bin/chown", "-R", $"{First}:{First}", container.Rootfs).ShouldSucceed();
        if (!RuntimeUnderTest.IsOurs) RuntimeUnderTest.Execute("/bin/chmod", "0755", System.IO.Path.GetDirectoryName(container.Bundle)!).ShouldSucceed();
    }
}
