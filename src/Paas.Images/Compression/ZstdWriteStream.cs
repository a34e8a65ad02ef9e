using Paas.Images.Interop;

namespace Paas.Images.Compression;

/// <summary>Writes one frame of Zstandard (RFC 8878) with a checksum; disposing ends it, and leaves the stream behind it open.</summary>
internal sealed unsafe class ZstdWriteStream : ForwardStream
{
    /// <summary>zstd's own default: smaller than gzip's best at more than its fastest speed.</summary>
    public const int DefaultLevel = 3;

    // Beside the caller, who reads and hashes meanwhile. The same bytes come out for any number above none.
    private static readonly int Workers = int.Min(2, Environment.ProcessorCount);

    private readonly Stream _output;
    private readonly byte[] _compressed = GC.AllocateUninitializedArray<byte>(256 * 1024);
    private nint _context;

    public ZstdWriteStream(Stream output, int level)
    {
        _output = output;
        _context = LibZstd.CreateCompression();
        if (_context == 0) throw new InsufficientMemoryException("libzstd has no memory for a compression");
        Check(LibZstd.SetCompression(_context, LibZstd.CompressionLevel, level));
        Check(LibZstd.SetCompression(_context, LibZstd.ChecksumFlag, 1));
        Check(LibZstd.SetCompression(_context, LibZstd.Workers, Workers));
    }

    public override bool CanWrite => true;

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_context == 0, this);
        Compress(buffer, LibZstd.Continue);
    }

    protected override void Dispose(bool disposing)
    {
        if (_context != 0)
        {
            try
            {
                if (disposing) Compress([], LibZstd.End);
            }
            finally
            {
                _ = LibZstd.FreeCompression(_context);
                _context = 0;
            }
        }

        base.Dispose(disposing);
    }

    private void Compress(ReadOnlySpan<byte> plain, int directive)
    {
        fixed (byte* start = plain, compressed = _compressed)
        {
            var input = new LibZstd.Buffer { Start = start, Size = (nuint)plain.Length };
            nuint rest;
            do
            {
                var output = new LibZstd.Buffer { Start = compressed, Size = (nuint)_compressed.Length };
                rest = LibZstd.Compress(_context, &output, &input, directive);
                Check(rest);
                _output.Write(_compressed.AsSpan(0, (int)output.Position));
            }
            while (directive == LibZstd.End ? rest != 0 : input.Position < input.Size);
        }
    }

    private static void Check(nuint result)
    {
        if (LibZstd.IsError(result) != 0) throw new InvalidOperationException($"libzstd: {LibZstd.Reason(result)}");
    }
}
