namespace Paas.Linux.Launching;

/// <summary>A process that a <see cref="LaunchProgram"/> waited for did not end well.</summary>
public sealed class ExitException : IOException
{
    /// <param name="step">What it was for.</param>
    /// <param name="end">Exit code, or <see cref="Operation.SignalBase"/> plus a signal.</param>
    internal ExitException(string step, int end)
        : base(end < Operation.SignalBase ? $"{step}: exit status {end}" : $"{step}: signal: {Signals.Describe(end - Operation.SignalBase)}")
    {
    }
}
