namespace Paas.Launcher;

/// <summary>A process that cannot be launched.</summary>
/// <param name="message">One sentence.</param>
/// <param name="exitCode">As a shell has them, or <see cref="Failure"/>.</param>
internal sealed class LaunchException(string message, int exitCode = LaunchException.Failure) : Exception(message)
{
    /// <summary>Anything else (platform spec, "launcher", exit codes).</summary>
    internal const int Failure = 82;

    /// <summary>There is no such program.</summary>
    internal const int NotFound = 127;

    /// <summary>It is there and cannot be executed.</summary>
    internal const int NotExecutable = 126;

    internal int ExitCode { get; } = exitCode;
}
