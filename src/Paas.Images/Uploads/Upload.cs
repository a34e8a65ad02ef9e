using System.Buffers;
using System.Security.Cryptography;
using Paas.Linux;
using Paas.Oci;

namespace Paas.Images.Uploads;

/// <summary>
/// A blob that comes in pieces. What has been received stays when a connection breaks, so that the sender can go on from
/// <see cref="Size"/>. One request at a time: <see cref="TakeAsync"/>.
/// </summary>
#pragma warning disable CA1001 // Uploads outlive requests; a semaphore without a wait handle and a hash hold nothing that collection does not free.
public sealed class Upload
#pragma warning restore CA1001
{
    internal const string DataFile = "data";
    internal const string OwnerFile = "owner";

    private const int BufferSize = 256 * 1024;

    private readonly ContentStore _content;
    private readonly string _path;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private string _algorithm;
    private IncrementalHash? _hash;
    private long _hashed;

    internal Upload(ContentStore content, string path, string algorithm) => (_content, _path, _algorithm) = (content, path, algorithm);

    /// <summary>A random name.</summary>
    public string Id => Path.GetFileName(_path);

    /// <summary>Bytes received.</summary>
    public long Size => new FileInfo(Data) is { Exists: true } file ? file.Length : 0;

    /// <summary>True while a request has it.</summary>
    public bool IsBusy => _turn.CurrentCount == 0;

    private string Data => Path.Combine(_path, DataFile);

    /// <summary>Waits for whoever has the upload now; disposing the result gives it back.</summary>
    public async Task<IDisposable> TakeAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        return new Turn(_turn);
    }

    /// <summary>Puts what is left in the stream behind what has come before; what came before a failure stays.</summary>
    /// <param name="body">Read to its end.</param>
    /// <param name="check">Called now and then with the bytes of this piece so far, each time before more are written; may throw.</param>
    /// <param name="cancellationToken">Ends it; what came stays.</param>
    /// <returns>Bytes of this piece.</returns>
    public async Task<long> AppendAsync(Stream body, Action<long>? check, CancellationToken cancellationToken)
    {
        using var file = Files.Open(Data, Native.O_WRONLY);
        var (start, written, filled) = (Size, 0L, 0);
        var sync = new EarlySync(file, start);
        if (_hash is null && start == 0) _hash = Digest.CreateHash(_algorithm);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            for (int count; (count = await body.ReadAsync(buffer.AsMemory(filled), cancellationToken)) > 0;)
            {
                filled += count;
                if (filled < buffer.Length) continue;
                check?.Invoke(written);
                Spill();
            }
        }
        finally
        {
            if (filled > 0) Spill();
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return written;

        void Spill()
        {
            RandomAccess.Write(file, buffer.AsSpan(0, filled), start + written);
            if (_hash is not null && _hashed == start + written)
            {
                _hash.AppendData(buffer, 0, filled);
                _hashed += filled;
            }

            written += filled;
            filled = 0;
            sync.Advance(start + written);
        }
    }

    /// <summary>Makes it a blob, durable on return, and ends the upload; with another digest than asked for it stays as it is.</summary>
    /// <exception cref="ContentMismatchException">The content has another digest.</exception>
    public async Task CompleteAsync(Digest expected, CancellationToken cancellationToken)
    {
        using var file = Files.Open(Data, Native.O_RDWR);
        var actual = await DigestAsync(expected.Algorithm, cancellationToken);
        if (actual != expected) throw new ContentMismatchException(expected, actual);
        _content.Adopt(Data, file, actual);
    }

    internal void Delete()
    {
        if (Directory.Exists(_path)) Directory.Delete(_path, recursive: true);
    }

    private async Task<Digest> DigestAsync(string algorithm, CancellationToken cancellationToken)
    {
        if (_hash is not null && _algorithm == algorithm && _hashed == Size) return Digest.FromHash(algorithm, _hash.GetCurrentHash());
        // Another process began it, or the sender had another algorithm in mind than it first said.
        (_algorithm, _hash, _hashed) = (algorithm, Digest.CreateHash(algorithm), 0);
        await using var data = new FileStream(Data, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, BufferSize, FileOptions.SequentialScan);
        var buffer = new byte[BufferSize];
        for (int count; (count = await data.ReadAsync(buffer, cancellationToken)) > 0; _hashed += count) _hash.AppendData(buffer, 0, count);
        return Digest.FromHash(algorithm, _hash.GetCurrentHash());
    }

    private sealed class Turn(SemaphoreSlim turn) : IDisposable
    {
        private SemaphoreSlim? _turn = turn;

        public void Dispose() => Interlocked.Exchange(ref _turn, null)?.Release();
    }
}
