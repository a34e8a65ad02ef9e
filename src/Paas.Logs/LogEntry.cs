namespace Paas.Logs;

/// <summary>One line of a log.</summary>
/// <param name="At">When the line was written, UTC, to 100 ns.</param>
/// <param name="Stream">Where it came from.</param>
/// <param name="Text">Without the newline. Bytes that are not UTF-8 read as U+FFFD.</param>
public readonly record struct LogEntry(DateTimeOffset At, LogStream Stream, string Text);

/// <summary>A line together with its place in the log of its source.</summary>
/// <param name="Entry">The line.</param>
/// <param name="Position">Where it begins.</param>
/// <param name="Next">Where the line after it begins: what a follower resumes from after having seen this one.</param>
public readonly record struct LogRecord(LogEntry Entry, LogPosition Position, LogPosition Next);
