using Paas.Images.Interop;

namespace Paas.Images.Compression;

/// <summary>
/// Reads Zstandard (RFC 8878), any number of frames, to the end of the stream behind it, which it does not own. Damage and
/// truncation are an <see cref="InvalidDataException"/>. Frames that need more than 128 MiB of memory are refused.
/// </summary>
internal sealed unsafe class ZstdReadStream : ForwardStream
{
    /// <summary>The most that zstd itself uses without <c>--long</c>, and that its decompressor takes without being told to.</summary>
    private const int WindowLog = 27;

    private readonly Stream _input;
    private readonly byte[] _compressed = GC.AllocateUninitializedArray<byte>(128 * 1024);
    private nint _context;
    private int _start;
    private int _end;
    private bool _isBetweenFrames = true;
    private bool _mayHoldMore;

    public ZstdReadStream(Stream input)
    {
        _input = input;
        _context = LibZstd.CreateDecompression();
        if (_context == 0) throw new InsufficientMemoryException("libzstd has no memory for a decompression");
        Check(LibZstd.SetDecompression(_context, LibZstd.MaximumWindowLog, WindowLog));
    }

    public override bool CanRead => true;

    public override int Read(Span<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_context == 0, this);
        if (buffer.IsEmpty) return 0;
        while (true)
        {
            if (_start == _end && !_mayHoldMore)
            {
                (_start, _end) = (0, _input.Read(_compressed));
                if (_end == 0) return _isBetweenFrames ? 0 : throw new InvalidDataException("the zstd content ends in the middle of a frame");
            }

            var produced = Decompress(buffer);
            if (produced > 0) return produced;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (_context != 0) _ = LibZstd.FreeDecompression(_context);
        _context = 0;
        base.Dispose(disposing);
    }

    private int Decompress(Span<byte> buffer)
    {
        fixed (byte* compressed = _compressed, plain = buffer)
        {
            var input = new LibZstd.Buffer { Start = compressed, Size = (nuint)_end, Position = (nuint)_start };
            var output = new LibZstd.Buffer { Start = plain, Size = (nuint)buffer.Length };
            var rest = LibZstd.Decompress(_context, &output, &input);
            Check(rest);
            _start = (int)input.Position;
            _isBetweenFrames = rest == 0;
            // A full buffer may be only part of what the library has already made.
            _mayHoldMore = output.Position == output.Size && rest != 0;
            return (int)output.Position;
        }
    }

    private static void Check(nuint result)
    {
        if (LibZstd.IsError(result) != 0) throw new InvalidDataException($"the zstd content is damaged or needs too much memory: {LibZstd.Reason(result)}");
    }
}
