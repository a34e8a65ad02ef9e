namespace Paas.Cli.CommandLine;

/// <summary>A command line that cannot be understood: exit code 2.</summary>
internal sealed class UsageException(string message, string? hint = null) : Exception(message)
{
    /// <summary>What to type instead.</summary>
    public string? Hint { get; } = hint;
}
