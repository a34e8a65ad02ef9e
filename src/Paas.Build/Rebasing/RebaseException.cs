namespace Paas.Build.Rebasing;

/// <summary>An image whose base cannot be replaced.</summary>
/// <param name="message">Why, as a sentence without its beginning: <c>its image …</c>.</param>
public sealed class RebaseException(string message) : Exception(message)
{
    /// <summary>True for an image that no buildpacks of a stack made.</summary>
    public bool IsForeign { get; init; }
}
