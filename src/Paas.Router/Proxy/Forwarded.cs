using Microsoft.Extensions.Primitives;

namespace Paas.Router.Proxy;

/// <summary>
/// What an app is told of its visitor. From strangers nothing is believed: what they sent of these headers is dropped. From a trusted
/// proxy before us their words stand and its address is appended.
/// </summary>
internal readonly record struct Forwarded(string For, string Proto, string Host, string Port)
{
    private const string ForHeader = "X-Forwarded-For";
    private const string ProtoHeader = "X-Forwarded-Proto";
    private const string HostHeader = "X-Forwarded-Host";
    private const string PortHeader = "X-Forwarded-Port";

    // Headers of the same meaning that we do not set; an app may trust them, so strangers must not set them either. Proxy is CGI's
    // HTTP_PROXY (httpoxy).
    private static readonly string[] StrangersMustNotSet = ["Forwarded", "X-Real-IP", "Proxy"];

    /// <summary>Takes the headers out of the request and says what they shall be.</summary>
    /// <param name="peer">The address the connection came from.</param>
    /// <param name="trusted">Whether <paramref name="peer"/> is a proxy of ours.</param>
    public static Forwarded Take(HttpContext context, string peer, string port, bool trusted)
    {
        var headers = context.Request.Headers;
        var claimed = trusted
            ? new Forwarded(Text(headers[ForHeader]), Text(headers[ProtoHeader]), Text(headers[HostHeader]), Text(headers[PortHeader]))
            : new Forwarded("", "", "", "");
        headers.Remove(ForHeader);
        headers.Remove(ProtoHeader);
        headers.Remove(HostHeader);
        headers.Remove(PortHeader);
        if (!trusted)
        {
            foreach (var name in StrangersMustNotSet) headers.Remove(name);
        }

        return new Forwarded(
            claimed.For.Length > 0 ? $"{claimed.For}, {peer}" : peer,
            claimed.Proto.Length > 0 ? claimed.Proto : context.Request.Scheme,
            claimed.Host.Length > 0 ? claimed.Host : context.Request.Host.Value ?? "",
            claimed.Port.Length > 0 ? claimed.Port : port);
    }

    /// <summary>Adds the headers to the request for the app.</summary>
    public void AddTo(HttpRequestMessage request)
    {
        request.Headers.TryAddWithoutValidation(ForHeader, For);
        request.Headers.TryAddWithoutValidation(ProtoHeader, Proto);
        request.Headers.TryAddWithoutValidation(HostHeader, Host);
        request.Headers.TryAddWithoutValidation(PortHeader, Port);
    }

    private static string Text(StringValues values) => values.Count == 0 ? "" : values.ToString();
}
