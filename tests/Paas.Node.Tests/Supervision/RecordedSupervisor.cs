using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Paas.Node.Tests.Supervision;

/// <summary>
/// A supervisor that says what one of an earlier version said, recorded with its program: each request is looked up from where the
/// recording stands, and what followed it is answered. What that version did not know it answers as that version did.
/// </summary>
internal sealed class RecordedSupervisor : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly string[] _recording;
    private readonly List<string> _asked = [];

    public RecordedSupervisor(string recording, string socket)
    {
        _recording = File.ReadAllLines(recording);
        _listener.Bind(new UnixDomainSocketEndPoint(socket));
        _listener.Listen();
        _ = ServeAsync();
    }

    /// <summary>The operations that were asked for.</summary>
    public IReadOnlyList<string> Asked
    {
        get
        {
            lock (_asked) return [.. _asked];
        }
    }

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync()
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await _listener.AcceptAsync();
            }
            catch (SocketException)
            {
                return;
            }

            _ = ServeAsync(client);
        }
    }

    private async Task ServeAsync(Socket client)
    {
        await using var stream = new NetworkStream(client, ownsSocket: true);
        using var reader = new StreamReader(stream);
        while (await reader.ReadLineAsync() is { } line)
        {
            using var request = JsonDocument.Parse(line);
            var operation = request.RootElement.GetProperty("operation").GetString()!;
            lock (_asked) _asked.Add(operation);
            var at = Array.FindIndex(_recording, recorded => recorded.StartsWith("> ", StringComparison.Ordinal) && recorded.Contains($"\"{operation}\"", StringComparison.Ordinal));
            string[] answers = at < 0
                ? [$$"""{"error":"there is no operation {{operation}}"}"""]
                : [.. _recording.Skip(at + 1).TakeWhile(recorded => recorded.StartsWith("< ", StringComparison.Ordinal)).Select(recorded => recorded[2..])];
            foreach (var answer in answers)
            {
                if (answer.Length == 0) return;
                await stream.WriteAsync(Encoding.UTF8.GetBytes(answer + "\n"));
            }
        }
    }
}
