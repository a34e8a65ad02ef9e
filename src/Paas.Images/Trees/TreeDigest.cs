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
            using var directory = place.Name == "." ? place.Directory.TryOpenBeneath("")! : place.Directory.OpenChild(place.Name);
            AddEntry(hash, directory, ".", "", place.Status);
            AddChildren(hash, directory, "", cancellationToken);
        }
        else
        {
            AddEntry(hash, place.Directory, place.Name, "", place.Status);
        }

        return Digest.FromSha256(hash.GetHashAndReset());
    }

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
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"{path}\0{status.Mode:x} {owner} {(status.IsRegular ? status.Size : 0)} {status.DeviceMajor}:{status.DeviceMinor}\n");
        hash.AppendData(Encoding.Latin1.GetBytes(line));
        foreach (var attribute in directory.AttributeNames(name).Where(LayerAttributes.Travels))
        {
            hash.AppendData(Encoding.Latin1.GetBytes($"{attribute}\0"));
            hash.AppendData(directory.Attribute(name, attribute) ?? []);
        }

        if (status.IsSymbolicLink) hash.AppendData(Encoding.Latin1.GetBytes(directory.ReadLink(name)));
        if (status.IsRegular) AddContent(hash, directory, name);
    }

    private void AddContent(IncrementalHash hash, DirectoryHandle directory, string name)
    {
        using var file = directory.OpenFile(name);
        for (long offset = 0; RandomAccess.Read(file, _buffer, offset) is var read and > 0; offset += read) hash.AppendData(_buffer.AsSpan(0, read));
    }
}
