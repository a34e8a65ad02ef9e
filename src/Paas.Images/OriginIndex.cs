using Paas.Oci;
using Paas.Oci.Images;

namespace Paas.Images;

/// <summary>
/// The index that an image of this platform was chosen from. The store has the index's document and not what it names for other
/// platforms; a reference names the manifest, and in an annotation of it the index.
/// </summary>
public static class OriginIndex
{
    /// <summary>The annotation's name, in <c>index.json</c> of the store and of archives.</summary>
    public const string Annotation = "paas.index";

    /// <summary>The manifest as a reference names it; as it is where it was chosen from nothing.</summary>
    public static Descriptor With(Descriptor manifest, Digest? index) => index is null ? manifest : manifest.WithAnnotation(Annotation, $"{index}");

    /// <summary>The index of what a reference names; null where there is none.</summary>
    public static Digest? Of(Descriptor named) =>
        named.Annotations?.GetValueOrDefault(Annotation) is { } text && Digest.TryParse(text, out var digest) && digest.IsComputable ? digest : null;

    /// <summary>An index in the store that this manifest was chosen from; null where no reference tells of one.</summary>
    public static Digest? Find(ContentStore content, Digest manifest) => content.References().Values
        .Where(named => named.Digest == manifest).Select(Of).FirstOrDefault(index => index is { } known && content.Contains(known));

    /// <summary>The manifests that references say were chosen from this index.</summary>
    public static IReadOnlySet<Digest> Chosen(ContentStore content, Digest index) =>
        content.References().Values.Where(named => Of(named) == index).Select(named => named.Digest).ToHashSet();
}
