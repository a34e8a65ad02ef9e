using Paas.Logs;
using Paas.Router.Proxy;

namespace Paas.Router.Access;

/// <summary>
/// The access log of one app. Requests hand over finished bytes and go on; opening files and writing them happens on other threads.
/// </summary>
internal sealed class AccessSource(string app, AccessLog log)
{
    private const int MostWaiting = 256 * 1024;
    private const long RetryMilliseconds = 10_000;

    [ThreadStatic]
    private static byte[]? scratch;

    private readonly Lock opening = new();
    private readonly List<byte[]> waiting = [];
    private LogWriter? writer;
    private int waitingBytes;
    private bool isOpening;
    private bool isClosed;
    private long retryAt;
    private long used;

    public string App { get; } = app;

    /// <summary>Adds the line of a visit.</summary>
    public void Write(Visit visit)
    {
        scratch ??= new byte[AccessLine.Longest];
        var line = scratch.AsSpan(0, AccessLine.Write(scratch, visit));
        Volatile.Write(ref used, Environment.TickCount64);
        var open = Volatile.Read(ref writer);
        if (open is not null) open.Write(LogStream.Stdout, line);
        else Wait(line);
    }

    /// <summary>Closes the files when nothing was written for so long; the next line opens them again.</summary>
    public void CloseIdle(long milliseconds)
    {
        if (Environment.TickCount64 - Volatile.Read(ref used) >= milliseconds) Release();
    }

    /// <summary>Writes what is pending and closes for good.</summary>
    public void Close()
    {
        lock (opening) isClosed = true;
        Release();
    }

    private void Release()
    {
        LogWriter? open;
        lock (opening) (open, writer) = (writer, null);
        open?.Dispose();
    }

    private void Wait(ReadOnlySpan<byte> line)
    {
        lock (opening)
        {
            if (writer is not null)
            {
                writer.Write(LogStream.Stdout, line);
                return;
            }

            if (isClosed || Environment.TickCount64 < retryAt || waitingBytes + line.Length > MostWaiting) return;
            waiting.Add(line.ToArray());
            waitingBytes += line.Length;
            if (isOpening) return;
            isOpening = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static source => source.Open(), this, preferLocal: false);
    }

    private void Open()
    {
        var opened = log.TryOpen(App);
        lock (opening)
        {
            isOpening = false;
            if (opened is null)
            {
                retryAt = Environment.TickCount64 + RetryMilliseconds;
            }
            else
            {
                foreach (var line in waiting) opened.Write(LogStream.Stdout, line);
            }

            waiting.Clear();
            waitingBytes = 0;
            if (!isClosed)
            {
                writer = opened;
                return;
            }
        }

        opened?.Dispose();
    }
}
