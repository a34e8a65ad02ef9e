using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Paas.Oci.Images;

namespace Paas.Oci.Tests;

public sealed class DigestTests
{
    private const string Empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Fact]
    public void The_digest_of_nothing_is_the_well_known_one()
    {
        Assert.Equal(Empty, Digest.Compute([]).ToString());
        Assert.Equal(Empty, Digest.Compute(new MemoryStream()).ToString());
        Assert.Equal("sha256", Digest.Parse(Empty).Algorithm);
        Assert.Equal(Empty[7..], Digest.Parse(Empty).Hex);
        Assert.Equal("e3b0c44298fc", Digest.Parse(Empty).Abbreviated);
    }

    [Theory]
    [InlineData("sha512:cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e")]
    [InlineData("multihash+base58:QmRZxt2b1FVZPNqd8hsiykDL3TdBDeTSPX9Kv46HmX4Gx8")]
    [InlineData("sha256+b64u:LCa0a2j_xo_5m0U8HTBBNBNCLXBkg7-g-YpeiGJm564")]
    public void Other_algorithms_of_the_grammar_parse(string text) => Assert.Equal(text, Digest.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("sha256")]
    [InlineData("sha256:")]
    [InlineData(":abc")]
    [InlineData("sha256:abc")]
    [InlineData("sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855")]
    [InlineData("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85/")]
    [InlineData("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 ")]
    [InlineData("SHA256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("../../etc:passwd/x")]
    [InlineData("a++b:x")]
    [InlineData("+a:x")]
    [InlineData("sha512:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    public void What_is_no_digest_is_refused(string text)
    {
        Assert.False(Digest.TryParse(text, out var digest));
        Assert.True(digest.IsEmpty);
        Assert.Throws<FormatException>(() => Digest.Parse(text));
    }

    [Fact]
    public void Both_registered_algorithms_can_be_computed_and_no_other()
    {
        // FIPS 180-4, the example "abc".
        const string Sha512OfAbc = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";
        var digest = Digest.Compute("abc"u8, Digest.Sha512);
        Assert.Equal($"sha512:{Sha512OfAbc}", digest.ToString());
        Assert.Equal(digest, Digest.FromHash(Digest.Sha512, Convert.FromHexString(Sha512OfAbc)));
        Assert.True(digest.IsComputable);
        Assert.Equal(Digest.Compute("abc"u8), Digest.Compute("abc"u8, Digest.Sha256));
        using var hash = Digest.CreateHash(Digest.Sha512);
        hash.AppendData("a"u8);
        hash.AppendData("bc"u8);
        Assert.Equal(digest, Digest.FromHash(Digest.Sha512, hash.GetHashAndReset()));
        Assert.False(Digest.Parse("sha256+b64u:LCa0a2j_xo_5m0U8HTBBNBNCLXBkg7-g-YpeiGJm564").IsComputable);
        Assert.Throws<NotSupportedException>(() => Digest.Compute("abc"u8, "sha384"));
        Assert.ThrowsAny<ArgumentException>(() => Digest.FromHash(Digest.Sha512, new byte[32]));
    }

    [Fact]
    public void What_parses_is_what_it_prints_and_safe_as_a_file_name() => Prop.ForAll<string?>(text =>
    {
        if (!Digest.TryParse(text, out var digest)) return digest.IsEmpty;
        return digest.ToString() == text && !digest.Hex.Contains('/') && digest.Hex is not ("." or "..");
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Computed_digests_parse_back() => Prop.ForAll<byte[]>(bytes =>
    {
        var digest = Digest.Compute(bytes);
        return Digest.Parse(digest.ToString()) == digest && digest == Digest.Compute(new MemoryStream(bytes));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Texts_one_character_away_from_a_digest_parse_only_when_they_are_one()
    {
        var mutations = from at in Gen.Choose(0, Empty.Length - 1)
                        from character in Gen.Choose(1, 0x17f)
                        select Empty[..at] + (char)character + Empty[(at + 1)..];
        Prop.ForAll(Arb.From(mutations), text =>
        {
            var expected = System.Text.RegularExpressions.Regex.IsMatch(text, @"\A[a-z0-9]+(?:[+._-][a-z0-9]+)*:[a-zA-Z0-9=_-]+\z") &&
                (!text.StartsWith("sha256:", StringComparison.Ordinal) || System.Text.RegularExpressions.Regex.IsMatch(text, @"\Asha256:[0-9a-f]{64}\z"));
            return Digest.TryParse(text, out _) == expected;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Json_holds_a_digest_as_a_string()
    {
        var descriptor = new Descriptor { MediaType = MediaTypes.Layer, Digest = Digest.Parse(Empty), Size = 0 };
        var json = JsonSerializer.Serialize(descriptor, OciImageJsonContext.Default.Descriptor);
        Assert.Equal($$"""{"mediaType":"{{MediaTypes.Layer}}","digest":"{{Empty}}","size":0}""", json);
        Assert.Throws<JsonException>(() => JsonSerializer.Serialize(descriptor with { Digest = default }, OciImageJsonContext.Default.Descriptor));
    }
}
