using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Paas.Build.Host;

namespace Paas.Build.Remotes;

/// <summary>How git is to reach an address that was looked at: itself, without being led elsewhere.</summary>
/// <param name="Url">The address to give to git.</param>
/// <param name="Configuration">git's configuration for it.</param>
/// <param name="SshCommand">For SSH.</param>
internal sealed record RemoteAccess(string Url, IReadOnlyList<(string Key, string Value)> Configuration, string? SshCommand = null);

/// <summary>
/// Looks at an address before git does: whether it leads to this host or its link, where it redirects to, whether there is a git server.
/// git is then held to the addresses that were found good.
/// </summary>
internal sealed class RemoteProbe : IDisposable
{
    private const int MostRedirects = 5;
    private const string Service = "/info/refs?service=git-upload-pack";
    private const string Advertisement = "application/x-git-upload-pack-advertisement";

    private readonly HttpClient _http = new(new SocketsHttpHandler { ConnectCallback = HostServices.ConnectAsync, AllowAutoRedirect = false, UseCookies = false })
    {
        Timeout = TimeSpan.FromSeconds(60),
    };

    public void Dispose() => _http.Dispose();

    /// <exception cref="GitRemoteException">It cannot be fetched from.</exception>
    public async Task<RemoteAccess> HttpAsync(RemoteAddress address, Func<string, RemoteLogin?> logins, CancellationToken ct)
    {
        for (var redirects = 0; redirects <= MostRedirects; redirects++)
        {
            var found = await DirectAsync(address, ct);
            var login = address.Login ?? logins(address.HostKey);
            using var response = await AskAsync(address, login, ct);
            if ((int)response.StatusCode is >= 300 and < 400 && response.Headers.Location is { } location)
            {
                address = Redirected(address, location);
                continue;
            }

            Check(address, response, login);
            return new RemoteAccess(address.Url, Configuration(address, login, found));
        }

        throw new GitRemoteException(GitRemoteFailure.Unreachable, $"{address} redirects without an end");
    }

    /// <exception cref="GitRemoteException">It cannot be fetched from.</exception>
    public static async Task<RemoteAccess> SshAsync(RemoteAddress address, SshIdentity? identity, CancellationToken ct)
    {
        var found = (await ForeignAsync(address.Host, ct))[0];
        string[] options =
        [
            "BatchMode=yes", "ConnectTimeout=20", "StrictHostKeyChecking=yes", "CheckHostIP=no", "UpdateHostKeys=no", "IdentitiesOnly=yes", "ClearAllForwardings=yes",
            $"HostName={found}", $"HostKeyAlias={address.HostKey}", $"IdentityFile={Quoted(identity?.KeyFile ?? "none")}", $"UserKnownHostsFile={Quoted(identity?.KnownHostsFile ?? "/dev/null")}",
        ];
        return new RemoteAccess(address.Url, [], $"ssh -F none {string.Join(' ', options.Select(option => "-o " + ShellQuoted(option)))}");
    }

    /// <summary>git's own protocol has no redirects, and a server that is asked by its address.</summary>
    /// <exception cref="GitRemoteException">It cannot be fetched from.</exception>
    public static async Task<RemoteAccess> GitAsync(RemoteAddress address, CancellationToken ct) =>
        new((address with { Host = (await ForeignAsync(address.Host, ct))[0].ToString() }).Url, []);

    /// <summary>The addresses of a host that are not this host's own.</summary>
    /// <exception cref="GitRemoteException">There are none.</exception>
    public static async Task<IPAddress[]> ForeignAsync(string host, CancellationToken ct)
    {
        IPAddress[] found;
        try
        {
            found = await Dns.GetHostAddressesAsync(host, ct);
        }
        catch (SocketException error)
        {
            throw new GitRemoteException(GitRemoteFailure.Unreachable, $"{host} is not known: {error.Message}", error);
        }

        found = [.. found.Where(address => !HostServices.IsOwn(address))];
        return found.Length > 0 ? found : throw new GitRemoteException(GitRemoteFailure.BadAddress, $"{host} is this host itself, whose services are not fetched from");
    }

