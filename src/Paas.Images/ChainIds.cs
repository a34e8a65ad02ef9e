using System.Text;
using Paas.Oci;

namespace Paas.Images;

/// <summary>Names of stacks of layers: <c>chain(L0…Ln) = digest(chain(L0…Ln-1) + " " + Ln)</c> (image-spec, config.md, "Layer ChainID").</summary>
public static class ChainIds
{
    /// <summary>The chain id up to each layer, lowest first.</summary>
    public static IReadOnlyList<Digest> Of(IReadOnlyList<Digest> diffIds)
    {
        var chain = new Digest[diffIds.Count];
        for (var i = 0; i < chain.Length; i++) chain[i] = i == 0 ? diffIds[0] : Next(chain[i - 1], diffIds[i]);
        return chain;
    }

    /// <summary>The chain id of <paramref name="parent"/> with one more layer.</summary>
    public static Digest Next(Digest parent, Digest diffId) => Digest.Compute(Encoding.ASCII.GetBytes($"{parent} {diffId}"));
}
