using Paas.Oci;
using Paas.Oci.Images;

namespace Paas.Images.Layers;

/// <summary>A layer in the content store.</summary>
/// <param name="Descriptor">Of the blob, compressed or not.</param>
/// <param name="DiffId">Digest of the uncompressed tar.</param>
public sealed record Layer(Descriptor Descriptor, Digest DiffId);
