using System.Net;
using System.Security.Cryptography;

namespace Paas.Testing.Servers;

/// <summary>Serves the files of a directory by HTTP, with entity tags; what has <c>away</c> in its name is redirected to this host's loopback.</summary>
public sealed class HttpFileServer : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly string _directory;

    /// <param name="directory">Absolute.</param>
    /// <param name="address">An address of this host.</param>
    public HttpFileServer(string directory, string address)
    {
        _directory = directory;
        Address = $"http://{address}:{Ports.Free()}/";
        _listener.Prefixes.Add(Address);
        _listener.Start();
        _ = Task.Run(ServeAsync);
    }

    /// <summary>Ends with a slash.</summary>
    public string Address { get; }

    /// <summary>The status of each answer so far, in order.</summary>
    public List<int> Answers { get; } = [];

    public void Dispose() => _listener.Close();

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var context = await _listener.GetContextAsync();
                await AnswerAsync(context.Request, context.Response);
                Answers.Add(context.Response.StatusCode);
                context.Response.Close();
            }
        }
        catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
        {
            // It is closed.
        }
    }

    private async Task AnswerAsync(HttpListenerRequest request, HttpListenerResponse response)
    {
        var path = Path.Combine(_directory, request.Url!.AbsolutePath.TrimStart('/'));
        if (path.Contains("away", StringComparison.Ordinal))
        {
            response.Redirect("http://127.0.0.1:1" + request.Url.PathAndQuery);
            return;
        }

        if (!File.Exists(path))
        {
            response.StatusCode = 404;
            return;
        }

        await using var file = File.OpenRead(path);
        var tag = $"\"{Convert.ToHexStringLower(await SHA256.HashDataAsync(file))}\"";
        response.Headers["ETag"] = tag;
        if (request.Headers["If-None-Match"] == tag)
        {
            response.StatusCode = 304;
            return;
        }

        file.Position = 0;
        response.ContentLength64 = file.Length;
        await file.CopyToAsync(response.OutputStream);
    }
}
