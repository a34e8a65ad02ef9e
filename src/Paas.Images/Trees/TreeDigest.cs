using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Paas.Images.Interop;
using Paas.Images.Layers;
using Paas.Linux;
using Paas.Oci;

namespace Paas.Images.Trees;

/// <summary>
/// The content of files as one digest: names, kinds, permissions, attributes, links' targets and bytes, and owners where they
/// count; never times.
/// </summary>
/// <param name="tree">Where the files are.</param>
/// <param name="withOwners">False where everything is copied as root's.</param>
/// <param name="excludes">True of a raw path, relative to what is digested, that does not count.</param>
public sealed class TreeDigest(FileTree tree, bool withOwners, Func<string, bool>? excludes = null)
{
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(256 * 1024);

    /// <summary>The digest of what a path means, links at its end followed; null where there is nothing.</summary>
    public Digest? Of(string rawPath, CancellationToken cancellationToken)
    {
        using var place = tree.Resolve(rawPath);
        if (place is null) return null;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        if (place.Status.IsDirectory)
        {
            using var directory = Open(place);
            AddEntry(hash, directory, ".", "", place.Status);
            AddChildren(hash, directory, "", cancellationToken);
        }
        else
        {
            AddEntry(hash, place.Directory, place.Name, "", place.Status);
        }

        return Digest.FromSha256(hash.GetHashAndReset());
    }

    /// <summary>The digest of a directory itself, whatever is in it, links at the path's end followed; null where there is none.</summary>
    public Digest? OfDirectory(string rawPath)
    {
        using var place = tree.Resolve(rawPath);
        if (place?.Status.IsDirectory != true) return null;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var directory = Open(place);
        AddEntry(hash, directory, ".", "", place.Status);
        return Digest.FromSha256(hash.GetHashAndReset());
    }

    private static DirectoryHandle Open(TreePlace place) =>
        place.Name == "." ? place.Directory.TryOpenBeneath("")! : place.Directory.OpenChild(place.Name);

    private void AddChildren(IncrementalHash hash, DirectoryHandle directory, string relative, CancellationToken ct)
    {
        foreach (var name in directory.Names())
        {
            ct.ThrowIfCancellationRequested();
            if (directory.Stat(name) is not { } status) continue;
            var path = relative.Length == 0 ? name : $"{relative}/{name}";
            // What is in an excluded directory may be in again, so each answers for itself.
            if (excludes?.Invoke(path) != true) AddEntry(hash, directory, name, path, status);
            if (!status.IsDirectory) continue;
            using var child = directory.OpenChild(name);
            AddChildren(hash, child, path, ct);
        }
    }

    private void AddEntry(IncrementalHash hash, DirectoryHandle directory, string name, string path, FileStatus status)
    {
        var owner = withOwners ? $"{status.Uid}:{status.Gid}" : "";
        var attributes = directory.AttributeNames(name).Where(LayerAttributes.Travels).Select(attribute => (Name: attribute, Value: directory.Attribute(name, attribute) ?? [])).ToList();
        var link = status.IsSymbolicLink ? directory.ReadLink(name) : "";
        // Lengths of all that follows, so that nothing in it can be taken for the next entry: other apps' steps are found by this digest.
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"{path}\0{status.Mode:x} {owner} {(status.IsRegular ? status.Size : 0)} {status.DeviceMajor}:{status.DeviceMinor} {link.Length} {attributes.Count}\n");
        hash.AppendData(Encoding.Latin1.GetBytes(line));
        foreach (var (attribute, value) in attributes)
        {
            hash.AppendData(Encoding.Latin1.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{attribute}\0{value.Length}\0")));
            hash.AppendData(value);
        }

        hash.AppendData(Encoding.Latin1.GetBytes(link));
        if (status.IsRegular) AddContent(hash, directory, name);
    }

    private void AddContent(IncrementalHash hash, DirectoryHandle directory, string name)
    {
        using var file = directory.OpenFile(name);
        for (long offset = 0; RandomAccess.Read(file, _buffer, offset) is var read and > 0; offset += read) hash.AppendData(_buffer.AsSpan(0, read));
    }
}
