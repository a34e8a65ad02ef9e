using System.Text.Json.Serialization;

namespace Paas.Contracts.Supervision;

/// <summary>
/// The supervisor's socket speaks JSON lines: a client sends one <see cref="SupervisorRequest"/> per line and gets one
/// <see cref="SupervisorReply"/> per line, in order. After <c>watch</c>, a reply follows for every change of state until the
/// client closes; after <c>exec</c>, one when its process ends. See <see cref="SupervisorProtocol"/> for how versions get along.
/// </summary>
/// <param name="Version">The <see cref="SupervisorProtocol"/> the client speaks.</param>
/// <param name="Operation">
/// <c>state</c>; <c>watch</c>; <c>stop</c> (stop signal, grace, SIGKILL, no restart; replies when the process is gone, after
/// which the supervisor removes the container and ends); <c>restart</c> (the same, then starts again); <c>signal</c>;
/// <c>exec</c> (see <see cref="ExecRequest"/>); <c>resizeExec</c>; <c>signalExec</c>.
/// </param>
/// <param name="Signal">For <c>signal</c> and <c>signalExec</c>: a name such as <c>SIGHUP</c>.</param>
/// <param name="GraceSeconds">For <c>stop</c> and <c>restart</c>: instead of the configured grace.</param>
/// <param name="Exec">For <c>exec</c>.</param>
/// <param name="ExecId">For <c>resizeExec</c> and <c>signalExec</c>: the <see cref="ExecStarted.Id"/>.</param>
/// <param name="Size">For <c>resizeExec</c>.</param>
public sealed record SupervisorRequest(
    int Version,
    string Operation,
    string? Signal = null,
    int? GraceSeconds = null,
    ExecRequest? Exec = null,
    int? ExecId = null,
    WindowSize? Size = null);

/// <summary>An answer of the supervisor, or news that were asked for.</summary>
/// <param name="State">The state after the operation.</param>
/// <param name="Error">Why the operation was not carried out.</param>
/// <param name="Exec">Answers <c>exec</c>; descriptors come with the first byte of this line.</param>
/// <param name="ExecEnded">News: an exec of this connection has ended.</param>
public sealed record SupervisorReply(SupervisorState? State, string? Error = null, ExecStarted? Exec = null, ExecEnded? ExecEnded = null);

/// <summary>Source-generated JSON for <c>supervise.json</c>, the state file, the sandbox file and the socket.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(CamelCaseEnumConverter<SupervisedStatus>), typeof(CamelCaseEnumConverter<RestartMode>)])]
[JsonSerializable(typeof(SupervisorConfig))]
[JsonSerializable(typeof(SupervisorState))]
[JsonSerializable(typeof(SupervisorRequest))]
[JsonSerializable(typeof(SupervisorReply))]
[JsonSerializable(typeof(SandboxConfig))]
public sealed partial class SupervisionJsonContext : JsonSerializerContext;
