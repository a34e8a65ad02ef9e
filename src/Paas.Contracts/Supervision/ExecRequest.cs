namespace Paas.Contracts.Supervision;

/// <summary>
/// A further process in the running container, with the container's environment, user and restrictions. Its streams are handed to
/// the client as descriptors (unix(7), SCM_RIGHTS) and are none of the supervisor's business from then on. It ends with the
/// connection that asked for it: SIGHUP, a moment later SIGKILL.
/// </summary>
/// <param name="Args">Program and arguments; at least one.</param>
/// <param name="Env">Added to the container's environment, <c>NAME=VALUE</c>, and stronger than it.</param>
/// <param name="Cwd">Absolute; null takes the container's.</param>
/// <param name="Terminal">
/// The size of a terminal to give it: one descriptor comes, the terminal's master. Null gives it pipes: three descriptors come, to
/// write its input and to read its output and its errors.
/// </param>
public sealed record ExecRequest(IReadOnlyList<string> Args, IReadOnlyList<string>? Env = null, string? Cwd = null, WindowSize? Terminal = null);

/// <summary>The size of a terminal, in characters.</summary>
/// <param name="Rows">Lines.</param>
/// <param name="Columns">Characters in a line.</param>
public sealed record WindowSize(int Rows, int Columns);

/// <summary>An exec runs.</summary>
/// <param name="Id">Names it on this supervisor's socket; never given twice.</param>
/// <param name="Pid">Its pid on the host.</param>
public sealed record ExecStarted(int Id, int Pid);

/// <summary>An exec has ended.</summary>
/// <param name="Id">Which.</param>
/// <param name="ExitCode">0 to 255, or null when a signal killed it.</param>
/// <param name="Signal">Number of the signal that killed it, or null.</param>
public sealed record ExecEnded(int Id, int? ExitCode, int? Signal);
