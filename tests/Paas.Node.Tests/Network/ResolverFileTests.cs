using Paas.Node.Network;

namespace Paas.Node.Tests.Network;

public sealed class ResolverFileTests
{
    [Fact]
    public void The_hosts_resolvers_are_taken_as_they_are()
    {
        var file = For(("/etc/resolv.conf", "# comment\nsearch example.org corp\nnameserver 192.0.2.53\nnameserver 192.0.2.54 # second\noptions ndots:2\n"));

        Assert.Equal("nameserver 192.0.2.53\nnameserver 192.0.2.54\nsearch example.org corp\noptions ndots:2\n", file);
    }

    [Fact]
    public void A_stub_on_loopback_gives_way_to_the_resolvers_behind_it()
    {
        var file = For(
            ("/etc/resolv.conf", "nameserver 127.0.0.53\noptions edns0 trust-ad\nsearch lan\n"),
            ("/run/systemd/resolve/resolv.conf", "nameserver 198.51.100.1\nsearch lan\n"));

        Assert.Equal("nameserver 198.51.100.1\nsearch lan\n", file);
    }

    [Fact]
    public void Loopback_and_ipv6_are_left_out_where_there_is_another() =>
        Assert.Equal("nameserver 192.0.2.1\n", For(("/etc/resolv.conf", "nameserver ::1\nnameserver 2001:db8::1\nnameserver 127.0.0.1\nnameserver 192.0.2.1\n")));

    [Fact]
    public void With_no_resolver_that_a_sandbox_reaches_public_ones_serve() =>
        Assert.Equal("nameserver 1.1.1.1\nnameserver 8.8.8.8\nsearch lan\n", For(("/etc/resolv.conf", "nameserver 127.0.0.1\nsearch lan\n")));

    [Fact]
    public void Nothing_but_what_is_understood_passes() =>
        Assert.Equal("nameserver 192.0.2.1\n", For(("/etc/resolv.conf", "nameserver\nnameserver words\nsearch\nlookup file bind\nnameserver 192.0.2.1\n")));

    private static string For(params (string Path, string Text)[] files) =>
        ResolverFile.ForSandboxes(path => files.FirstOrDefault(file => file.Path == path).Text).ToString();
}
