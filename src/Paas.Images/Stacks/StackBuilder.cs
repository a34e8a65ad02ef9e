namespace Paas.Images.Stacks;

/// <summary>
/// Builds the stack, the images that apps are built in and run on, from Debian packages by mmdebstrap. Needs root. The run
/// image is one layer; the build image adds one to it.
/// </summary>
public sealed class StackBuilder(ImageStore images, StackOptions options)
{
    public ImageStore Images { get; } = images;

    public StackOptions Options { get; } = options;

    /// <summary>Builds both images and sets their references, or returns at once when the store has them of this recipe.</summary>
    /// <param name="output">Receives progress, a line each.</param>
    /// <exception cref="StackException">It cannot be built; the message says what is missing.</exception>
    public Task<Stack> BuildAsync(Action<string> output, CancellationToken cancellationToken) => throw new NotImplementedException();
}

/// <summary>The two images of a stack.</summary>
public sealed record Stack(Image Run, Image Build);

/// <summary>A stack that cannot be built.</summary>
/// <param name="message">What failed.</param>
/// <param name="hint">What to do.</param>
public sealed class StackException(string message, string? hint = null, Exception? inner = null) : IOException(message, inner)
{
    public string? Hint { get; } = hint;
}
