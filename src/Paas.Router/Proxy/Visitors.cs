using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http.Features;
using Paas.Router.Access;
using Paas.Router.Table;
using Yarp.ReverseProxy.Forwarder;

namespace Paas.Router.Proxy;

/// <summary>
/// The data plane: every request from every visitor. Runs on the sockets' own threads, so nothing here may block: no file, no lock
/// that is held for long, no waiting.
/// </summary>
internal sealed class Visitors(LiveTable live, IHttpForwarder forwarder, RouterOptions options) : IHttpApplication<Visit>
{
    private static readonly ForwarderRequestConfig Forwarding = new()
    {
        Version = HttpVersion.Version11,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        // Between two bytes in either direction once the answer has begun: event streams and websockets may be silent so long.
        ActivityTimeout = TimeSpan.FromHours(1),
        AllowResponseBuffering = false,
    };

    private readonly Func<IPAddress, bool> isTrusted = address => options.TrustedProxies.Any(network => network.Contains(address));

    public Visit CreateContext(IFeatureCollection contextFeatures)
    {
        var visit = contextFeatures is IHostContextContainer<Visit> container ? container.HostContext ??= new Visit(options) : new Visit(options);
        visit.Begin(contextFeatures);
        return visit;
    }

    public void DisposeContext(Visit context, Exception? exception) => context.End();

    public async Task ProcessRequestAsync(Visit context)
    {
        try
        {
            var failure = await ServeAsync(context);
            if (failure is not null) await AnswerAsync(context, failure);
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException && context.Http.RequestAborted.IsCancellationRequested)
        {
            // The visitor has left; there is nobody to tell.
        }
        finally
        {
            context.App?.Access?.Write(context);
        }
    }

    // Null when the visitor has been answered, or cannot be any more.
    private async ValueTask<Failure?> ServeAsync(Visit visit)
    {
        if (!visit.TryRead(isTrusted)) return Failure.BadTarget;
        var host = visit.Http.Request.Host.Value ?? "";
        Endpoint? tried = null;
        Failure? failure = null;
        var again = Again.Nowhere;
        while (true)
        {
            var table = live.Current;
            if (!table.TryFind(host, out var app)) return Unknown(table, host);
            visit.App = app;
            var endpoint = app.Enter(tried, out var gone);
            if (endpoint is null && !gone && again == Again.Anywhere) endpoint = app.Enter(except: null, out gone);
            if (gone) continue;
            if (endpoint is null) return failure ?? Failure.NothingHealthy(app);
            ForwarderError error;
            try
            {
                visit.Prepare(endpoint);
                error = await forwarder.SendAsync(
                    visit.Http, EndpointTransport.Prefix, endpoint.Transport.Invoker, Forwarding, visit, visit.OutOfTime);
            }
            finally
            {
                endpoint.Leave();
            }

            (failure, again) = Judge(visit, app, endpoint, error);
            if (again == Again.Nowhere || tried is not null) return failure;
            tried = endpoint;
        }
    }

    private static Failure Unknown(RouteTable table, string host) =>
        table.Generation == 0 ? Failure.NoTable : Failure.UnknownHost(HostName.Bare(host).ToString());

    // What came of a try, and where another one may be made without anything being done twice.
    private (Failure? Failure, Again Again) Judge(Visit visit, AppRoute app, Endpoint endpoint, ForwarderError error)
    {
        if (error == ForwarderError.None)
        {
            endpoint.Trust();
            return (null, Again.Nowhere);
        }

        var exception = visit.Http.Features.Get<IForwarderErrorFeature>()?.Exception;
        if (visit.Http.RequestAborted.IsCancellationRequested || visit.Http.Response.HasStarted)
        {
            visit.Cut = true;
            return (null, Again.Nowhere);
        }

        if (ConnectException.Of(exception) is { } connect)
        {
            endpoint.Suspect();
            if (!visit.IsWritten) return (Failure.NotConnected(app, connect.Error), Again.Elsewhere);
        }

        if (visit.OutOfTime.IsCancellationRequested) return (TooLate(visit.WaitingFor, app), Again.Nowhere);
        return error switch
        {
            ForwarderError.RequestCanceled or ForwarderError.RequestBodyCanceled or ForwarderError.RequestTimedOut =>
                (Failure.TooSlow(app, options.AnswerTimeout), Again.Nowhere),
            ForwarderError.RequestBodyClient => (Failure.BadBody, Again.Nowhere),
            ForwarderError.Request when IsRepeatable(visit.Http) => (Failure.Broken(app), Again.Anywhere),
            _ => (Failure.Broken(app), Again.Nowhere),
        };
    }

    private Failure TooLate(WaitingFor what, AppRoute app) => what switch
    {
        WaitingFor.Visitor => Failure.UploadStalled(options.UploadTimeout),
        WaitingFor.App => Failure.UploadNotTaken(app, options.AnswerTimeout),
        _ => Failure.TooSlow(app, options.AnswerTimeout),
    };

    // RFC 9110 section 9.2.2, and only without a body: one that was read from the visitor is gone.
    private static bool IsRepeatable(HttpContext context)
    {
        var method = context.Request.Method;
        return (HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method) || HttpMethods.IsTrace(method)) &&
            context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false };
    }

    private static async Task AnswerAsync(Visit visit, Failure failure)
    {
        visit.Failure = failure;
        visit.OwnBytes = await ErrorPage.WriteAsync(visit.Http, failure, visit.Id);
    }

    private enum Again
    {
        /// <summary>The visitor gets what came of this try.</summary>
        Nowhere,

        /// <summary>At an endpoint but this one, which takes no connections.</summary>
        Elsewhere,

        /// <summary>Rather at another endpoint, else at this one: a kept connection may have ended as the request came.</summary>
        Anywhere,
    }
}
