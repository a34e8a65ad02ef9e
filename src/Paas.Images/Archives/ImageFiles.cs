using System.Security.Cryptography;
using Paas.Images.Interop;
using Paas.Images.Layers;
using Paas.Images.Tar;
using Paas.Oci;

namespace Paas.Images.Archives;

/// <summary>What a file is, but for its times.</summary>
/// <param name="Kind">The tar's type flag.</param>
/// <param name="Size">Bytes of a regular file.</param>
/// <param name="Mode">Permissions.</param>
/// <param name="UserId">Owner.</param>
/// <param name="GroupId">Group.</param>
/// <param name="Content">Digest of a file's content; target of a link; numbers of a device.</param>
public sealed record ImageFile(char Kind, long Size, uint Mode, long UserId, long GroupId, string Content);

/// <summary>The files of an image as its layers tell them, nothing unpacked.</summary>
public static class ImageFiles
{
    private const int BufferSize = 256 * 1024;

    /// <summary>Every file by its path from the root, without a leading slash.</summary>
    /// <exception cref="ContentNotFoundException">A layer is missing.</exception>
    /// <exception cref="LayerFormatException">A layer is damaged.</exception>
    public static IReadOnlyDictionary<string, ImageFile> Read(ImageStore images, Image image, CancellationToken cancellationToken)
    {
        var files = new SortedDictionary<string, ImageFile>(StringComparer.Ordinal);
        foreach (var layer in image.Manifest.Layers) Apply(images.Content, layer.Digest, files, cancellationToken);
        return files;
    }

    private static void Apply(ContentStore store, Digest layer, SortedDictionary<string, ImageFile> files, CancellationToken cancellationToken)
    {
        using var blob = store.OpenRead(layer);
        using var plain = LayerReader.Open(blob, LayerLimits.Default);
        var reader = new TarReader(new BufferedStream(plain, BufferSize));
        var own = new SortedDictionary<string, ImageFile>(StringComparer.Ordinal);
        try
        {
            while (reader.Next() is { } entry)
            {
                cancellationToken.ThrowIfCancellationRequested();
                ApplyEntry(entry, reader, files, own);
            }
        }
        catch (Exception error) when (error is TarFormatException or InvalidDataException)
        {
            throw new LayerFormatException($"the layer {layer} is damaged: {error.Message}", error);
        }

        foreach (var (path, file) in own)
        {
            if (file.Kind != (char)TarEntryKind.Directory) RemoveBelow(files, path);
            files[path] = file;
        }
    }

    // A whiteout hides what is below its layer only, wherever it stands in it.
    private static void ApplyEntry(TarEntry entry, TarReader reader, SortedDictionary<string, ImageFile> files, SortedDictionary<string, ImageFile> own)
    {
        var path = LayerPath.Parse(entry.Name);
        if (path.IsRoot) return;
        if (path.Name == Whiteouts.Opaque)
        {
            RemoveBelow(files, RawPath.ToText(path.Parent));
        }
        else if (path.Name.StartsWith(Whiteouts.Prefix, StringComparison.Ordinal))
        {
            var removed = RawPath.ToText(path.Sibling(path.Name[Whiteouts.Prefix.Length..]).Full);
            files.Remove(removed);
            RemoveBelow(files, removed);
        }
        else
        {
            own[RawPath.ToText(path.Full)] = Describe(entry, reader, files, own);
        }
    }

    private static ImageFile Describe(TarEntry entry, TarReader reader, SortedDictionary<string, ImageFile> files, SortedDictionary<string, ImageFile> own)
    {
        if (entry.Kind == TarEntryKind.HardLink)
        {
            var target = RawPath.ToText(LayerPath.Parse(entry.LinkName).Full);
            if (own.TryGetValue(target, out var file) || files.TryGetValue(target, out file)) return file;
        }

        var content = entry.Kind switch
        {
            TarEntryKind.File => Hash(entry, reader),
            TarEntryKind.CharacterDevice or TarEntryKind.BlockDevice => $"{entry.DeviceMajor}:{entry.DeviceMinor}",
            _ => entry.LinkName,
        };
        return new ImageFile((char)entry.Kind, entry.Size, entry.Mode, entry.UserId, entry.GroupId, content);
    }

    private static string Hash(TarEntry entry, TarReader reader)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        // Where the holes are is part of what such a file is, short of reading them as zeros.
        foreach (var (offset, length) in entry.Segments ?? []) hash.AppendData([.. BitConverter.GetBytes(offset), .. BitConverter.GetBytes(length)]);
        var buffer = GC.AllocateUninitializedArray<byte>(64 * 1024);
        while (reader.Read(buffer) is var read and > 0) hash.AppendData(buffer.AsSpan(0, read));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void RemoveBelow(SortedDictionary<string, ImageFile> files, string directory)
    {
        var prefix = directory.Length == 0 ? "" : $"{directory}/";
        foreach (var path in files.Keys.Where(path => path.StartsWith(prefix, StringComparison.Ordinal)).ToList()) files.Remove(path);
    }
}
