using System.Text;

namespace Paas.ControlPlane.Health;

/// <summary>Takes what a probe says on both its streams, of which it keeps the first bytes.</summary>
/// <param name="most">How many bytes.</param>
internal sealed class ProbeOutput(int most) : Stream
{
    private readonly Lock _lock = new();
    private readonly byte[] _kept = new byte[most];
    private int _length;

    /// <summary>In one line, without control characters: it goes to terminals and into logs.</summary>
    public string Line
    {
        get
        {
            string text;
            lock (_lock) text = Encoding.UTF8.GetString(_kept, 0, _length);
            var plain = string.Concat(text.Select(one => char.IsControl(one) ? ' ' : one));
            return string.Join(' ', plain.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        }
    }

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        lock (_lock)
        {
            var taken = buffer[..Math.Min(buffer.Length, _kept.Length - _length)];
            taken.CopyTo(_kept.AsSpan(_length));
            _length += taken.Length;
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        Write(buffer.AsSpan(offset, count));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override void Flush()
    {
        // Nothing is held back.
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();
}
