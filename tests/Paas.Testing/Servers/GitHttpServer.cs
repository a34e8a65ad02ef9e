using System.Diagnostics;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;

namespace Paas.Testing.Servers;

/// <summary>
/// A git server elsewhere, as far as addresses tell: git's own http-backend (git-http-backend(1)) at an address that is not loopback. What is
/// below <c>away/</c> is redirected to where it is.
/// </summary>
public sealed class GitHttpServer : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly string _root;
    private readonly Task _serving;

    /// <param name="root">Its repositories are the directories in here.</param>
    public GitHttpServer(string root)
    {
        _root = root;
        Address = NetworkInterface.GetAllNetworkInterfaces()
            .Where(one => one.OperationalStatus == OperationalStatus.Up && one.NetworkInterfaceType != NetworkInterfaceType.Loopback)
            .SelectMany(one => one.GetIPProperties().UnicastAddresses).Select(one => one.Address)
            .First(one => one.AddressFamily == AddressFamily.InterNetwork && !one.ToString().StartsWith("169.254.", StringComparison.Ordinal)).ToString();
        Url = $"http://{Address}:{Ports.Free()}";
        _listener.Prefixes.Add(Url + "/");
        _listener.Start();
        _serving = ServeAsync();
    }

    /// <summary>An address of this machine's that is not its loopback.</summary>
    public string Address { get; }

    /// <summary>Without a slash at its end.</summary>
    public string Url { get; }

    /// <summary><c>user:password</c>; null asks for none.</summary>
    public string? Login { get; set; }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
        _listener.Close();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                await AnswerAsync(context);
                context.Response.Close();
            }
            catch (Exception error) when (error is HttpListenerException or ObjectDisposedException or IOException)
            {
                if (!_listener.IsListening) return;
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        var (request, response) = (context.Request, context.Response);
        if (request.Url!.AbsolutePath.StartsWith("/away/", StringComparison.Ordinal))
        {
            response.Redirect(request.Url.AbsoluteUri.Replace("/away/", "/", StringComparison.Ordinal));
            return;
        }

        if (Login is not null && request.Headers["Authorization"] != "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(Login)))
        {
            response.StatusCode = 401;
            response.Headers["WWW-Authenticate"] = "Basic realm=\"git\"";
            return;
        }

        using var git = Process.Start(Backend(request))!;
        await request.InputStream.CopyToAsync(git.StandardInput.BaseStream);
        git.StandardInput.Close();
        using var output = new MemoryStream();
        await git.StandardOutput.BaseStream.CopyToAsync(output);
        await git.WaitForExitAsync();
        await WriteAsync(response, output.ToArray());
    }

    private ProcessStartInfo Backend(HttpListenerRequest request)
    {
        var start = new ProcessStartInfo("git", ["http-backend"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["GIT_PROJECT_ROOT"] = _root;
        start.Environment["GIT_HTTP_EXPORT_ALL"] = "1";
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        start.Environment["PATH_INFO"] = request.Url!.AbsolutePath;
        start.Environment["QUERY_STRING"] = request.Url.Query.TrimStart('?');
        start.Environment["REQUEST_METHOD"] = request.HttpMethod;
        start.Environment["CONTENT_TYPE"] = request.ContentType ?? "";
        if (request.Headers["Content-Encoding"] is { } encoding) start.Environment["HTTP_CONTENT_ENCODING"] = encoding;
        if (request.Headers["Git-Protocol"] is { } protocol) start.Environment["GIT_PROTOCOL"] = protocol;
        return start;
    }

    // CGI: header lines, an empty one, the body (RFC 3875 section 6).
    private static async Task WriteAsync(HttpListenerResponse response, byte[] answer)
    {
        var end = answer.AsSpan().IndexOf("\r\n\r\n"u8);
        foreach (var line in Encoding.ASCII.GetString(answer, 0, end).Split("\r\n"))
        {
            var (name, value) = line.Split(':', 2) is [var left, var right] ? (left, right.Trim()) : (line, "");
            if (name == "Status") response.StatusCode = int.Parse(value.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
            else if (name == "Content-Type") response.ContentType = value;
        }

        await response.OutputStream.WriteAsync(answer.AsMemory(end + 4));
    }
}
