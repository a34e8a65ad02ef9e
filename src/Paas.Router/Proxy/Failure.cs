using System.Net.Sockets;
using Paas.Router.Table;

namespace Paas.Router.Proxy;

/// <summary>An answer of the router's own.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Title">What is wrong, for a visitor.</param>
/// <param name="Text">A sentence more.</param>
/// <param name="Log">The same for the app's owner, in the access line.</param>
/// <param name="RetryAfterSeconds">When to come again.</param>
internal sealed record Failure(int Status, string Title, string Text, string Log, int? RetryAfterSeconds = null)
{
    public static Failure BadTarget { get; } = new(
        400, "Bad request", "The address of this request has characters that none may have.", "bad-target");

    public static Failure NoTable { get; } = new(
        503, "Not ready", "This server has just started and does not know its apps yet.", "no-table", RetryAfterSeconds: 5);

    public static Failure UnknownHost(string host) => new(
        404,
        host.Length == 0 ? "No app without a name" : $"No app at {host}",
        "Nothing is deployed here under this name. If it should be, check the spelling of the hostname.",
        "unknown-host");

    public static Failure NothingHealthy(AppRoute app) => new(
        503,
        $"{app.Name} is not available",
        app.Reason ?? $"{app.Name} has no healthy instance right now",
        "no-healthy-instance",
        RetryAfterSeconds: 10);

    public static Failure NotConnected(AppRoute app, SocketError error) => new(
        502,
        $"{app.Name} does not answer",
        error == SocketError.ConnectionRefused
            ? "Its instance refused the connection: it may be starting again."
            : "Its instance could not be reached.",
        error switch
        {
            SocketError.ConnectionRefused => "connection-refused",
            SocketError.TimedOut => "connect-timeout",
            _ => $"connect-{error.ToString().ToLowerInvariant()}",
        });

    public static Failure Broken(AppRoute app) => new(
        502, $"{app.Name} did not answer", "Its instance closed the connection before it had answered.", "connection-closed");

    public static Failure TooSlow(AppRoute app, TimeSpan patience) => new(
        504,
        $"{app.Name} did not answer in time",
        $"Its instance took the request and sent no answer for {patience.TotalSeconds:0} seconds.",
        "answer-timeout");

    public static Failure UploadNotTaken(AppRoute app, TimeSpan patience) => new(
        504,
        $"{app.Name} does not take the request",
        $"Its instance has read nothing of what is being sent to it for {patience.TotalSeconds:0} seconds.",
        "upload-not-taken");

    public static Failure UploadStalled(TimeSpan patience) => new(
        408, "The request stopped", $"Nothing more of its body came for {patience.TotalSeconds:0} seconds.", "upload-stalled");

    public static Failure BadBody { get; } = new(
        400, "Bad request", "The body of this request ended early or is malformed.", "bad-request-body");
}
