using FsCheck;
using FsCheck.Fluent;

namespace Paas.Oci.Tests;

public sealed class ReferenceTests
{
    private const string Sha = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Theory]
    [InlineData("app", null, "app", null, null)]
    [InlineData("library/app:1.0", null, "library/app", "1.0", null)]
    [InlineData("localhost/app", "localhost", "app", null, null)]
    [InlineData("localhost:5000/a/b/c:latest", "localhost:5000", "a/b/c", "latest", null)]
    [InlineData("registry.example.com/team/app", "registry.example.com", "team/app", null, null)]
    [InlineData("Upper/app", "Upper", "app", null, null)]
    [InlineData("host:80/app@" + Sha, "host:80", "app", null, Sha)]
    [InlineData("host.example/app:v1@" + Sha, "host.example", "app", "v1", Sha)]
    [InlineData("[2001:db8::1]:5000/app:x", "[2001:db8::1]:5000", "app", "x", null)]
    [InlineData("a-b__c/d.e/f---g", null, "a-b__c/d.e/f---g", null, null)]
    [InlineData("xn--n3h.example/app:_tag-1.2", "xn--n3h.example", "app", "_tag-1.2", null)]
    public void Parts_are_found(string text, string? domain, string path, string? tag, string? digest)
    {
        var reference = Reference.Parse(text);
        Assert.Equal((domain, path, tag, digest), (reference.Domain, reference.Path, reference.Tag, reference.Digest?.ToString()));
        Assert.Equal(text, reference.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("/app")]
    [InlineData("app/")]
    [InlineData("app:")]
    [InlineData("app:-tag")]
    [InlineData("app@")]
    [InlineData("app@sha256:abc")]
    [InlineData("UPPER")]
    [InlineData("host.example/UPPER")]
    [InlineData("host.example:port/app")]
    [InlineData("-host.example/app")]
    [InlineData("host-.example/app")]
    [InlineData("a..b")]
    [InlineData("a___b")]
    [InlineData("a-b__c.d/e")]
    [InlineData("-a")]
    [InlineData("a-")]
    [InlineData("a b")]
    [InlineData("app:tag:tag")]
    [InlineData("../etc/passwd")]
    [InlineData("a//b")]
    [InlineData("[::1]")]
    [InlineData("[nonsense]/app")]
    public void What_is_no_reference_is_refused(string text)
    {
        Assert.False(Reference.TryParse(text, out _));
        Assert.Throws<FormatException>(() => Reference.Parse(text));
    }

    [Theory]
    [InlineData("debian", "docker.io/library/debian:latest")]
    [InlineData("debian:12", "docker.io/library/debian:12")]
    [InlineData("grafana/loki", "docker.io/grafana/loki:latest")]
    [InlineData("docker.io/debian", "docker.io/library/debian:latest")]
    [InlineData("index.docker.io/library/debian", "docker.io/library/debian:latest")]
    [InlineData("localhost/app", "localhost/app:latest")]
    [InlineData("localhost:5000/app:v1", "localhost:5000/app:v1")]
    [InlineData("ghcr.io/team/app", "ghcr.io/team/app:latest")]
    [InlineData("debian@" + Sha, "docker.io/library/debian@" + Sha)]
    [InlineData("debian:12@" + Sha, "docker.io/library/debian@" + Sha)]
    public void The_full_name_is_as_Docker_has_it(string text, string full)
    {
        var normal = Reference.Parse(text).Normalize();
        Assert.Equal(full, $"{normal}");
        Assert.Equal(full, $"{normal.Normalize()}");
        Assert.Equal(normal, Reference.Parse(full).Normalize());
    }

    [Fact]
    public void Names_and_tags_have_a_longest()
    {
        Assert.True(Reference.TryParse(new string('a', 255), out _));
        Assert.False(Reference.TryParse(new string('a', 256), out _));
        Assert.True(Reference.TryParse($"a:{new string('t', 128)}", out _));
        Assert.False(Reference.TryParse($"a:{new string('t', 129)}", out _));
    }

    [Fact]
    public void Nothing_makes_the_parser_throw_and_what_parses_prints_the_same() =>
        Prop.ForAll<string?>(text => !Reference.TryParse(text, out var reference) || reference.ToString() == text).QuickCheckThrowOnFailure();

    [Fact]
    public void References_put_together_from_valid_parts_come_apart_again()
    {
        var component = Gen.Elements("a", "0", "ab-c", "a.b", "a__b", "x--y", "library");
        var references =
            from domain in Gen.Elements(null, "localhost", "r.example", "r.example:443", "Host", "[::1]:5000", "10.0.0.1:1")
            from first in component
            from rest in Gen.ListOf(component)
            from tag in Gen.Elements(null, "latest", "_1", "V1.2-x")
            from digest in Gen.Elements(null, Sha)
            select (domain, path: string.Join('/', [first, .. rest]), tag, digest);
        Prop.ForAll(Arb.From(references), parts =>
        {
            // Without a domain, a first component with a dot would be one.
            if (parts.domain is null && parts.path.Contains('/') && parts.path.Split('/')[0].Contains('.')) return true;
            var text = $"{(parts.domain is null ? "" : parts.domain + "/")}{parts.path}{(parts.tag is null ? "" : ":" + parts.tag)}{(parts.digest is null ? "" : "@" + parts.digest)}";
            if (!Reference.TryParse(text, out var reference)) return parts.path.Length > 200;
            return (reference.Domain, reference.Path, reference.Tag, reference.Digest?.ToString()) == parts && reference.ToString() == text;
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("app", "r.example/library/app:latest")]
    [InlineData("team/app:1", "r.example/team/app:1")]
    [InlineData("other.example/app@" + Sha, "other.example/app@" + Sha)]
    public void Short_names_are_completed(string text, string expected) =>
        Assert.Equal(expected, Reference.Parse(text).Complete("r.example", "library").ToString());
}
