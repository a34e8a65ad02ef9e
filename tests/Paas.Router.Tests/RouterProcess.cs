using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Paas.Contracts.Routing;
using Paas.Testing;

namespace Paas.Router.Tests;

/// <summary>The real program on loopback, with directories of its own.</summary>
public sealed class RouterProcess : IAsyncDisposable
{
    private readonly TemporaryDirectory directory = new();
    private readonly StringBuilder output = new();
    private Process? process;

    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "paas-router");

    public string Data => directory.Combine("data");

    public string Run => directory.Combine("run");

    public string Logs => directory.Combine("logs");

    public string Socket => Path.Combine(Run, "router.sock");

    public int Pid => process!.Id;

    public string Output
    {
        get
        {
            lock (output) return output.ToString();
        }
    }

    public RouterStatus Status { get; private set; } = null!;

    public HttpClient Control => field ??= ControlClient(Socket);

    public static HttpClient ControlClient(string path) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, ct) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), ct);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    { BaseAddress = new Uri("http://router") };

    /// <summary>The certificate it made for itself.</summary>
    public X509Certificate2 Certificate() => X509CertificateLoader.LoadCertificateFromFile(Path.Combine(Data, "self-signed.pem"));

    public async Task StartAsync(params string[] options)
    {
        Spawn(options);
        await ReadyAsync();
    }

    /// <summary>Waits until its control socket answers.</summary>
    public Task ReadyAsync() =>
        Poll.UntilAsync(
            async () =>
            {
                Assert.False(process!.HasExited, Output);
                try
                {
                    Status = (await Control.GetFromJsonAsync("/status", RoutingJsonContext.Default.RouterStatus))!;
                    return true;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            () => $"the router answers; it said: {Output}");

    /// <summary>Starts it without waiting for it to serve.</summary>
    public void Spawn(params string[] options)
    {
        var start = new ProcessStartInfo(Program)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        string[] ports = options is ["--http-port", ..] ? [] : ["--http-port", "0"];
        string[] all = ["--data", Data, "--run", Run, "--logs", Logs, "--http-address", "127.0.0.1", "--https-port", "0", .. ports, .. options];
        foreach (var option in all) start.ArgumentList.Add(option);
        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public async Task<int> ExitAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await process!.WaitForExitAsync(patience.Token);
        return process.ExitCode;
    }

    /// <summary>kill -9, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        process!.Kill();
        await process.WaitForExitAsync();
    }

    public void Terminate()
    {
        using var kill = Process.Start("kill", ["-TERM", Pid.ToString()]);
        kill.WaitForExit();
    }

    public Task<HttpResponseMessage> PutAsync(RouterSnapshot snapshot) =>
        Control.PutAsync("/snapshot", new StringContent(
            JsonSerializer.Serialize(snapshot, RoutingJsonContext.Default.RouterSnapshot), Encoding.UTF8, "application/json"));

    public async Task ApplyAsync(RouterSnapshot snapshot)
    {
        using var answer = await PutAsync(snapshot);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    public async Task<IReadOnlyList<EndpointLoad>> InflightAsync() =>
        (await Control.GetFromJsonAsync("/inflight", RoutingJsonContext.Default.IReadOnlyListEndpointLoad))!;

    /// <summary>A visitor: whatever host it asks for, it comes to this router.</summary>
    public HttpClient Visitor(bool tls = false) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
        ConnectCallback = async (_, ct) => new NetworkStream(await ConnectAsync(tls, ct), ownsSocket: true),
        SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.GetCertHashString() == Certificate().Thumbprint },
    });

    public async Task<Socket> ConnectAsync(bool tls = false, CancellationToken ct = default)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, (tls ? Status.HttpsPort : Status.HttpPort)!.Value), ct);
        return socket;
    }

    /// <summary>Sends bytes as they are and reads what comes until the connection ends or <paramref name="until"/> has come.</summary>
    public async Task<string> RawAsync(string request, string? until = null)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        using var socket = await ConnectAsync(ct: patience.Token);
        await socket.SendAsync(Encoding.Latin1.GetBytes(request), patience.Token);
        var answer = new StringBuilder();
        var buffer = new byte[4096];
        while (until is null || !answer.ToString().Contains(until, StringComparison.Ordinal))
        {
            var read = await socket.ReceiveAsync(buffer, patience.Token);
            if (read == 0) break;
            answer.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }

        return answer.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        if (process is { HasExited: false }) await KillAsync();
        process?.Dispose();
        directory.Dispose();
    }

    private void Keep(string? line)
    {
        lock (output) output.AppendLine(line);
    }
}
