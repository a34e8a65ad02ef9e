using System.Text.Json.Serialization;

namespace Paas.Contracts.Routing;

/// <summary>
/// Everything the router serves from, whole: the service-discovery table. paasd is its one author; the router persists it, so
/// that it can start without paasd. <c>PUT /snapshot</c> on the router's control socket.
/// </summary>
/// <param name="Generation">
/// Grows with every change, from 1. The router refuses an older one with 409 and answers with the one it has; the same one again is
/// taken. An author that lost its count goes on from the answer's <see cref="RouterAck.Generation"/> plus one.
/// </param>
/// <param name="Apps">One entry an app; hosts are unique across them. What is wrong with them is answered as 400, problem+json.</param>
public sealed record RouterSnapshot(long Generation, IReadOnlyList<RoutedApp> Apps);

/// <summary>An app as the router sees it.</summary>
/// <param name="Name">The app; names its access log, <c>logs/{app}/router</c>. <c>paas</c> is the dashboard and API.</param>
/// <param name="Hosts">Hostnames, lower case, without a port.</param>
/// <param name="Endpoints">Healthy ones only. Empty: the router answers 503 with <paramref name="Reason"/>.</param>
/// <param name="Reason">Why there is no endpoint, in words for a visitor, e.g. <c>hello is scaled to zero</c>.</param>
/// <param name="AccessLog">False writes no access line (the dashboard's own route).</param>
public sealed record RoutedApp(
    string Name,
    IReadOnlyList<string> Hosts,
    IReadOnlyList<RoutedEndpoint> Endpoints,
    string? Reason = null,
    bool AccessLog = true);

/// <summary>Where a healthy instance listens.</summary>
/// <param name="Name">The instance, <c>web.1</c>; appears in the access line.</param>
/// <param name="Process">Process type; the middle of its name in service discovery, <c>{process}.{app}.internal</c>.</param>
/// <param name="Address"><c>10.213.0.5:5000</c>, or <c>unix:/run/paas/paasd.sock</c>.</param>
public sealed record RoutedEndpoint(string Name, string Process, string Address);

/// <summary>The router's answer to <c>PUT /snapshot</c>: it is on the router's disk and every new request is served from it.</summary>
/// <param name="Generation">The generation it serves from now.</param>
public sealed record RouterAck(long Generation);

/// <summary>The router's answer to <c>GET /status</c>.</summary>
/// <param name="Generation">The generation it serves from now; 0 when it has none.</param>
/// <param name="Apps">How many apps it routes to.</param>
/// <param name="Hosts">How many hostnames it knows.</param>
/// <param name="HttpPort">The port visitors reach it on, null when it serves no plain HTTP.</param>
/// <param name="HttpsPort">As above for TLS.</param>
/// <param name="Pid">Its process.</param>
/// <param name="Version">Its version.</param>
/// <param name="LogsWritten">False while it cannot write access lines; <paramref name="LogsError"/> says why.</param>
/// <param name="LogsError">Why access lines are not written.</param>
public sealed record RouterStatus(
    long Generation, int Apps, int Hosts, int? HttpPort, int? HttpsPort, int Pid, string Version, bool LogsWritten, string? LogsError = null);

/// <summary>How many requests are under way to an endpoint: <c>GET /inflight</c>. paasd reads it to know that an old instance has drained.</summary>
/// <param name="Address">As in <see cref="RoutedEndpoint.Address"/>; endpoints that left the snapshot are listed until they are idle.</param>
/// <param name="Requests">Requests and upgraded connections under way.</param>
public sealed record EndpointLoad(string Address, int Requests);

/// <summary>Source-generated JSON for the router's control socket and its persisted snapshot.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RouterSnapshot))]
[JsonSerializable(typeof(RouterAck))]
[JsonSerializable(typeof(RouterStatus))]
[JsonSerializable(typeof(IReadOnlyList<EndpointLoad>))]
public sealed partial class RoutingJsonContext : JsonSerializerContext;
