using System.Buffers.Binary;
using System.Text;

namespace Paas.Linux.DBus;

/// <summary>Marshals values (D-Bus specification, Type System): little-endian, each aligned to its size from the message's start.</summary>
public sealed class DBusWriter
{
    private const int StructureAlignment = 8;

    private byte[] _bytes = new byte[512];
    private int _length;

    /// <summary>What was written so far.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    public DBusWriter Byte(byte value)
    {
        Reserve(1)[0] = value;
        return this;
    }

    /// <summary><c>u</c></summary>
    public DBusWriter UInt32(uint value)
    {
        Align(4);
        BinaryPrimitives.WriteUInt32LittleEndian(Reserve(4), value);
        return this;
    }

    /// <summary><c>i</c></summary>
    public DBusWriter Int32(int value) => UInt32((uint)value);

    /// <summary><c>t</c></summary>
    public DBusWriter UInt64(ulong value)
    {
        Align(8);
        BinaryPrimitives.WriteUInt64LittleEndian(Reserve(8), value);
        return this;
    }

    /// <summary><c>x</c></summary>
    public DBusWriter Int64(long value) => UInt64((ulong)value);

    /// <summary><c>d</c></summary>
    public DBusWriter Double(double value) => UInt64((ulong)BitConverter.DoubleToInt64Bits(value));

    /// <summary><c>b</c></summary>
    public DBusWriter Boolean(bool value) => UInt32(value ? 1u : 0);

    /// <summary><c>s</c>, and the same for <c>o</c>.</summary>
    public DBusWriter String(string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        UInt32((uint)bytes.Length);
        bytes.CopyTo(Reserve(bytes.Length + 1));
        return this;
    }

    /// <summary><c>g</c></summary>
    public DBusWriter Signature(string value)
    {
        Byte((byte)value.Length);
        Encoding.ASCII.GetBytes(value).CopyTo(Reserve(value.Length + 1));
        return this;
    }

    /// <summary>Begins a structure, which has no mark but its alignment.</summary>
    public DBusWriter Structure()
    {
        Align(StructureAlignment);
        return this;
    }

    /// <summary><c>a</c>: as many items as <paramref name="items"/> writes.</summary>
    /// <param name="alignment">Of one item: 8 for structures, 4 for texts and numbers of 32 bits, 1 for bytes.</param>
    /// <param name="items">Writes them.</param>
    public DBusWriter Array(int alignment, Action<DBusWriter> items)
    {
        UInt32(0);
        var count = _length - 4;
        // The padding before the first item does not count.
        Align(alignment);
        var start = _length;
        items(this);
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(count), (uint)(_length - start));
        return this;
    }

    /// <summary><c>v</c></summary>
    public DBusWriter Variant(DBusValue value)
    {
        Signature(value.Signature);
        value.Write(this);
        return this;
    }

    /// <summary>Pads to a multiple.</summary>
    public void Align(int alignment)
    {
        var padding = -_length & (alignment - 1);
        if (padding > 0) Reserve(padding);
    }

    /// <summary>Values marshalled before, which must have been aligned alike.</summary>
    public void Append(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Reserve(bytes.Length));

    private Span<byte> Reserve(int count)
    {
        if (_length + count > _bytes.Length) System.Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + count));
        var span = _bytes.AsSpan(_length, count);
        _length += count;
        return span;
    }
}
