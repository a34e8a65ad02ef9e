namespace Paas.Contracts.Errors;

/// <summary>
/// A failure that a person is meant to read: what is wrong (<see cref="Exception.Message"/>) and what to do next
/// (<see cref="Hint"/>). Mapped once to problem+json by the daemon and once to an exit code by the CLI.
/// </summary>
public sealed class PaasException : Exception
{
    public PaasException(ErrorCode code, string message, string? hint = null, Exception? inner = null)
        : base(message, inner)
    {
        Code = code;
        Hint = hint;
    }

    /// <summary>What kind of failure this is.</summary>
    public ErrorCode Code { get; }

    /// <summary>The next step for the person, or null where the message already says it.</summary>
    public string? Hint { get; }
}
