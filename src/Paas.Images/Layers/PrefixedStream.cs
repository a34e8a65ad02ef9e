using Paas.Images.Compression;

namespace Paas.Images.Layers;

/// <summary>Bytes that were read to look at them, put back before the rest.</summary>
internal sealed class PrefixedStream(byte[] prefix, Stream rest) : ForwardStream
{
    private int _position;

    public override bool CanRead => true;

    public override int Read(Span<byte> buffer)
    {
        if (_position == prefix.Length) return rest.Read(buffer);
        var count = int.Min(buffer.Length, prefix.Length - _position);
        prefix.AsSpan(_position, count).CopyTo(buffer);
        _position += count;
        return count;
    }
}
