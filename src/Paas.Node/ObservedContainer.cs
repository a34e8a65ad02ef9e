using System.Net;
using System.Threading.Channels;
using Paas.Contracts.Supervision;

namespace Paas.Node;

/// <summary>A supervised container as it is.</summary>
/// <param name="Id">Its id.</param>
/// <param name="State">What its supervisor said, now or last; null when it never said anything.</param>
/// <param name="Lost">True when its supervisor is dead although the process should run: replace the container.</param>
/// <param name="Labels">From its configuration.</param>
public sealed record ObservedContainer(string Id, SupervisorState? State, bool Lost, IReadOnlyDictionary<string, string> Labels);

/// <summary>A TCP socket that listens in a sandbox.</summary>
/// <param name="Address">The address it is bound to; any-address accepts from the router, loopback does not.</param>
/// <param name="Port">1 to 65535.</param>
public sealed record ListeningPort(IPAddress Address, int Port);

/// <summary>Where an attached container's standard streams go. The caller owns the streams.</summary>
/// <param name="Input">Read to its end and passed on; null is an empty input.</param>
/// <param name="Output">Gets the standard output.</param>
/// <param name="Error">Gets the standard error; may be the same stream as the output. A terminal has none.</param>
/// <param name="Sizes">With a terminal: its later sizes; null when they do not change.</param>
public sealed record RunStreams(Stream? Input, Stream Output, Stream Error, ChannelReader<WindowSize>? Sizes = null);
