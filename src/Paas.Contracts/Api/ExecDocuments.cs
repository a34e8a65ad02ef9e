using System.Threading.Channels;
using Paas.Contracts.Supervision;

namespace Paas.Contracts.Api;

/// <summary>
/// A further process in a running instance: <c>GET /v1/apps/{app}/instances/{name}/exec</c>, a WebSocket. The client's first frame is
/// this document. From then on binary frames are bytes: the client's the process's input, the server's its output. Text frames
/// are <see cref="ExecClientMessage"/> and <see cref="ExecServerMessage"/>. The process ends with the connection.
/// </summary>
/// <param name="Command">Program and arguments; null starts the instance's shell: <c>/bin/bash</c>, else <c>/bin/sh</c>.</param>
/// <param name="Terminal">The size of a terminal to give it; null gives it pipes.</param>
/// <param name="TerminalType">With a terminal: the variable <c>TERM</c>.</param>
public sealed record InstanceExecRequest(IReadOnlyList<string>? Command = null, WindowSize? Terminal = null, string? TerminalType = null);

/// <summary>What a client says besides its bytes.</summary>
/// <param name="Resize">Its terminal has another size now.</param>
/// <param name="EndOfInput">No more bytes will come.</param>
public sealed record ExecClientMessage(WindowSize? Resize = null, bool EndOfInput = false);

/// <summary>What the server says besides the process's bytes.</summary>
/// <param name="Stream">From here on bytes are those of <c>stdout</c> or <c>stderr</c>; they begin with <c>stdout</c>.</param>
/// <param name="ExitCode">It ended; 128 + n after signal n. The last frame.</param>
/// <param name="Problem">It could not be run, or its end is not known. The last frame.</param>
public sealed record ExecServerMessage(string? Stream = null, int? ExitCode = null, ProblemDocument? Problem = null);

/// <summary>The caller's ends of a process's streams.</summary>
/// <param name="Input">Read until its end, which becomes that of the process's input.</param>
/// <param name="Output">Takes standard output, or all that a terminal shows.</param>
/// <param name="Error">Takes standard error.</param>
/// <param name="Sizes">Sizes of the caller's terminal, as they change; null without one.</param>
public sealed record ExecStreams(Stream Input, Stream Output, Stream Error, ChannelReader<WindowSize>? Sizes = null);
