using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Paas.Linux;
using Paas.Oci;
using Paas.Oci.Images;

namespace Paas.Images;

/// <summary>
/// A blob being written: a temporary file, hashed on the way, that becomes part of the store by <see cref="Complete"/> and
/// vanishes otherwise. Disposed by one owner; not for concurrent use.
/// </summary>
public sealed class BlobWriteStream : Stream
{
    private const int BufferSize = 256 * 1024;

    private readonly ContentStore _store;
    private readonly IngestDirectory _directory;
    private readonly string _temporary;
    private readonly SafeFileHandle _file;
    private readonly string _algorithm;
    private readonly IncrementalHash _hash;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferSize);
    private EarlySync _sync;
    private int _buffered;
    private long _written;

    internal BlobWriteStream(ContentStore store, string ingestDirectory, string algorithm)
    {
        _store = store;
        _algorithm = algorithm;
        _hash = Digest.CreateHash(algorithm);
        _directory = IngestDirectory.Create(ingestDirectory);
        _temporary = Path.Combine(_directory.Path, "blob");
        // Not by the base library, whose advisory lock would still be on the blob when others begin to read it.
        _file = Files.Open(_temporary, Native.O_WRONLY | Native.O_CREAT | Native.O_EXCL, 0x180);
        _sync = new EarlySync(_file);
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _written + _buffered;

    public override long Position
    {
        get => Length;
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (buffer.Length > _buffer.Length - _buffered) Spill();
        if (buffer.Length >= _buffer.Length)
        {
            Append(buffer);
            return;
        }

        buffer.CopyTo(_buffer.AsSpan(_buffered));
        _buffered += buffer.Length;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <summary>Does nothing: a blob is either whole or not there.</summary>
    public override void Flush()
    {
    }

    /// <summary>Makes the blob durable and part of the store. A blob that is there already stays as it is.</summary>
    /// <param name="mediaType">For the descriptor.</param>
    /// <param name="expected">What the digest must be, of the algorithm that the stream was opened with; null accepts any.</param>
    /// <exception cref="ContentMismatchException">The content is another one; nothing is stored.</exception>
    public Descriptor Complete(string mediaType, Digest? expected = null)
    {
        Spill();
        var digest = Digest.FromHash(_algorithm, _hash.GetHashAndReset());
        if (expected is { } wanted && wanted != digest) throw new ContentMismatchException(wanted, digest);
        _store.Adopt(_temporary, _file, digest);
        return new Descriptor { MediaType = mediaType, Digest = digest, Size = _written };
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_file.IsClosed)
        {
            _file.Dispose();
            _directory.Dispose();
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Spill()
    {
        if (_buffered == 0) return;
        Append(_buffer.AsSpan(0, _buffered));
        _buffered = 0;
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        _hash.AppendData(bytes);
        RandomAccess.Write(_file, bytes, _written);
        _written += bytes.Length;
        _sync.Advance(_written);
    }
}
