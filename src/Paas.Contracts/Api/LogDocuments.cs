namespace Paas.Contracts.Api;

/// <summary>Which lines of an app's log: <c>GET /v1/apps/{app}/logs</c>.</summary>
/// <param name="Tail">The last so many lines to begin with (<c>n</c>); default 100, at most 10,000.</param>
/// <param name="Follow">Go on with new lines until the client goes.</param>
/// <param name="Source">Only this instance (<c>web.1</c>), process type (<c>web</c>) or <c>router</c>, <c>build</c>, <c>paas</c>.</param>
/// <param name="After">Resume after this event id (also the <c>Last-Event-ID</c> header).</param>
public sealed record LogQuery(int Tail = 100, bool Follow = false, string? Source = null, string? After = null);

/// <summary>
/// A log line. The stream is NDJSON (<c>application/x-ndjson</c>), or SSE (<c>text/event-stream</c>) with <see cref="Id"/>
/// as the event id when the client accepts that.
/// </summary>
/// <param name="Id">Position of every source read so far; a follower that gives it back gets no line twice and misses none.</param>
/// <param name="At">When the line was written, UTC.</param>
/// <param name="Source"><c>web.1</c>, <c>router</c>, <c>build</c>, <c>paas</c>.</param>
/// <param name="Stream"><c>stdout</c>, <c>stderr</c> or <c>system</c> (a line of the platform about the source).</param>
/// <param name="Text">Without the newline.</param>
public sealed record LogLine(string Id, DateTimeOffset At, string Source, string Stream, string Text);
