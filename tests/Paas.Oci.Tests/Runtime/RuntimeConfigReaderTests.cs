using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Paas.Oci.Runtime;
using Xunit;

namespace Paas.Oci.Tests.Runtime;

/// <summary>The reader written by hand against the generated one: what one reads, the other reads.</summary>
public sealed class RuntimeConfigReaderTests
{
    // Every member there is, each with a value that is not its default.
    internal const string Everything = """
        {
          "ociVersion": "1.2.0", "hostname": "h", "domainname": "d", "unknown": {"deep": [1, {"a": null}]},
          "root": {"path": "rootfs", "readonly": true, "future": 1},
          "process": {
            "terminal": true, "consoleSize": {"height": 25, "width": 80}, "cwd": "/w", "noNewPrivileges": true, "oomScoreAdj": -5,
            "user": {"uid": 1, "gid": 2, "umask": 18, "additionalGids": [5, 4294967295]}, "args": ["a", "b c", "\u00e9\n"], "env": ["A=1"],
            "capabilities": {"bounding": ["CAP_CHOWN"], "effective": [], "inheritable": ["X"], "permitted": ["Y"], "ambient": ["Z"]},
            "rlimits": [{"type": "RLIMIT_CORE", "soft": 0, "hard": 18446744073709551615}],
            "apparmorProfile": "p", "selinuxLabel": "l"
          },
          "mounts": [{"destination": "/a", "type": "bind", "source": "/s", "options": ["ro"],
            "uidMappings": [{"containerID": 0, "hostID": 7, "size": 9}], "gidMappings": [{"containerID": 1, "hostID": 8, "size": 10}]},
            {"destination": "/b"}],
          "hooks": {"prestart": [{"path": "/p", "args": ["x"], "env": ["E=1"], "timeout": 3}], "createRuntime": [{"path": "/1"}], "createContainer": [{"path": "/2"}],
            "startContainer": [{"path": "/3"}], "poststart": [{"path": "/4"}], "poststop": [{"path": "/5"}]},
          "annotations": {"one": "1", "two": ""},
          "linux": {
            "namespaces": [{"type": "pid"}, {"type": "network", "path": "/n"}],
            "uidMappings": [{"containerID": 0, "hostID": 100000, "size": 65536}], "gidMappings": [{"containerID": 0, "hostID": 100000, "size": 65536}],
            "timeOffsets": {"monotonic": {"secs": -3, "nanosecs": 4}},
            "devices": [{"type": "c", "path": "/dev/x", "major": 1, "minor": 2, "fileMode": 438, "uid": 3, "gid": 4}],
            "cgroupsPath": "/c", "rootfsPropagation": "rslave", "mountLabel": "m",
            "memoryPolicy": {"mode": "MPOL_BIND", "nodes": "0-1", "flags": ["MPOL_F_STATIC_NODES"]},
            "resources": {
              "devices": [{"allow": true, "type": "c", "major": -1, "minor": 5, "access": "rw"}],
              "memory": {"limit": 1, "reservation": 2, "swap": -1, "kernel": 3, "kernelTCP": 4, "swappiness": 60, "disableOOMKiller": true,
                "useHierarchy": true, "checkBeforeUpdate": true},
              "cpu": {"shares": 1024, "quota": -1, "burst": 5, "period": 100000, "realtimeRuntime": 950000, "realtimePeriod": 1000000,
                "cpus": "0-3", "mems": "0", "idle": 1},
              "pids": {"limit": 32}, "unified": {"memory.high": "1"},
              "blockIO": {"weight": 10, "leafWeight": 20, "weightDevice": [{"major": 8, "minor": 0, "weight": 500, "leafWeight": 300}],
                "throttleReadBpsDevice": [{"major": 8, "minor": 1, "rate": 600}], "throttleWriteBpsDevice": [{"major": 8, "minor": 2, "rate": 601}],
                "throttleReadIOPSDevice": [{"major": 8, "minor": 3, "rate": 602}], "throttleWriteIOPSDevice": [{"major": 8, "minor": 4, "rate": 603}]},
              "hugepageLimits": [{"pageSize": "2MB", "limit": 209715200}],
              "network": {"classID": 1048577, "priorities": [{"name": "eth0", "priority": 500}]},
              "rdma": {"mlx5_1": {"hcaHandles": 3, "hcaObjects": 10000}}
            },
            "seccomp": {"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 1, "architectures": ["SCMP_ARCH_X86_64"], "flags": ["F"], "listenerPath": "/l", "listenerMetadata": "m",
              "syscalls": [{"names": ["read"], "action": "SCMP_ACT_ALLOW", "errnoRet": 2, "args": [{"index": 1, "value": 18446744073709551615, "valueTwo": 3, "op": "SCMP_CMP_EQ"}]}]},
            "sysctl": {"net.core.somaxconn": "1"}, "maskedPaths": ["/m"], "readonlyPaths": ["/r"]
          }
        }
        """;

