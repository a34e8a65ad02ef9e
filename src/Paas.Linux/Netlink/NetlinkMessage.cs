using System.Net;
using System.Runtime.InteropServices;
using System.Text;

namespace Paas.Linux.Netlink;

/// <summary>
/// Writes one netlink request into a caller's buffer: header, family header, attributes (linux/netlink.h; rtnetlink(7)).
/// Numbers are in host byte order, addresses as they travel.
/// </summary>
internal ref struct NetlinkMessage
{
    public const int HeaderLength = 16;

    private readonly Span<byte> _buffer;
    private int _length;

    public NetlinkMessage(Span<byte> buffer, ushort type, ushort flags)
    {
        _buffer = buffer;
        _buffer.Clear();
        _length = HeaderLength;
        MemoryMarshal.Write(_buffer[4..], type);
        MemoryMarshal.Write(_buffer[6..], flags);
    }

    /// <summary>The finished request, with its length and this sequence number in the header.</summary>
    public readonly ReadOnlySpan<byte> Finish(uint sequence)
    {
        MemoryMarshal.Write(_buffer, (uint)_length);
        MemoryMarshal.Write(_buffer[8..], sequence);
        return _buffer[.._length];
    }

    /// <summary>A family header: <c>struct ifinfomsg</c>, <c>ifaddrmsg</c> or <c>rtmsg</c>.</summary>
    public void Header<T>(in T value)
        where T : unmanaged
    {
        MemoryMarshal.Write(_buffer[_length..], value);
        _length = Align(_length + Marshal.SizeOf<T>());
    }

    public void Attribute(ushort type, uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        MemoryMarshal.Write(bytes, value);
        Attribute(type, bytes);
    }

    public void Attribute(ushort type, byte value) => Attribute(type, [value]);

    public void Attribute(ushort type, IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var written);
        Attribute(type, bytes[..written]);
    }

    /// <summary>A name, with the terminating zero the kernel wants.</summary>
    public void Attribute(ushort type, string text)
    {
        Span<byte> bytes = stackalloc byte[64];
        bytes.Clear();
        var written = Encoding.UTF8.GetBytes(text, bytes[..^1]);
        Attribute(type, bytes[..(written + 1)]);
    }

    /// <exception cref="OverflowException">A length that its 16 bits cannot hold, and must not wrap around in (CVE-2021-43784).</exception>
    public void Attribute(ushort type, scoped ReadOnlySpan<byte> value)
    {
        MemoryMarshal.Write(_buffer[_length..], checked((ushort)(4 + value.Length)));
        MemoryMarshal.Write(_buffer[(_length + 2)..], type);
        value.CopyTo(_buffer[(_length + 4)..]);
        _length = Align(_length + 4 + value.Length);
    }

    /// <summary>Opens a nested attribute; give the result to <see cref="End"/>.</summary>
    public int Begin(ushort type)
    {
        var start = _length;
        MemoryMarshal.Write(_buffer[(start + 2)..], type);
        _length += 4;
        return start;
    }

    /// <summary>Closes the nested attribute that begins at <paramref name="start"/>.</summary>
    /// <exception cref="OverflowException">It has become longer than its length can say.</exception>
    public readonly void End(int start) => MemoryMarshal.Write(_buffer[start..], checked((ushort)(_length - start)));

    public static int Align(int length) => (length + 3) & ~3;

    /// <summary>The value of the first attribute of a type in a run of attributes, or empty.</summary>
    public static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> attributes, ushort type)
    {
        while (attributes.Length >= 4)
        {
            var length = MemoryMarshal.Read<ushort>(attributes);
            if (length < 4 || length > attributes.Length) break;
            // The two highest bits say "nested" and "network byte order".
            if ((MemoryMarshal.Read<ushort>(attributes[2..]) & 0x3fff) == type) return attributes[4..length];
            attributes = attributes[Math.Min(Align(length), attributes.Length)..];
        }

        return [];
    }

    /// <summary>A zero-terminated text.</summary>
    public static string Text(ReadOnlySpan<byte> value)
    {
        var end = value.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? value : value[..end]);
    }
}
