using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Paas.Contracts.Supervision;

namespace Paas.Runtime.FunctionalTests.Supervise;

/// <summary>A client of a supervisor's socket.</summary>
internal sealed class SupervisorClient : IDisposable
{
    private readonly Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = 20_000 };
    private readonly StreamReader reader;

    public SupervisorClient(string path)
    {
        socket.Connect(new UnixDomainSocketEndPoint(path));
        reader = new StreamReader(new NetworkStream(socket));
    }

    public SupervisorReply Ask(string operation, string? signal = null, int? grace = null)
    {
        Say(JsonSerializer.Serialize(new SupervisorRequest(1, operation, signal, grace), SupervisionJsonContext.Default.SupervisorRequest));
        return Next()!;
    }

    public void Say(string line) => socket.Send(Encoding.UTF8.GetBytes(line + "\n"));

    /// <summary>The next answer, or null when the supervisor closed the connection.</summary>
    public SupervisorReply? Next() =>
        reader.ReadLine() is { } line ? JsonSerializer.Deserialize(line, SupervisionJsonContext.Default.SupervisorReply) : null;

    public void Dispose()
    {
        reader.Dispose();
        socket.Dispose();
    }
}
