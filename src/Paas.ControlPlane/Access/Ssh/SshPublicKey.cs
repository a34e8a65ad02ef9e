using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using Paas.Contracts.Errors;

namespace Paas.ControlPlane.Access.Ssh;

/// <summary>A public key as OpenSSH writes it (sshd(8), "AUTHORIZED_KEYS FILE FORMAT"), without options: what a session may do is not the client's choice.</summary>
/// <param name="Type">The algorithm.</param>
/// <param name="Blob">The key (RFC 4253 section 6.6).</param>
/// <param name="Comment">What follows it; empty where nothing does.</param>
internal sealed record SshPublicKey(string Type, byte[] Blob, string Comment)
{
    private const int LongestLine = 16 * 1024;
    private const int FewestRsaBits = 2048;

    // How many fields a key of each has, the algorithm's name included (RFC 4253, RFC 5656, RFC 8709, OpenSSH's PROTOCOL.u2f).
    private static readonly Dictionary<string, int> Types = new()
    {
        ["ssh-ed25519"] = 2, ["ssh-rsa"] = 3, ["ecdsa-sha2-nistp256"] = 3, ["ecdsa-sha2-nistp384"] = 3, ["ecdsa-sha2-nistp521"] = 3,
        ["sk-ssh-ed25519@openssh.com"] = 3, ["sk-ecdsa-sha2-nistp256@openssh.com"] = 4,
    };

    /// <summary><c>SHA256:</c> and the hash in base64 without padding, as <c>ssh-keygen -l</c> prints it.</summary>
    internal string Fingerprint => "SHA256:" + Convert.ToBase64String(SHA256.HashData(Blob)).TrimEnd('=');

    /// <summary>InvalidRequest, with what is wrong, for everything that is not one public key.</summary>
    internal static SshPublicKey Parse(string text)
    {
        var lines = text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#').ToList();
        if (text.Contains("PRIVATE KEY", StringComparison.Ordinal)) throw Wrong("this is a private key, which nobody else should ever see", "Give the other file, the one that ends in .pub. If it was sent anywhere, make a new pair: ssh-keygen -t ed25519");
        if (text.Contains("BEGIN SSH2 PUBLIC KEY", StringComparison.Ordinal)) throw Wrong("this is a key in the format of RFC 4716", "Convert it: ssh-keygen -i -f FILE");
        if (lines.Count == 0) throw Wrong("there is no key in it", "A public key is in a file such as ~/.ssh/id_ed25519.pub");
        if (lines.Count > 1) throw Wrong($"there are {lines.Count} lines; a key is one", "Add each key with a name of its own.");
        if (lines[0].Length > LongestLine) throw Wrong("it is too long for a key", null);
        var words = lines[0].Split((char[])[' ', '\t'], 3, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (!Types.ContainsKey(words[0])) throw WrongType(lines[0], words[0]);
        if (words.Length < 2) throw Wrong("it ends behind the algorithm's name", "Copy the whole line.");
        var key = new SshPublicKey(words[0], Decode(words[1]), words.Length > 2 ? words[2] : "");
        return key.Checked();
    }

    private SshPublicKey Checked()
    {
        var rest = Blob.AsSpan();
        var fields = new List<byte[]>();
        while (TryField(ref rest, out var field)) fields.Add(field.ToArray());
        if (rest.Length > 0 || fields.Count != Types[Type] || Encoding.ASCII.GetString(fields[0]) != Type)
            throw Wrong($"what follows {Type} is no such key", "Copy the whole line, unbroken.");
        var bits = Type == "ssh-rsa" ? new BigInteger(fields[2], isUnsigned: true, isBigEndian: true).GetBitLength() : FewestRsaBits;
        if (bits < FewestRsaBits) throw Wrong($"an RSA key of {bits} bits is too weak", "Make another: ssh-keygen -t ed25519");
        return this;
    }

    private static byte[] Decode(string text)
    {
        try
        {
            return Convert.FromBase64String(text);
        }
        catch (FormatException error)
        {
            throw new PaasException(ErrorCode.InvalidRequest, "the key is not in base64", "Copy the whole line, unbroken.", error);
        }
    }

    private static bool TryField(ref Span<byte> rest, out Span<byte> field)
    {
        field = default;
        if (rest.Length < 4 || BinaryPrimitives.ReadUInt32BigEndian(rest) is var length && length > rest.Length - 4) return false;
        field = rest.Slice(4, (int)length);
        rest = rest[(4 + (int)length)..];
        return true;
    }

    private static PaasException WrongType(string line, string first)
    {
        if (line.Split(' ', '\t').Skip(1).Any(Types.ContainsKey))
            return Wrong("there is something before the key: options, or a host's name", $"Give the line from the algorithm's name on, e.g. ssh-ed25519 AAAA…");
        return first == "ssh-dss"
            ? Wrong("DSA keys are broken, and OpenSSH takes none", "Make another: ssh-keygen -t ed25519")
            : Wrong("this is no public key of OpenSSH", "It is one line that begins with ssh-ed25519, ssh-rsa or the like, in a file that ends in .pub");
    }

    private static PaasException Wrong(string what, string? next) => new(ErrorCode.InvalidRequest, what, next);
}
