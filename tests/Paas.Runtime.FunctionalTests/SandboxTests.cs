using System.Text.Json.Nodes;
using Paas.Linux;
using Xunit;

namespace Paas.Runtime.FunctionalTests;

/// <summary><c>run --sandbox</c>: overlay root and network that exist nowhere but in the container.</summary>
[Trait("Machine", "Always")]
public sealed class SandboxTests
{
    private const uint First = 400_000;

    [OwnRootFact]
    public void An_overlay_root_writes_to_its_upper_directory_only()
    {
        using var container = new TestContainer().Script("cat /etc/layer; echo w > /etc/written; rm /etc/passwd; ls /etc");
        var outcome = container.Run("--sandbox", Overlay(container, idMapped: false));
        Assert.Equal("upper layer\nlayer\nwritten\n", outcome.ShouldSucceed().Output);
        Assert.Equal("w\n", File.ReadAllText(container.Path("upper/etc/written")));
        Assert.True(Files.Status(container.Path("upper/etc/passwd")).IsWhiteout);
        Assert.True(File.Exists(Path.Combine(container.Rootfs, "etc/passwd")));
    }

    [OwnRootFact]
    public void With_id_mapping_files_keep_the_ids_of_the_image_on_disk()
    {
        using var container = new TestContainer().WithUserNamespace(First).Script(
            "stat -c %u /etc/layer /etc/passwd; id -u; mkdir /home/app; chown 1000:1000 /home/app; stat -c %u /home/app; grep ' / ' /proc/self/mountinfo | grep -c overlay");
        var outcome = container.Run("--sandbox", Overlay(container, idMapped: true));
        Assert.Equal("1000\n0\n0\n1000\n1\n", outcome.ShouldSucceed().Output);
        Assert.Equal(1000u, Files.Status(container.Path("upper/home/app")).Uid);
        Assert.Equal(0u, Files.Status(container.Path("upper/home")).Uid);
    }

    [OwnRootFact]
    public void Without_an_upper_directory_the_root_is_read_only()
    {
        using var container = new TestContainer().Script("touch /x; echo $?");
        Overlay(container, idMapped: false);
        var sandbox = container.Path("sandbox.json");
        File.WriteAllText(sandbox, new JsonObject
        {
            ["rootfs"] = new JsonObject { ["lowerDirectories"] = new JsonArray(container.Path("top"), container.Rootfs), ["idMapped"] = false },
        }.ToJsonString());
        Assert.Equal("1\n", container.Run("--sandbox", sandbox).ShouldSucceed().Output);
    }

    [OwnRootFact]
    public void Many_layers_stack_in_order()
    {
        using var container = new TestContainer().Script("cat /etc/order; ls /etc | grep -c layer-");
        var layers = new JsonArray();
        for (var i = 0; i < 120; i++)
        {
            var layer = container.Path($"layer-{i}");
            Directory.CreateDirectory(Path.Combine(layer, "etc"));
            File.WriteAllText(Path.Combine(layer, "etc/order"), $"{i}\n");
            File.WriteAllText(Path.Combine(layer, $"etc/layer-{i}"), "");
            layers.Add(layer);
        }

        layers.Add(container.Rootfs);
        var sandbox = container.Path("sandbox.json");
        File.WriteAllText(sandbox, new JsonObject { ["rootfs"] = new JsonObject { ["lowerDirectories"] = layers, ["idMapped"] = false } }.ToJsonString());
        Assert.Equal("0\n120\n", container.Run("--sandbox", sandbox).ShouldSucceed().Output);
    }

    [OwnRootFact]
    public void A_sandbox_network_has_its_address_and_vanishes_with_the_container()
    {
        const string Bridge = "paasrt0";
        RuntimeUnderTest.Execute("/sbin/ip", "link", "add", Bridge, "type", "bridge").ShouldSucceed();
        try
        {
            RuntimeUnderTest.Execute("/sbin/ip", "address", "add", "10.244.77.1/24", "dev", Bridge).ShouldSucceed();
            RuntimeUnderTest.Execute("/sbin/ip", "link", "set", Bridge, "up").ShouldSucceed();
            using var container = new TestContainer().WithUserNamespace(First).Script(
                "ip -4 -o addr show eth0 | tr -s ' ' | cut -d' ' -f4; ip route | head -1 | cut -d' ' -f1-3; nc -w 5 10.244.77.1 7777 < /dev/null; cat /proc/sys/net/ipv4/ip_unprivileged_port_start; ls /sys/class/net > /dev/null; echo $?");
            container.Linux["sysctl"] = new JsonObject { ["net.ipv4.ip_unprivileged_port_start"] = "80" };
            using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Parse("10.244.77.1"), 7777);
            listener.Start();
            var greeting = Task.Run(() =>
            {
                using var visitor = listener.AcceptTcpClient();
                visitor.GetStream().Write("hello from the host\n"u8);
            });
            var sandbox = JsonNode.Parse(File.ReadAllText(Overlay(container, idMapped: true)))!.AsObject();
            sandbox["network"] = new JsonObject
            {
                ["bridge"] = Bridge, ["hostInterface"] = "paasrt-a", ["address"] = "10.244.77.9", ["prefixLength"] = 24, ["gateway"] = "10.244.77.1",
            };
            File.WriteAllText(container.Path("sandbox.json"), sandbox.ToJsonString());
            Assert.Equal("10.244.77.9/24\ndefault via 10.244.77.1\nhello from the host\n80\n0\n", container.Run("--sandbox", container.Path("sandbox.json")).ShouldSucceed().Output);
            greeting.Wait();
            TestContainer.Eventually(() => !Directory.Exists("/sys/class/net/paasrt-a"), "the veth pair is gone");
        }
        finally
        {
            RuntimeUnderTest.Execute("/sbin/ip", "link", "delete", Bridge);
        }
    }

    private static string Overlay(TestContainer container, bool idMapped)
    {
        foreach (var name in (string[])["top/etc", "upper", "work"]) Directory.CreateDirectory(container.Path(name));
        var file = container.Path("top/etc/layer");
        File.WriteAllText(file, "upper layer\n");
        Files.ChangeOwner(file, 1000, 1000);
        var sandbox = container.Path("sandbox.json");
        File.WriteAllText(sandbox, new JsonObject
        {
            ["rootfs"] = new JsonObject
            {
                ["lowerDirectories"] = new JsonArray(container.Path("top"), container.Rootfs),
                ["upperDirectory"] = container.Path("upper"),
                ["workDirectory"] = container.Path("work"),
                ["idMapped"] = idMapped,
            },
        }.ToJsonString());
        return sandbox;
    }
}
