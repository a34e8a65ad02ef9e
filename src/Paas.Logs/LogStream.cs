namespace Paas.Logs;

/// <summary>Where a line of a log came from.</summary>
public enum LogStream
{
    /// <summary>The process's standard output; also a build's output and the router's access lines.</summary>
    Stdout,

    /// <summary>The process's standard error.</summary>
    Stderr,

    /// <summary>A line of the platform about the source: started, exited, lines dropped.</summary>
    System,
}

/// <summary>The names of streams in documents that cross a process boundary.</summary>
public static class LogStreamNames
{
    /// <summary><c>stdout</c>, <c>stderr</c> or <c>system</c>.</summary>
    public static string Name(this LogStream stream) => stream switch
    {
        LogStream.Stdout => "stdout",
        LogStream.Stderr => "stderr",
        _ => "system",
    };
}
