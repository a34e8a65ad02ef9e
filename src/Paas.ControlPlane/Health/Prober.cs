using System.Net;
using System.Net.Sockets;
using System.Text;
using Paas.Contracts.Api;
using Paas.Contracts.Supervision;
using Paas.ControlPlane.Domain;
using Paas.ControlPlane.Reconcile;

namespace Paas.ControlPlane.Health;

/// <summary>Puts a <see cref="Probe"/> to an instance.</summary>
internal sealed class Prober(ControlPlaneOptions options, INode node, ContainerView containers) : IDisposable
{
    private const int MostOutput = 4096;
    private const int MostContent = 1 << 20;

    // A connection of its own each time: one that was kept says nothing about whether it accepts new ones.
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false, UseProxy = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.Zero,
    })
    {
        Timeout = System.Threading.Timeout.InfiniteTimeSpan,
    };

    /// <returns>Null where all is well, else what is wrong, in a line.</returns>
    internal async Task<string?> AskAsync(Instance instance, Probe probe, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(probe.Timeout);
        await using var said = new ProbeOutput(MostOutput);
        try
        {
            if (probe.Command is { } command)
            {
                var code = await node.ExecAsync(instance.Container, new ExecRequest(command), new ExecStreams(Stream.Null, said, said), limit.Token);
                return code == 0 ? null : Words($"exit status {code}", said);
            }

            return Endpoint(instance, probe) is not { } endpoint ? "it has no address"
                : probe.Path is null ? await ListensAsync(endpoint, limit.Token)
                : await AnswersAsync(instance, endpoint, probe, limit.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return Words($"it took longer than {probe.Timeout.TotalSeconds:0.#} s", said);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            // The program may be missing, or the process may be ending.
            return error.Message;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private IPEndPoint? Endpoint(Instance instance, Probe probe) => containers.Find(instance.Container)?.State?.Address is { } address
        ? new IPEndPoint(IPAddress.Parse(address), probe.Port ?? instance.Port ?? options.Port)
        : null;

    private static async Task<string?> ListensAsync(IPEndPoint endpoint, CancellationToken ct)
    {
        using var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(endpoint, ct);
            return null;
        }
        catch (SocketException)
        {
            return $"nothing listens on port {endpoint.Port}";
        }
    }

    private async Task<string?> AnswersAsync(Instance instance, IPEndPoint endpoint, Probe probe, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{endpoint}{probe.Path}");
        // Many an app knows its own name only.
        request.Headers.Host = $"{instance.App}.{options.Domain}";
        request.Headers.TryAddWithoutValidation("User-Agent", "paas-healthcheck");
        foreach (var (name, value) in probe.Headers ?? new Dictionary<string, string>())
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, value);
        }

        try
        {
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
            if ((int)answer.StatusCode is < 200 or > 399) return $"GET {probe.Path} was answered with {(int)answer.StatusCode}";
            if (probe.Content is not { } content) return null;
            return (await BeginningAsync(answer, ct)).Contains(content, StringComparison.Ordinal) ? null : $"the answer to GET {probe.Path} does not contain '{content}'";
        }
        catch (HttpRequestException error)
        {
            return error.InnerException is SocketException ? $"nothing listens on port {endpoint.Port}" : $"GET {probe.Path}: {error.Message}";
        }
    }

    private static async Task<string> BeginningAsync(HttpResponseMessage answer, CancellationToken ct)
    {
        await using var body = await answer.Content.ReadAsStreamAsync(ct);
        var buffer = new byte[MostContent];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
        return Encoding.UTF8.GetString(buffer, 0, length);
    }

    private static string Words(string what, ProbeOutput said) => said.Line is { Length: > 0 } line ? $"{what}: {line}" : what;
}
