using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Paas.Testing;

namespace Paas.Images.Tests.Remote;

/// <summary>A request that a <see cref="FaultProxy"/> saw.</summary>
internal sealed record SeenRequest(string Method, string Path, string Authorization, string Range);

/// <summary>Stands before a registry and lets a test decide what becomes of each request; or is a server of its own.</summary>
internal sealed class FaultProxy : IAsyncDisposable
{
    private static readonly HttpClient Upstream = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });

    private readonly WebApplication _app;
    private readonly string _upstream;

    private FaultProxy(WebApplication app, string upstream, int port) => (_app, _upstream, Port) = (app, upstream, port);

    public int Port { get; }

    public string Host => $"127.0.0.1:{Port}";

    public ConcurrentQueue<SeenRequest> Seen { get; } = new();

    /// <summary>What becomes of a request; it may call <see cref="ForwardAsync"/>.</summary>
    public Func<HttpContext, Task>? Behave { get; set; }

    public static async Task<FaultProxy> StartAsync(string upstream)
    {
        var port = Ports.Free();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        var app = builder.Build();
        var proxy = new FaultProxy(app, upstream, port);
        app.Run(proxy.HandleAsync);
        await app.StartAsync();
        return proxy;
    }

    public IEnumerable<SeenRequest> SeenOn(string part) => Seen.Where(request => request.Path.Contains(part, StringComparison.Ordinal));

    /// <summary>Passes the request on, and of the answer's body no more than <paramref name="bytes"/>: then the connection breaks.</summary>
    public async Task ForwardAsync(HttpContext context, long bytes = long.MaxValue, bool withoutRange = false)
    {
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), $"http://{_upstream}{context.Request.Path}{context.Request.QueryString}");
        if (context.Request.ContentLength is not null) request.Content = new StreamContent(context.Request.Body);
        foreach (var (name, values) in context.Request.Headers)
        {
            if (name is "Host" || (withoutRange && name == "Range")) continue;
            if (!request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values)) request.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }

        using var answer = await Upstream.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers))
        {
            // The registry writes its own address into places to upload to.
            context.Response.Headers[name] = values.Select(value => value.Replace(_upstream, Host, StringComparison.Ordinal)).ToArray();
        }

        context.Response.Headers.Remove("Transfer-Encoding");
        await CopyAsync(await answer.Content.ReadAsStreamAsync(), context, bytes);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private static async Task CopyAsync(Stream from, HttpContext context, long bytes)
    {
        var buffer = new byte[16 * 1024];
        while (await from.ReadAsync(buffer) is var read and > 0)
        {
            var sent = (int)long.Min(read, bytes);
            await context.Response.Body.WriteAsync(buffer.AsMemory(0, sent));
            bytes -= sent;
            if (sent == read) continue;
            await context.Response.Body.FlushAsync();
            context.Abort();
            return;
        }
    }

    private Task HandleAsync(HttpContext context)
    {
        Seen.Enqueue(new SeenRequest(
            context.Request.Method, context.Request.Path, context.Request.Headers.Authorization.ToString(), context.Request.Headers.Range.ToString()));
        return Behave?.Invoke(context) ?? ForwardAsync(context);
    }
}
