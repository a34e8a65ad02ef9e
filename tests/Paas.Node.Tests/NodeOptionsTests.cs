namespace Paas.Node.Tests;

public sealed class NodeOptionsTests
{
    private static readonly NodeOptions Good = new() { RuntimePath = "/opt/paas/bin/paas-runtime" };

    [Fact]
    public void The_defaults_are_valid() => Good.Validate();

    [Fact]
    public void Every_fault_is_named_at_once()
    {
        var options = Good with
        {
            DataDirectory = "relative",
            Bridge = "a bridge of too many letters",
            Subnet = "10.0.0.1/16",
            CgroupParent = "/",
            RouterPorts = [80, 99999],
            Mtu = 10,
        };

        var message = Assert.Throws<ArgumentException>(options.Validate).Message;

        foreach (var word in (string[])["DataDirectory", "Bridge", "Subnet", "CgroupParent", "99999", "Mtu"]) Assert.Contains(word, message);
    }

    [Fact]
    public void A_directory_whose_sockets_would_have_too_long_a_path_is_refused()
    {
        var message = Assert.Throws<ArgumentException>((Good with { RunDirectory = "/run/" + new string('x', 60) }).Validate).Message;

        Assert.Contains("RunDirectory is too long by", message);
    }

    [Theory]
    [InlineData("/..")]
    [InlineData("/paas/../other")]
    [InlineData("")]
    public void A_cgroup_that_is_not_below_the_root_is_refused(string parent) =>
        Assert.Throws<ArgumentException>((Good with { CgroupParent = parent }).Validate);
}
