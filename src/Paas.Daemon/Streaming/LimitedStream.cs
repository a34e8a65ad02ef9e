using Paas.Contracts.Errors;

namespace Paas.Daemon.Streaming;

/// <summary>A request body that may not go over a limit. Reading past it throws <see cref="ErrorCode.TooLarge"/>.</summary>
internal sealed class LimitedStream(Stream body, long limit, string what, string? hint = null) : Stream
{
    private readonly byte[] _scrap = new byte[64 * 1024];
    private long _read;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The body has been read to its end.</summary>
    public Task Ended => _ended.Task;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => _read; set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await body.ReadAsync(buffer, cancellationToken);
        if (count == 0 && buffer.Length > 0) _ended.TrySetResult();
        _read += count;
        if (_read > limit)
        {
            throw new PaasException(ErrorCode.TooLarge, $"{what} is over the limit of {Size(limit)}", hint);
        }

        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    /// <summary>
    /// Reads on and throws away what is left, up to as much again as the limit: a client that is still sending sees the answer
    /// only once it is done, where a closed connection would show it nothing but a broken pipe.
    /// </summary>
    public async Task DrainAsync(CancellationToken ct)
    {
        for (var left = limit + (16L << 20); left > 0 && !_ended.Task.IsCompleted;)
        {
            var count = await body.ReadAsync(_scrap, ct);
            if (count == 0) _ended.TrySetResult();
            left -= count;
        }
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    internal static string Size(long bytes) => bytes switch
    {
        >= 1L << 30 => $"{bytes / (double)(1L << 30):0.#} GiB",
        >= 1L << 20 => $"{bytes / (double)(1L << 20):0.#} MiB",
        _ => $"{bytes / 1024.0:0.#} KiB",
    };
}
