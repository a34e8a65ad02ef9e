using Paas.Oci;

namespace Paas.Images;

/// <summary>Content that is not in the store.</summary>
public sealed class ContentNotFoundException(Digest digest)
    : IOException($"{digest} is not in the content store")
{
    public Digest Digest { get; } = digest;
}

/// <summary>Content that is not what its digest says.</summary>
public sealed class ContentMismatchException(Digest expected, Digest actual)
    : IOException($"the content's digest is {actual}, not {expected}")
{
    public Digest Expected { get; } = expected;

    public Digest Actual { get; } = actual;
}
