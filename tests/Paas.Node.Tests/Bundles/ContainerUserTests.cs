using Paas.Node.Bundles;

namespace Paas.Node.Tests.Bundles;

public sealed class ContainerUserTests
{
    private const string Passwd = "root:x:0:0:root:/root:/bin/bash\npaas:x:1000:1000::/workspace:/bin/sh\nodd:x:7:8\nbad:x:no:1::/:/bin/sh\n";
    private const string Group = "root:x:0:\npaas:x:1000:\nvideo:x:44:paas,other\ncache:x:45:paas\n";

    [Theory]
    [InlineData("", 0, 0, "/root")]
    [InlineData("root", 0, 0, "/root")]
    [InlineData("paas", 1000, 1000, "/workspace")]
    [InlineData("1000", 1000, 1000, "/workspace")]
    [InlineData("4711", 4711, 0, "/")]
    [InlineData("4711:4712", 4711, 4712, "/")]
    [InlineData("paas:video", 1000, 44, "/workspace")]
    [InlineData("paas:7", 1000, 7, "/workspace")]
    public void Names_and_numbers_resolve(string user, uint uid, uint gid, string home)
    {
        var resolved = ContainerUser.Resolve(user, Passwd, Group)!;

        Assert.Equal((uid, gid, home), (resolved.Uid, resolved.Gid, resolved.Home));
    }

    [Fact]
    public void A_user_has_the_groups_that_list_it_unless_one_is_named()
    {
        Assert.Equal([44u, 45u], ContainerUser.Resolve("paas", Passwd, Group)!.AdditionalGids);
        Assert.Empty(ContainerUser.Resolve("paas:paas", Passwd, Group)!.AdditionalGids);
        Assert.Empty(ContainerUser.Resolve("4711", Passwd, Group)!.AdditionalGids);
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("paas:nogroup")]
    [InlineData("bad")]
    [InlineData("-1")]
    public void An_unknown_name_is_no_user(string user) => Assert.Null(ContainerUser.Resolve(user, Passwd, Group));
}
