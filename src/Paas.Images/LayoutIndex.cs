using Paas.Linux;
using Paas.Oci.Images;

namespace Paas.Images;

/// <summary>
/// The layout's <c>index.json</c>: references as annotated descriptors. Replaced whole by rename, so that reading needs no
/// lock; changed under a file lock, so that two processes do not lose each other's change.
/// </summary>
internal sealed class LayoutIndex
{
    private readonly string _path;
    private readonly string _lockPath;
    private readonly Lock _lock = new();

    public LayoutIndex(string root)
    {
        _path = Path.Combine(root, ImageLayout.IndexFileName);
        _lockPath = Path.Combine(root, "index.lock");
        if (!File.Exists(_path)) Change(index => index);
    }

    public Dictionary<string, Descriptor> References()
    {
        var references = new Dictionary<string, Descriptor>(StringComparer.Ordinal);
        foreach (var descriptor in Read().Manifests)
        {
            if (ReferenceOf(descriptor) is { } reference) references[reference] = descriptor;
        }

        return references;
    }

    public void Set(string reference, Descriptor descriptor)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reference);
        var named = descriptor.WithAnnotation(ImageLayout.ReferenceAnnotation, reference);
        Change(index => index with { Manifests = [.. index.Manifests.Where(other => ReferenceOf(other) != reference), named] });
    }

    public bool Remove(string reference)
    {
        var found = false;
        Change(index =>
        {
            var kept = index.Manifests.Where(other => ReferenceOf(other) != reference).ToArray();
            found = kept.Length != index.Manifests.Count;
            return found ? index with { Manifests = kept } : index;
        });
        return found;
    }

    private static string? ReferenceOf(Descriptor descriptor) =>
        descriptor.Annotations?.GetValueOrDefault(ImageLayout.ReferenceAnnotation);

    private ImageIndex Read() => File.Exists(_path)
        ? ImageDocuments.ParseIndex(File.ReadAllBytes(_path))
        : new ImageIndex { SchemaVersion = 2, MediaType = MediaTypes.Index, Manifests = [] };

    private void Change(Func<ImageIndex, ImageIndex> change)
    {
        lock (_lock)
        {
            using var file = Files.Open(_lockPath, Native.O_RDWR | Native.O_CREAT, 0x180);
            Files.Lock(file, wait: true);
            var index = Read();
            var changed = change(index);
            if (!ReferenceEquals(changed, index) || !File.Exists(_path)) Files.WriteAtomically(_path, ImageDocuments.Serialize(changed), durable: true);
        }
    }
}
