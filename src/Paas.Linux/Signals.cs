namespace Paas.Linux;

/// <summary>Signals in words.</summary>
public static class Signals
{
    // By number (signal(7); those of x86-64 and arm64 are the same), in the words that other runtimes print.
    private static readonly string[] Words =
    [
        "hangup", "interrupt", "quit", "illegal instruction", "trace/breakpoint trap", "aborted", "bus error", "floating point exception",
        "killed", "user defined signal 1", "segmentation fault", "user defined signal 2", "broken pipe", "alarm clock", "terminated",
        "stack fault", "child exited", "continued", "stopped (signal)", "stopped", "stopped (tty input)", "stopped (tty output)",
        "urgent I/O condition", "CPU time limit exceeded", "file size limit exceeded", "virtual timer expired", "profiling timer expired",
        "window changed", "I/O possible", "power failure", "bad system call",
    ];

    /// <summary>What a signal says, such as "killed"; its number where it has no name.</summary>
    public static string Describe(int signal) => signal >= 1 && signal <= Words.Length ? Words[signal - 1] : $"signal {signal}";
}
