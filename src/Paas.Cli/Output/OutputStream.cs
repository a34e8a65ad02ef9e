namespace Paas.Cli.Output;

/// <summary>Standard output or error as a stream.</summary>
internal sealed class OutputStream(Terminal terminal, bool toErrors) : Stream
{
    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count) => terminal.Bytes(buffer.AsSpan(offset, count), toErrors);

    public override void Write(ReadOnlySpan<byte> buffer) => terminal.Bytes(buffer, toErrors);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        terminal.Bytes(buffer.Span, toErrors);
        return ValueTask.CompletedTask;
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