    [Theory]
    [InlineData(Everything)]
    [InlineData("""{"ociVersion": "1.0.0"}""")]
    [InlineData("""{"ociVersion": "1.0.0", "process": null, "mounts": null, "linux": {"namespaces": null, "resources": null}, "annotations": {}}""")]
    public void Both_readers_agree(string json)
    {
        var byHand = RuntimeConfigReader.ReadConfig(Encoding.UTF8.GetBytes(json));
        var generated = JsonSerializer.Deserialize(json, OciRuntimeJsonContext.Default.RuntimeConfig)!;
        Assert.Equal(Text(generated), Text(byHand));
    }

    [Fact]
    public void The_example_has_every_member_the_documents_have()
    {
        // What is written again from it lacks nothing that was in it but the unknown.
        var written = JsonNode.Parse(Text(RuntimeConfigReader.ReadConfig(Encoding.UTF8.GetBytes(Everything))))!.AsObject();
        var original = JsonNode.Parse(Everything)!.AsObject();
        original.Remove("unknown");
        original["root"]!.AsObject().Remove("future");
        Assert.True(JsonNode.DeepEquals(original, written), written.ToJsonString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"ociVersion": 1}""")]
    [InlineData("""{"ociVersion": "1.0.0"} x""")]
    [InlineData("""{"ociVersion": "1.0.0", "process": {"args": ["x"]}}""")]
    [InlineData("""{"ociVersion": "1.0.0", "process": []}""")]
    [InlineData("""{"ociVersion": "1.0.0", "mounts": {"destination": "/"}}""")]
    [InlineData("""{"ociVersion": "1.0.0", "mounts": ["/"]}""")]
    [InlineData("""{"ociVersion": "1.0.0", "linux": {"uidMappings": [{"containerID": -1, "hostID": 0, "size": 1}]}}""")]
    [InlineData("""{"ociVersion": "1.0.0", "linux": {"resources": {"memory": {"limit": "12"}}}}""")]
    [InlineData("""{"ociVersion": "1.0.0", "process": {"cwd": "/", "args": ["a", null]}}""")]
    [InlineData("""{"ociVersion": "1.0.0", "process": {"cwd": "/", "user": {"uid": 4294967296}}}""")]
    public void What_is_malformed_is_refused(string json) =>
        Assert.ThrowsAny<JsonException>(() => RuntimeConfigReader.ReadConfig(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void A_process_is_read_alone()
    {
        var process = RuntimeConfigReader.ReadProcess("""{"cwd": "/x", "args": ["a"], "user": {"uid": 7, "gid": 8}}"""u8);
        Assert.Equal(("/x", 7u), (process.Cwd, process.User!.Uid));
    }

    [Fact]
    public void Limits_are_read_alone()
    {
        var resources = RuntimeConfigReader.ReadResources("""{"memory": {"limit": -1, "checkBeforeUpdate": null}, "pids": null, "blockIO": {"weight": 7}}"""u8);
        Assert.Equal((-1, 7u), (resources.Memory!.Limit, resources.BlockIO!.Weight));
        Assert.Null(resources.Pids);
    }

    private static string Text(RuntimeConfig config) => JsonSerializer.Serialize(config, OciRuntimeJsonContext.Default.RuntimeConfig);

}
