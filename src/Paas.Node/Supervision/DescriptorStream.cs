using Microsoft.Win32.SafeHandles;
using Paas.Linux;
using Paas.Linux.Events;

namespace Paas.Node.Supervision;

/// <summary>
/// An end of a pipe, or of a terminal, as a stream. Owns the descriptor. Cancelling ends the waiting: what is there is still read.
/// </summary>
internal sealed class DescriptorStream : Stream
{
    private readonly SafeFileHandle _descriptor;

    public DescriptorStream(SafeFileHandle descriptor)
    {
        _descriptor = descriptor;
        Descriptors.SetNonBlocking(_descriptor);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            try
            {
                if (Descriptors.Read(_descriptor, buffer.Span) is >= 0 and var count) return count;
            }
            catch (LinuxException error) when (error.Errno == Errno.EIO)
            {
                // A terminal at which nobody is any more.
                return 0;
            }

            await DescriptorPoll.Shared.WaitAsync(_descriptor, PollEvents.Readable, cancellationToken);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Descriptors.WriteSome(_descriptor, buffer.Span) is > 0 and var count) buffer = buffer[count..];
            else await DescriptorPoll.Shared.WaitAsync(_descriptor, PollEvents.Writable, cancellationToken);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) _descriptor.Dispose();
        base.Dispose(disposing);
    }
}
