using Paas.Contracts.Routing;
using Paas.Router.Table;

namespace Paas.Router.Tests;

public sealed class SnapshotRulesTests
{
    private static readonly RoutedApp Good = new("hello", ["hello.test"], [new RoutedEndpoint("web.1", "web", "10.0.0.1:5000")]);

    public static TheoryData<string, RouterSnapshot> Broken => new()
    {
        { "generation 0", new RouterSnapshot(0, []) },
        { "apps is missing", new RouterSnapshot(1, null!) },
        { "app hello is listed twice", new RouterSnapshot(1, [Good, Good with { Hosts = [] }]) },
        { "host hello.test is routed to hello and to other", new RouterSnapshot(1, [Good, Good with { Name = "other" }]) },
        { "host hello.test is routed to hello and to hello", new RouterSnapshot(1, [Good with { Hosts = ["hello.test", "hello.test"] }]) },
        { "'../etc' is no app name", new RouterSnapshot(1, [Good with { Name = "../etc" }]) },
        { "'Hello' is no app name", new RouterSnapshot(1, [Good with { Name = "Hello" }]) },
        { "'HELLO.test' is no lower-case hostname", new RouterSnapshot(1, [Good with { Hosts = ["HELLO.test"] }]) },
        { "hosts is missing", new RouterSnapshot(1, [Good with { Hosts = null! }]) },
        { "endpoints is missing", new RouterSnapshot(1, [Good with { Endpoints = null! }]) },
        { "'web 1' is no instance name", new RouterSnapshot(1, [Good with { Endpoints = [new("web 1", "web", "10.0.0.1:1")] }]) },
        { "10.0.0.1:5000 is listed twice", new RouterSnapshot(1, [Good with { Endpoints = [new("web.1", "web", "10.0.0.1:5000"), new("web.2", "web", "10.0.0.1:5000")] }]) },
    };

    [Fact]
    public void A_good_one_has_no_problems() => Assert.Empty(SnapshotRules.Check(new RouterSnapshot(1, [Good])));

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_broken_rule_is_named(string problem, RouterSnapshot snapshot) =>
        Assert.Contains(SnapshotRules.Check(snapshot), found => found.Contains(problem, StringComparison.Ordinal));

    [Theory]
    [InlineData("10.0.0.1:5000", true)]
    [InlineData("[fd00::5]:5000", true)]
    [InlineData("unix:/run/paas/paasd.sock", true)]
    [InlineData("10.0.0.1", false)]
    [InlineData("10.0.0.1:0", false)]
    [InlineData("10.0.0.1:65536", false)]
    [InlineData("10.1:80", false)]
    [InlineData("0.0.0.0:80", false)]
    [InlineData("localhost:80", false)]
    [InlineData("unix:relative", false)]
    [InlineData("unix:/", false)]
    [InlineData("http://10.0.0.1:80", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Addresses_are_numbers_with_a_port_or_unix_paths(string? address, bool valid) =>
        Assert.Equal(valid, EndpointAddress.TryParse(address, out _));

    [Fact]
    public void A_unix_path_longer_than_the_kernel_takes_is_refused() =>
        Assert.False(EndpointAddress.TryParse("unix:/" + new string('a', 107), out _));

    [Fact]
    public void Many_problems_are_cut_short() =>
        Assert.Equal(21, SnapshotRules.Check(new RouterSnapshot(1, [.. Enumerable.Range(0, 100).Select(i => Good with { Name = $"BAD{i}" }), .. Enumerable.Range(0, 100).Select(i => Good with { Name = $"a{i}" })])).Count);
}
