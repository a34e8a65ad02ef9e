using System.Text.Json.Nodes;
using Paas.Linux;
using Paas.Testing;
using Xunit;

namespace Paas.Runtime.FunctionalTests.Mounts;

/// <summary>Mounts that show files with other owners (runtime-spec config.md, uidMappings and gidMappings of mounts).</summary>
public sealed class IdMappedMountTests
{
    private const uint First = 300_000;
    private const string Why = "runc before 1.2 has no id-mapped mounts";

    [OlderRuntimesFailFact(Why)]
    public void Without_a_user_namespace_the_owners_are_the_hosts()
    {
        using var container = new TestContainer().Script("stat -c %u:%g /data/file; touch /data/new; echo $?");
        Map(container, MakeSource(container), ["bind"], First);
        var outcome = container.Run().ShouldSucceed();
        // Nobody in the container is in the mapping, so nobody can own what is made there.
        Assert.Equal("300100:300211\n1\n", outcome.Output);
        Assert.Contains("Value too large", outcome.Error);
    }

    [OlderRuntimesFailFact(Why)]
    public void In_a_user_namespace_they_are_the_containers_and_several_ranges_are_kept_apart()
    {
        using var container = InUserNamespace("stat -c %u:%g /data/file; touch /data/new; echo $?");
        container.Mount("/data", "bind", MakeSource(container), "bind");
        var mount = (JsonObject)container.Mounts[^1]!;
        mount["uidMappings"] = new JsonArray(Range(0, First, 1), Range(100, First + 1000, 1));
        mount["gidMappings"] = new JsonArray(Range(0, First, 1), Range(210, First + 1100, 10));
        Assert.Equal("1000:1101\n0\n", container.Run().ShouldSucceed().Output);
        Assert.Equal((0u, 0u), (Files.Status(container.Path("source/new")).Uid, Files.Status(container.Path("source/new")).Gid));
    }

    [OlderRuntimesFailTheory(Why)]
    [InlineData("idmap", false)]
    [InlineData("ridmap", true)]
    public void Mounts_below_are_mapped_only_when_the_option_says_so(string word, bool below)
    {
        using var container = InUserNamespace("stat -c %u /data/file /data/below/file");
        var source = MakeSource(container);
        using var mounted = new HostTmpfs(Path.Combine(source, "below"));
        File.WriteAllText(Path.Combine(source, "below/file"), "");
        Files.ChangeOwner(Path.Combine(source, "below/file"), 100, 211);
        // With no mapping of its own a mount takes the container's.
        container.Mount("/data", "bind", source, "rbind", word);
        Assert.Equal($"100\n{(below ? 100 : 65534)}\n", container.Run().ShouldSucceed().Output);
    }

    [OlderRuntimesFailFact(Why)]
    public void One_source_can_be_mounted_with_several_mappings_and_with_none()
    {
        using var container = InUserNamespace("stat -c %u:%g /one/file /two/file /plain/file");
        var source = MakeSource(container);
        Map(container, source, ["bind"], First, "/one");
        Map(container, source, ["bind", "ro"], First + 1000, "/two");
        container.Mount("/plain", "bind", source, "bind");
        Assert.Equal("100:211\n1100:1211\n65534:65534\n", container.Run().ShouldSucceed().Output);
    }

    [OwnRootFact]
    public void What_is_mounted_in_the_container_can_be_bound_with_other_owners_there()
    {
        using var container = InUserNamespace("stat -c %u:%g /data/file /one/file /two/file; touch /one/new; echo $?");
        container.Mount("/data", "bind", MakeSource(container), "bind");
        Map(container, container.Rootfs + "/data", ["bind"], First, "/one");
        container.Mount("/sys/fs/cgroup", "cgroup", "cgroup", "ro");
        Map(container, container.Rootfs + "/data", ["bind"], First + 1000, "/two");
        Assert.Equal("65534:65534\n100:211\n1100:1211\n1\n", container.Run().ShouldSucceed().Output);
    }

    [OwnRootFact]
    public void A_mapping_of_one_kind_of_id_alone_and_a_mapped_tmpfs_are_errors()
    {
        using (var container = new TestContainer())
        {
            container.Mount("/data", "bind", MakeSource(container), "bind");
            container.Mounts[^1]!["uidMappings"] = TestContainer.Mapping(First, 10);
            Assert.Contains("gidMappings", container.Run().Error);
        }

        using (var container = new TestContainer().Mount("/data", "tmpfs", "tmpfs", "idmap"))
        {
            Assert.Contains("only bind mounts", container.Run().Error);
        }
    }

    private static TestContainer InUserNamespace(string script)
    {
        var container = new TestContainer().WithUserNamespace(First).Script(script);
        RuntimeUnderTest.Execute("/bin/chown", "-R", $"{First}:{First}", container.Rootfs).ShouldSucceed();
        return container;
    }

    private static void Map(TestContainer container, string source, string[] options, uint first, string destination = "/data")
    {
        container.Mount(destination, "bind", source, options);
        container.Mounts[^1]!["uidMappings"] = new JsonArray(Range(100, first + 100, 1000));
        container.Mounts[^1]!["gidMappings"] = new JsonArray(Range(100, first + 100, 1000));
    }

    private static JsonObject Range(uint inside, uint outside, uint size) =>
        new() { ["containerID"] = inside, ["hostID"] = outside, ["size"] = size };

    private static string MakeSource(TestContainer container)
    {
        var source = container.Path("source");
        Directory.CreateDirectory(source);
        File.WriteAllText(Path.Combine(source, "file"), "");
        Files.ChangeOwner(Path.Combine(source, "file"), 100, 211);
        return source;
    }
}
