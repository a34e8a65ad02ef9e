using System.Diagnostics;
using System.Net;
using System.Text;

namespace Paas.Testing.Servers;

/// <summary>Serves this machine's .NET SDK in the layout of Microsoft's downloads.</summary>
public sealed class DotnetSdkServer : IAsyncDisposable
{
    private static readonly string Root = Path.GetFullPath(Path.Combine(typeof(object).Assembly.Location, "../../../.."));

    private readonly HttpListener _listener = new();
    private readonly Task _serving;

    /// <param name="address">An address of this host that builds can reach.</param>
    public DotnetSdkServer(string address)
    {
        var root = $"http://{address}:{Ports.Free()}/";
        Address = root + "dotnet";
        _listener.Prefixes.Add(root);
        _listener.Start();
        _serving = ServeAsync();
    }

    /// <summary>The SDK's version.</summary>
    public static string Version { get; } = Directory.EnumerateDirectories(Path.Combine(Root, "sdk")).Select(path => Path.GetFileName(path)!)
        .Where(name => name.StartsWith($"{Environment.Version.Major}.", StringComparison.Ordinal)).OrderBy(name => System.Version.Parse(name.Split('-')[0])).Last();

    /// <summary>For <c>DOTNET_SDK_URL</c>.</summary>
    public string Address { get; }

    /// <summary>How often the SDK was fetched.</summary>
    public int Downloads { get; private set; }

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                await AnswerAsync(context);
            }
            catch (Exception error) when (error is HttpListenerException or ObjectDisposedException or IOException)
            {
                if (!_listener.IsListening) return;
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        var path = context.Request.Url!.AbsolutePath;
        await using var body = context.Response.OutputStream;
        if (path == $"/dotnet/Sdk/{Environment.Version.Major}.0/latest.version")
        {
            await body.WriteAsync(Encoding.ASCII.GetBytes(Version));
        }
        else if (path == $"/dotnet/Sdk/{Version}/dotnet-sdk-{Version}-linux-x64.tar.gz")
        {
            Downloads++;
            // What a console app and a web app do not need is left out.
            using var tar = Process.Start(new ProcessStartInfo("tar", ["-C", Root, "--exclude=*/FSharp", "--exclude=*/DotnetTools", "--exclude=./templates", "-cf", "-", "."])
            {
                RedirectStandardOutput = true,
            })!;
            await tar.StandardOutput.BaseStream.CopyToAsync(body);
            await tar.WaitForExitAsync();
        }
        else
        {
            context.Response.StatusCode = 404;
        }
    }
}
