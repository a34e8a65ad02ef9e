using System.Text;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Paas.Contracts.Supervision;
using Paas.Linux;
using Paas.Linux.Events;
using Paas.Linux.Sockets;

namespace Paas.Runtime.FunctionalTests.Supervise;

/// <summary>A client of a supervisor's socket that starts processes and gets their descriptors. Reads and writes block.</summary>
internal sealed class ExecClient(string path) : IDisposable
{
    private readonly SafeFileHandle socket = UnixSocket.ConnectBlocking(path);
    private readonly List<SafeFileHandle> streams = [];
    private readonly Queue<SupervisorReply> replies = [];
    private byte[] rest = [];

    /// <summary>Starts a process; its streams are the latest of <see cref="Stream"/>.</summary>
    public SupervisorReply Start(ExecRequest request)
    {
        Say(new SupervisorRequest(SupervisorProtocol.Current, "exec", Exec: request));
        return Next();
    }

    public SupervisorReply Ask(SupervisorRequest request)
    {
        Say(request);
        return Next();
    }

    /// <summary>A descriptor that came, by its order.</summary>
    public SafeFileHandle Stream(int number) => streams[number];

    public int Streams => streams.Count;

    public SupervisorReply Next()
    {
        while (replies.Count == 0)
        {
            var buffer = new byte[16 * 1024];
            var (count, received) = DescriptorPassing.Receive(socket, buffer);
            Assert.NotEqual(0, count);
            streams.AddRange(received);
            var text = Encoding.UTF8.GetString([.. rest, .. buffer[..count]]).Split('\n');
            foreach (var line in text[..^1]) replies.Enqueue(JsonSerializer.Deserialize(line, SupervisionJsonContext.Default.SupervisorReply)!);
            rest = Encoding.UTF8.GetBytes(text[^1]);
        }

        return replies.Dequeue();
    }

    public static void Write(SafeFileHandle stream, string text) => Descriptors.Write(stream, Encoding.UTF8.GetBytes(text));

    /// <summary>Reads to the end, or until a text has come.</summary>
    public static string Read(SafeFileHandle stream, string? until = null)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            while (until is null || !text.ToString().Contains(until, StringComparison.Ordinal))
            {
                var count = Descriptors.Read(stream, buffer);
                if (count == 0) break;
                text.Append(Encoding.UTF8.GetString(buffer, 0, count));
            }
        }
        catch (LinuxException gone) when (gone.Errno == Errno.EIO)
        {
            // The end of a terminal.
        }

        return text.ToString();
    }

    public void Dispose()
    {
        streams.ForEach(stream => stream.Dispose());
        socket.Dispose();
    }

    private void Say(SupervisorRequest request) =>
        Descriptors.Write(socket, [.. JsonSerializer.SerializeToUtf8Bytes(request, SupervisionJsonContext.Default.SupervisorRequest), (byte)'\n']);
}
