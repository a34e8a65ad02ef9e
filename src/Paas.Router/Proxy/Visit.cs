using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Http.Features;
using Paas.Router.Table;
using Yarp.ReverseProxy.Forwarder;

namespace Paas.Router.Proxy;

/// <summary>
/// One request of a visitor, from its first byte to its access line; used again for the next one on the same connection. It is also
/// the forwarder's transformer, so that what is known of the request needs no looking up while its headers are copied.
/// </summary>
#pragma warning disable CA1001 // It ends with its connection, of which nobody tells it; End leaves no timer running.
internal sealed class Visit : HttpTransformer
#pragma warning restore CA1001
{
    // Larger answers may well be cut short, so what was sent of them is counted instead of believed.
    private const long CountFrom = 64 * 1024;

    private static readonly HttpRequestOptionsKey<Visit> OptionsKey = new("visit");

    private readonly RouterOptions options;
    private CancellationTokenSource clock = new();
    private bool answered;
    private IPAddress? peer;
    private string peerText = "";
    private bool peerTrusted;
    private int port;
    private string portText = "";
    private string? upgrade;
    private string? method;
    private Uri? target;
    private CountingStream? counted;
    private long declared;

    public Visit(RouterOptions options) => this.options = options;

    public DefaultHttpContext Http { get; } = new(new FeatureCollection());

    public long Started { get; private set; }

    public string Id { get; private set; } = "";

    /// <summary>The request target as the visitor wrote it.</summary>
    public string RawTarget { get; private set; } = "";

    public Forwarded Forwarded { get; private set; }

    public AppRoute? App { get; set; }

    public Endpoint? Endpoint { get; set; }

    public Failure? Failure { get; set; }

    /// <summary>Whether the answer ended before it was whole: the visitor or the app went away.</summary>
    public bool Cut { get; set; }

    public HttpRequestMessage? Outgoing { get; private set; }

    /// <summary>Whether the present try has got a connection: the app may have acted on the request.</summary>
    public bool IsWritten { get; private set; }

    /// <summary>Bytes of a body the router answered itself.</summary>
    public long OwnBytes { get; set; }

    /// <summary>Fires when what the visit waits for has not come in time.</summary>
    public CancellationToken OutOfTime => clock.Token;

    public WaitingFor WaitingFor { get; private set; }

    /// <summary>Bytes of body the visitor was sent.</summary>
    public long BytesSent => counted?.Count ?? (Failure is null ? declared : OwnBytes);

    public void Begin(IFeatureCollection features)
    {
        Http.Initialize(features);
        Started = Stopwatch.GetTimestamp();
    }

    public void End()
    {
        Http.Uninitialize();
        if (!clock.TryReset())
        {
            clock.Dispose();
            clock = new CancellationTokenSource();
        }

        (App, Endpoint, Failure, Outgoing, counted, upgrade, method, target) = (null, null, null, null, null, null, null, null);
        (OwnBytes, declared, Cut, IsWritten, answered) = (0, 0, false, false, false);
    }

    /// <summary>The visit that a request for an app is made of.</summary>
    public static Visit? Of(HttpRequestMessage request) => request.Options.TryGetValue(OptionsKey, out var visit) ? visit : null;

    /// <summary>The request for the app is about to be written to a connection.</summary>
    /// <exception cref="RepeatedException">It was before: whether it may be sent again is not for the transport to say.</exception>
    public void BeginWriting()
    {
        if (IsWritten) throw new RepeatedException();
        IsWritten = true;
    }

    /// <summary>Reads what the request says of itself. False when its target must not be passed on.</summary>
    public bool TryRead(Func<IPAddress, bool> isTrusted)
    {
        var request = Http.Request;
        var headers = request.Headers;
        ReadConnection(isTrusted);
        string? given = headers[RequestId.Header];
        Id = RequestId.IsSane(given) ? given! : RequestId.Next();
        headers.Remove(RequestId.Header);
        Forwarded = Forwarded.Take(Http, peerText, portText, peerTrusted);
        HopByHop.RemoveNamed(headers, headers.Connection);
        return TryReadTarget();
    }

    /// <summary>Prepares a try at an endpoint.</summary>
    public void Prepare(Endpoint endpoint)
    {
        (Endpoint, IsWritten) = (endpoint, false);
        Http.Response.StatusCode = StatusCodes.Status200OK;
        DisguiseUpgrade();
        if (Http.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true })
        {
            if (Http.Request.Body is not UploadStream) Http.Request.Body = new UploadStream(Http.Request.Body, Await);
        }
        else
        {
            Await(WaitingFor.Answer);
        }
    }

    public override ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        Outgoing = proxyRequest;
        proxyRequest.Options.Set(OptionsKey, this);
        if (upgrade is not null)
        {
            httpContext.Request.Headers.Upgrade = upgrade;
            proxyRequest.Method = HttpMethod.Parse(method);
        }

        var copied = base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        Debug.Assert(copied.IsCompletedSuccessfully, "copying headers does not wait");
        Forwarded.AddTo(proxyRequest);
        proxyRequest.Headers.TryAddWithoutValidation(RequestId.Header, Id);
        proxyRequest.RequestUri = target;
        return copied;
    }

    public override async ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (proxyResponse is null) return true;
        answered = true;
        clock.CancelAfter(Timeout.InfiniteTimeSpan);
        await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        var response = httpContext.Response;
        if (proxyResponse.Headers.NonValidated.TryGetValues("Connection", out var named))
        {
            HopByHop.RemoveNamed(response.Headers, named.ToString());
        }

        response.Headers.TryAdd(RequestId.Header, Id);
        if (proxyResponse.StatusCode == HttpStatusCode.SwitchingProtocols) return true;
        if (!HasBody(response)) return true;
        Count(response);
        // The first byte of an answer of unknown length may be an hour away, and the visitor waits for the headers.
        if (response.ContentLength is null) await response.Body.FlushAsync(cancellationToken);
        return true;
    }

    private bool HasBody(HttpResponse response) =>
        !HttpMethods.IsHead(Http.Request.Method) && response.StatusCode is not (
            StatusCodes.Status204NoContent or StatusCodes.Status205ResetContent or StatusCodes.Status304NotModified);

    private void Await(WaitingFor next)
    {
        if (answered) return;
        WaitingFor = next;
        clock.CancelAfter(next == WaitingFor.Visitor ? options.UploadTimeout : options.AnswerTimeout);
    }

    private void Count(HttpResponse response)
    {
        if (response.ContentLength is { } length and < CountFrom)
        {
            declared = length;
            return;
        }

        counted = new CountingStream(response.Body);
        response.Body = counted;
    }

    private void ReadConnection(Func<IPAddress, bool> isTrusted)
    {
        var connection = Http.Connection;
        if (!ReferenceEquals(connection.RemoteIpAddress, peer))
        {
            peer = connection.RemoteIpAddress;
            var plain = peer is { IsIPv4MappedToIPv6: true } ? peer.MapToIPv4() : peer;
            peerText = plain?.ToString() ?? "unknown";
            peerTrusted = plain is not null && isTrusted(plain);
        }

        if (connection.LocalPort != port)
        {
            port = connection.LocalPort;
            portText = port.ToString();
        }
    }

    // The target goes on byte for byte: decoding and encoding it again would change what some apps route and sign by. Characters that
    // could end a request line are refused; HTTP/2 can carry them.
    private bool TryReadTarget()
    {
        var raw = RawTarget = Http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (raw.AsSpan().ContainsAnyExceptInRange('!', '~')) return false;
        if (raw is not ['/', ..]) raw = $"{Http.Request.Path.ToUriComponent()}{Http.Request.QueryString}";
        if (raw is not ['/', ..]) raw = "/" + raw;
        target = new Uri(EndpointTransport.Prefix + raw, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        return true;
    }

    // The forwarder upgrades to websockets and, for Kubernetes, SPDY; any other protocol passes as the latter, and gets its own name
    // back before anything is sent. HTTP/2 and TLS do not: they would carry requests past this table.
    private void DisguiseUpgrade()
    {
        if (upgrade is null)
        {
            var wanted = Http.Request.Headers.Upgrade.ToString();
            if (wanted.Length == 0 || Http.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true }) return;
            if (wanted.Equals("websocket", StringComparison.OrdinalIgnoreCase)) return;
            if (wanted.Contains(',') || wanted.StartsWith("h2", StringComparison.OrdinalIgnoreCase) ||
                wanted.StartsWith("HTTP/", StringComparison.OrdinalIgnoreCase) || wanted.StartsWith("TLS/", StringComparison.OrdinalIgnoreCase))
            {
                Http.Request.Headers.Remove("Upgrade");
                return;
            }

            (upgrade, method) = (wanted, Http.Request.Method);
        }

        Http.Request.Headers.Upgrade = "SPDY/passed-on";
    }
}
