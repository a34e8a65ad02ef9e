using System.Net;
using System.Net.Sockets;

namespace Paas.Testing.Servers;

/// <summary>A visitor of the router: any hostname, always the loopback address and the router's port.</summary>
public sealed class Visitor : IDisposable
{
    private readonly HttpClient _http;
    private readonly int _port;

    public Visitor(int port)
    {
        _port = port;
        _http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            ConnectCallback = async (_, ct) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(IPAddress.Loopback, port, ct);
                return new NetworkStream(socket, ownsSocket: true);
            },
        })
        { Timeout = TimeSpan.FromSeconds(30) };
    }

    public async Task<Answer> GetAsync(string host, string path = "/")
    {
        using var response = await _http.GetAsync(new Uri($"http://{host}:{_port}{path}"));
        return new Answer(response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) => _http.SendAsync(request);

    public void Dispose() => _http.Dispose();
}

public sealed record Answer(HttpStatusCode Status, string Body);
