using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane;
using Paas.ControlPlane.Access;
using Paas.Daemon.Hosting;

namespace Paas.Daemon.Commands;

/// <summary><c>paasd token create NAME</c>: prints a token's secret, through the running paasd or, where none runs, in the store itself.</summary>
internal static class TokenCreate
{
    public static async Task<int> RunAsync(DaemonOptions options, string name)
    {
        using var directory = DataLock.TryTake(options.Data);
        var secret = directory is null ? await AskAsync(options, name) : Make(options, name);
        Console.WriteLine(secret);
        return 0;
    }

    private static string Make(DaemonOptions options, string name)
    {
        using var services = new ServiceCollection().AddLogging().AddControlPlane(options.ForControlPlane()).BuildServiceProvider();
        return services.GetRequiredService<TokenStore>().Create(name, null).Secret;
    }

    private static async Task<string> AskAsync(DaemonOptions options, string name)
    {
        using var http = new HttpClient(new SocketsHttpHandler { ConnectCallback = (_, ct) => ConnectAsync(options.Socket, ct), UseProxy = false });
        using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(new CreateTokenRequest(name), ApiJsonContext.Default.CreateTokenRequest));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        try
        {
            using var response = await http.PostAsync(new Uri("http://localhost/v1/tokens"), content);
            await using var body = await response.Content.ReadAsStreamAsync();
            if (response.StatusCode == HttpStatusCode.Created) return (await JsonSerializer.DeserializeAsync(body, ApiJsonContext.Default.TokenDocument))!.Secret;
            var problem = (await JsonSerializer.DeserializeAsync(body, ApiJsonContext.Default.ProblemDocument))!;
            throw new PaasException(ErrorCodes.FromWire(problem.Code), problem.Title, problem.Hint);
        }
        catch (HttpRequestException error)
        {
            throw new PaasException(ErrorCode.Unavailable, $"A paasd works with {options.Data}, but does not answer on {options.Socket}", "Give its --run directory.", error);
        }
    }

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken ct)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
