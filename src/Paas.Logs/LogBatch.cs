namespace Paas.Logs;

/// <summary>Lines taken from a <see cref="LogAppender"/>.</summary>
public sealed class LogBatch
{
    private readonly LogFileWriter _files;

    internal LogBatch(LogFileWriter files, ReadOnlyMemory<byte> bytes) => (_files, Bytes) = (files, bytes);

    /// <summary>True when not all of it could be written.</summary>
    public bool Failed { get; private set; }

    internal ReadOnlyMemory<byte> Bytes { get; }

    internal int Written { get; private set; }

    /// <summary>Writes it, waiting for the disk as long as that takes. Never throws.</summary>
    public void Write()
    {
        try
        {
            _files.Write(Bytes.Span);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            Failed = true;
        }

        Written = _files.Written;
    }
}
