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
        Say(JsonSerializer.Serialize(new SupervisorRequest(SupervisorProtocol.Current, operation, signal, grace), SupervisionJsonContext.Default.SupervisorRequest));
        return Next()!;
    }

    public void Say(string line) => socket.Send(Encoding.UTF8.GetBytes(line + "\n"));

    /// <summary>The next answer, or null when the supervisor closed the connection.</summary>
    public SupervisorReply? Next() =>
        NextLine() is { } line ? JsonSerializer.Deserialize(line, SupervisionJsonContext.Default.SupervisorReply) : null;

    /// <summary>The same as it came.</summary>
    public string? NextLine() => reader.ReadLine();

    public void Dispose()
    {
        reader.Dispose();
        socket.Dispose();
    }
}
