using System.Security.Cryptography;
using System.Text;
using Paas.Oci;

namespace Paas.Build.Dockerfiles.Building;

/// <summary>Everything that a step's result depends on, as one name. Not for concurrent use.</summary>
internal sealed class StepKey
{
    private readonly StringBuilder _text = new();

    /// <param name="kind">Kind of the step, with the version of how it is done.</param>
    public StepKey(string kind) => Add(kind);

    // Lengths, so that no two lists of parts are the same text.
    public StepKey Add(string? part)
    {
        if (part is null) _text.Append("-\n");
        else _text.Append(part.Length).Append(' ').Append(part).Append('\n');
        return this;
    }

    public StepKey Add(Digest? digest) => Add(digest?.ToString());

    public StepKey AddAll(IEnumerable<string> parts)
    {
        foreach (var part in parts) Add(part);
        _text.Append(".\n");
        return this;
    }

    public Digest ToDigest() => Digest.FromSha256(SHA256.HashData(Encoding.UTF8.GetBytes(_text.ToString())));
}
