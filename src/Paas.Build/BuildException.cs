namespace Paas.Build;

/// <summary>
/// A build that ended without an image for a reason that lies in the app, its limits or its buildpacks: what went wrong
/// (<see cref="Exception.Message"/>, one sentence) and what to do next (<see cref="Hint"/>).
/// </summary>
public sealed class BuildException(string message, string? hint = null, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The next step for the person; may have several lines; null where the message already says it.</summary>
    public string? Hint { get; } = hint;
}
