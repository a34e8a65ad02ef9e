using System.Text;
using Paas.Runtime.Hooks;
using Paas.Runtime.State;
using Xunit;

namespace Paas.Runtime.Tests.Hooks;

public sealed class HookStateTests
{
    private static readonly ContainerRecord Record = new()
    {
        Id = "one", OciVersion = "1.2.0", Bundle = "/bundle", Rootfs = "/bundle/rootfs", Cgroup = "/one", Pid = 0, StartTime = 0, Created = DateTimeOffset.UnixEpoch,
    };

    [Fact]
    public void It_is_the_specifications_document() => Assert.Equal(
        """{"ociVersion":"1.2.0","id":"one","status":"creating","pid":42,"bundle":"/bundle","root":"/bundle/rootfs"}""",
        Text(Record, ContainerStatus.Creating, 42));

    [Fact]
    public void A_container_that_has_stopped_has_no_pid() => Assert.Equal(
        """{"ociVersion":"1.2.0","id":"one","status":"stopped","bundle":"/bundle","root":"/bundle/rootfs"}""",
        Text(Record, ContainerStatus.Stopped, 0));

    [Fact]
    public void Annotations_keep_their_letters() => Assert.Contains(
        ""","annotations":{"org.example":"a <b> \"c\" \u0000 é"}}""",
        Text(Record with { Annotations = new Dictionary<string, string> { ["org.example"] = "a <b> \"c\" \0 é" } }, ContainerStatus.Running, 1));

    private static string Text(ContainerRecord record, ContainerStatus status, int pid) => Encoding.UTF8.GetString(HookState.Write(record, status, pid));
}
