using System.Text;

namespace Paas.Build.Lifecycle;

/// <summary>
/// Takes a process' output and passes it on by lines. Of a line that a program drew over with carriage returns, as progress bars
/// do, the last state stays. Lines are cut at a length, so that a process without newlines fills no memory.
/// </summary>
public sealed class LineStream(Action<string> onLine) : Stream
{
    private const int MaximumLineBytes = 16 * 1024;

    private readonly MemoryStream _pending = new();
    private readonly Lock _turn = new();

    /// <summary>The last line that was not empty, or null.</summary>
    public string? LastLine { get; private set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        lock (_turn)
        {
            foreach (var value in buffer)
            {
                if (value != '\n') _pending.WriteByte(value);
                if (value == '\n' || _pending.Length >= MaximumLineBytes) EmitLine();
            }
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        Write(buffer.AsSpan(offset, count));
        return Task.CompletedTask;
    }

    /// <summary>Passes on a last line that has no newline.</summary>
    public void Complete()
    {
        lock (_turn)
        {
            if (_pending.Length > 0) EmitLine();
        }
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void EmitLine()
    {
        var line = Encoding.UTF8.GetString(_pending.GetBuffer(), 0, (int)_pending.Length).TrimEnd('\r', ' ', '\t');
        _pending.SetLength(0);
        line = line[(line.LastIndexOf('\r') + 1)..];
        if (line.Length > 0) LastLine = line;
        onLine(line);
    }
}
