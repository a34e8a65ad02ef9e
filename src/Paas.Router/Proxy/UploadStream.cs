namespace Paas.Router.Proxy;

/// <summary>Whom a request waits for on its way to the app and back.</summary>
internal enum WaitingFor
{
    /// <summary>The app has the request, or is to be connected to, and has not begun its answer.</summary>
    Answer,

    /// <summary>The visitor has not sent the next piece of the body.</summary>
    Visitor,

    /// <summary>The app has not taken the piece of the body that has come.</summary>
    App,
}

/// <summary>
/// The request body, watched piece by piece: whoever keeps the next one waiting has a clock, however long all of them take. The app's
/// time to answer begins at the end.
/// </summary>
internal sealed class UploadStream(Stream inner, Action<WaitingFor> waits) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var reading = inner.ReadAsync(buffer, cancellationToken);
        if (!reading.IsCompleted) waits(WaitingFor.Visitor);
        var read = await reading;
        waits(read == 0 && buffer.Length > 0 ? WaitingFor.Answer : WaitingFor.App);
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
