using System.Buffers.Binary;
using System.Text;

namespace Paas.Linux.DBus;

/// <summary>What a message is (D-Bus specification, Message Format).</summary>
public enum DBusMessageType : byte
{
    Call = 1,
    Reply = 2,
    Error = 3,
    Signal = 4,
}

/// <summary>A received message. Only what this program asks for is unmarshalled: texts and numbers at the body's start.</summary>
public sealed class DBusMessage
{
    /// <summary>Length of the part before the list of header fields' content.</summary>
    internal const int PreludeLength = 16;

    private const int LargestMessage = 128 << 20;

    private readonly byte[] _body;
    private int _next;

    private DBusMessage(DBusMessageType type, byte[] body) => (Type, _body) = (type, body);

    public DBusMessageType Type { get; }

    /// <summary>The number of the call it answers; 0 for none.</summary>
    public uint ReplySerial { get; private init; }

    /// <summary>A signal's name.</summary>
    public string Member { get; private init; } = "";

    /// <summary>An error's name.</summary>
    public string ErrorName { get; private init; } = "";

    /// <summary>Types of the body.</summary>
    public string Signature { get; private init; } = "";

    /// <summary>How many bytes follow the prelude.</summary>
    internal static int Remaining(ReadOnlySpan<byte> prelude)
    {
        if (prelude[0] != (byte)'l') throw Malformed("big-endian");
        long fields = BinaryPrimitives.ReadUInt32LittleEndian(prelude[12..]), body = BinaryPrimitives.ReadUInt32LittleEndian(prelude[4..]);
        var rest = ((fields + 7) & ~7L) + body;
        return rest <= LargestMessage ? (int)rest : throw Malformed("too long");
    }

    /// <summary>Reads a message of which all bytes are there.</summary>
    internal static DBusMessage Parse(ReadOnlySpan<byte> prelude, ReadOnlySpan<byte> rest)
    {
        var end = (int)BinaryPrimitives.ReadUInt32LittleEndian(prelude[12..]);
        var (serial, member, error, signature) = (0u, "", "", "");
        // Positions count from the message's start; the prelude is a multiple of every alignment.
        for (var at = 0; at < end;)
        {
            at = (at + 7) & ~7;
            var field = rest[at];
            var type = (char)rest[at + 2];
            at += 4;
            if (type == 'u')
            {
                if (field == 5) serial = BinaryPrimitives.ReadUInt32LittleEndian(rest[at..]);
                at += 4;
                continue;
            }

            // Texts, paths and signatures; no other type is in a header.
            var length = type == 'g' ? rest[at] : (int)BinaryPrimitives.ReadUInt32LittleEndian(rest[at..]);
            at += type == 'g' ? 1 : 4;
            var text = Encoding.UTF8.GetString(rest.Slice(at, length));
            at += length + 1;
            if (field == 3) member = text;
            if (field == 4) error = text;
            if (field == 8) signature = text;
        }

        return new DBusMessage((DBusMessageType)prelude[1], rest[((end + 7) & ~7)..].ToArray())
        {
            ReplySerial = serial, Member = member, ErrorName = error, Signature = signature,
        };
    }

    /// <summary>The next value of the body, <c>u</c>.</summary>
    public uint UInt32()
    {
        _next = (_next + 3) & ~3;
        if (_next + 4 > _body.Length) throw Malformed("too short");
        var value = BinaryPrimitives.ReadUInt32LittleEndian(_body.AsSpan(_next));
        _next += 4;
        return value;
    }

    /// <summary>The next value of the body, <c>s</c> or <c>o</c>.</summary>
    public string String()
    {
        var length = UInt32();
        if (length >= _body.Length - _next) throw Malformed("too short");
        var text = Encoding.UTF8.GetString(_body.AsSpan(_next, (int)length));
        _next += (int)length + 1;
        return text;
    }

    /// <summary>The next value of the body, a variant that holds a text.</summary>
    public string VariantString()
    {
        if (_next + 3 > _body.Length || _body[_next] != 1 || _body[_next + 1] != 's') throw Malformed("not a text");
        _next += 3;
        return String();
    }

    private static DBusException Malformed(string what) => new("malformed", $"malformed message on the bus: {what}");
}
