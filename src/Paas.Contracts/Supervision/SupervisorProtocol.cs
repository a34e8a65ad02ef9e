using System.Text.Json.Serialization;

namespace Paas.Contracts.Supervision;

/// <summary>
/// The supervisor's socket speaks JSON lines: a client sends one <see cref="SupervisorRequest"/> per line and gets one
/// <see cref="SupervisorReply"/> per line, in order. After <c>watch</c>, a reply follows for every change of state until the
/// client closes. Unknown operations and fields are answered with an error or ignored, so that old and new understand each other.
/// </summary>
/// <param name="Version">1.</param>
/// <param name="Operation">
/// <c>state</c>; <c>watch</c>; <c>stop</c> (stop signal, grace, SIGKILL, no restart; replies when the process is gone, after
/// which the supervisor removes the container and ends); <c>restart</c> (the same, then starts again); <c>signal</c>.
/// </param>
/// <param name="Signal">For <c>signal</c>: a name such as <c>SIGHUP</c>.</param>
/// <param name="GraceSeconds">For <c>stop</c> and <c>restart</c>: instead of the configured grace.</param>
public sealed record SupervisorRequest(int Version, string Operation, string? Signal = null, int? GraceSeconds = null);

/// <summary>An answer of the supervisor.</summary>
/// <param name="State">The state after the operation.</param>
/// <param name="Error">Why the operation was not carried out.</param>
public sealed record SupervisorReply(SupervisorState? State, string? Error = null);

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