    private async Task<HttpResponseMessage> AskAsync(RemoteAddress address, RemoteLogin? login, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address.Url.TrimEnd('/') + Service);
        request.Headers.UserAgent.ParseAdd("git/2.0 (paas)");
        if (login is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Basic(login));
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        }
        catch (Exception error) when (error is HttpRequestException or UriFormatException || (error is OperationCanceledException && !ct.IsCancellationRequested))
        {
            throw new GitRemoteException(GitRemoteFailure.Unreachable, $"{address} cannot be reached: {(error is OperationCanceledException ? "no answer in a minute" : error.Message)}", error);
        }
    }

    private static RemoteAddress Redirected(RemoteAddress from, Uri location)
    {
        var target = location.IsAbsoluteUri ? location : new Uri(new Uri(from.Url), location);
        var text = target.AbsoluteUri;
        if (target.Scheme is not ("https" or "http") || !text.EndsWith(Service, StringComparison.Ordinal))
            throw new GitRemoteException(GitRemoteFailure.Denied, $"{from} leads to {target.GetLeftPart(UriPartial.Path)}, which is no repository: it may be private, or be written wrong");
        if (from.Scheme == "https" && target.Scheme == "http") throw new GitRemoteException(GitRemoteFailure.Unreachable, $"{from} redirects to plain HTTP, which is not followed");
        // A login is for the server that it was written for.
        var to = RemoteAddress.Parse(text[..^Service.Length]);
        return to.HostKey == from.HostKey ? to with { Login = to.Login ?? from.Login } : to with { Login = null };
    }

    private static void Check(RemoteAddress address, HttpResponseMessage response, RemoteLogin? login)
    {
        var status = (int)response.StatusCode;
        if (status is 401 or 403)
            throw new GitRemoteException(GitRemoteFailure.Denied, login is null ? $"{address} wants a login" : $"{address} does not accept the login of {(login.UserName.Length > 0 ? login.UserName : "the token")}");
        if (status is 404 or 410) throw new GitRemoteException(GitRemoteFailure.Denied, $"{address} is not there, or hidden from {(login is null ? "who has no login" : login.UserName)}");
        if (status != 200) throw new GitRemoteException(GitRemoteFailure.Unreachable, $"{address} answered {status} {response.ReasonPhrase}");
        if (response.Content.Headers.ContentType?.MediaType != Advertisement) throw new GitRemoteException(GitRemoteFailure.Unreachable, $"{address} does not answer like a git server");
    }

    // Behind a proxy it is the proxy that knows names, and this host's choice where it leads.
    private static async Task<IPAddress[]?> DirectAsync(RemoteAddress address, CancellationToken ct) =>
        HttpClient.DefaultProxy.IsBypassed(new Uri(address.Url)) ? await ForeignAsync(address.Host, ct) : null;

    private static List<(string Key, string Value)> Configuration(RemoteAddress address, RemoteLogin? login, IPAddress[]? found)
    {
        var configuration = new List<(string, string)> { ("http.followRedirects", "false") };
        if (login is not null) configuration.Add(("http.extraHeader", $"Authorization: Basic {Basic(login)}"));
        if (found is null) return configuration;
        var addresses = found.Select(one => one.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{one}]" : one.ToString());
        configuration.Add(("http.curloptResolve", string.Create(CultureInfo.InvariantCulture, $"{address.Host}:{address.Port}:{string.Join(',', addresses)}")));
        return configuration;
    }

    private static string Basic(RemoteLogin login) => Convert.ToBase64String(Encoding.UTF8.GetBytes($"{login.UserName}:{login.Password}"));

    // ssh_config(5) splits at spaces, but for what is in double quotes.
    private static string Quoted(string path) => path.Contains(' ', StringComparison.Ordinal) ? $"\"{path}\"" : path;

    private static string ShellQuoted(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
