using Paas.Oci;

namespace Paas.Images.Cleaning;

/// <summary>Content that has an owner, and with it everything that it names.</summary>
/// <param name="Digest">Of a manifest, an index, or any other blob.</param>
/// <param name="Unpacked">Its layers are wanted unpacked too, because it is run.</param>
public readonly record struct ContentRoot(Digest Digest, bool Unpacked = false);

/// <summary>Says what somebody owns in the content store, now. Called while nothing can come or go there; must be short.</summary>
public delegate IEnumerable<ContentRoot> ContentOwner();
