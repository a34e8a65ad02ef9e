using Paas.Images.Layers;

namespace Paas.Images.Compression;

/// <summary>Passes on what a decompressor makes until it is more than a layer may be: a small blob must not fill the disk.</summary>
/// <param name="expanded">The decompressor.</param>
/// <param name="compressed">What it reads from, counting.</param>
/// <param name="limits">How much is too much.</param>
internal sealed class ExpansionGuard(Stream expanded, CountingStream compressed, LayerLimits limits) : ForwardStream
{
    private long _bytes;

    public override bool CanRead => true;

    public override int Read(Span<byte> buffer)
    {
        var read = expanded.Read(buffer);
        _bytes += read;
        if (_bytes > limits.MaximumBytes)
            throw new LayerFormatException($"the layer unpacks to more than {limits.MaximumBytes >> 20} MiB");
        if (_bytes > limits.UnquestionedBytes && _bytes / limits.MaximumRatio > compressed.Bytes)
            throw new LayerFormatException($"the layer unpacks to more than {limits.MaximumRatio} times its size, as only an attack on the disk does");
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) expanded.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>Counts what passes. Does not own the stream behind it.</summary>
internal sealed class CountingStream(Stream inner) : ForwardStream
{
    public long Bytes { get; private set; }

    public override bool CanRead => true;

    public override int Read(Span<byte> buffer)
    {
        var read = inner.Read(buffer);
        Bytes += read;
        return read;
    }
}
