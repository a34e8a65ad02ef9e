using System.Buffers.Binary;
using System.Text;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Access.Ssh;

namespace Paas.ControlPlane.Tests.Access;

public sealed class SshPublicKeyTests
{
    // RFC 8709's example key in OpenSSH's form; its fingerprint is what ssh-keygen -l prints.
    private const string Known = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJKELDHcCPI9swbRKwYJHyDYhmNvIpFTQf8WEhKT3wyS";

    [Fact]
    public void A_key_is_read_with_its_comment()
    {
        var key = SshPublicKey.Parse($"\n# mine\n  {Known}   Ann's laptop \r\n");
        Assert.Equal("ssh-ed25519", key.Type);
        Assert.Equal("Ann's laptop", key.Comment);
        Assert.StartsWith("SHA256:", key.Fingerprint, StringComparison.Ordinal);
        Assert.Equal(key.Fingerprint, SshPublicKey.Parse(Known).Fingerprint);
    }

    [Theory]
    [InlineData("", "no key in it")]
    [InlineData("hello", "no public key")]
    [InlineData("ssh-ed25519", "ends behind")]
    [InlineData("ssh-ed25519 !!!", "base64")]
    [InlineData("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5", "no such key")]
    [InlineData("ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIJKELDHcCPI9swbRKwYJHyDYhmNvIpFTQf8WEhKT3wyS", "no such key")]
    [InlineData("no-pty ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJKELDHcCPI9swbRKwYJHyDYhmNvIpFTQf8WEhKT3wyS", "options")]
    [InlineData("ssh-dss AAAA", "DSA")]
    [InlineData("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----", "private key")]
    [InlineData("---- BEGIN SSH2 PUBLIC KEY ----", "RFC 4716")]
    public void What_is_no_key_is_refused_with_the_reason(string text, string reason)
    {
        var error = Assert.Throws<PaasException>(() => SshPublicKey.Parse(text));
        Assert.Equal(ErrorCode.InvalidRequest, error.Code);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_keys_are_refused() => Assert.Contains("2 lines", Assert.Throws<PaasException>(() => SshPublicKey.Parse($"{Known}\n{Known}")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(1024, false)]
    [InlineData(2047, false)]
    [InlineData(2048, true)]
    [InlineData(4096, true)]
    public void An_rsa_key_has_to_be_strong(int bits, bool isTaken)
    {
        var modulus = new byte[(bits + 7) / 8];
        Array.Fill(modulus, (byte)0xff);
        modulus[0] = (byte)(0xff >> ((8 - (bits % 8)) % 8));
        var line = "ssh-rsa " + Convert.ToBase64String([.. Field(Encoding.ASCII.GetBytes("ssh-rsa")), .. Field([1, 0, 1]), .. Field([0, .. modulus])]);
        if (isTaken) SshPublicKey.Parse(line);
        else Assert.Contains($"{bits} bits", Assert.Throws<PaasException>(() => SshPublicKey.Parse(line)).Message, StringComparison.Ordinal);
    }

    private static byte[] Field(byte[] content)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, content.Length);
        return [.. length, .. content];
    }
}
