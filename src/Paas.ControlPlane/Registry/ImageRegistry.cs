using Paas.Contracts.Errors;
using Paas.ControlPlane.Domain;
using Paas.ControlPlane.Store;
using Paas.Images;
using Paas.Images.Uploads;
using Paas.Oci;
using Paas.Oci.Distribution;
using Paas.Oci.Images;

namespace Paas.ControlPlane.Registry;

/// <summary>
/// The platform's registry: repositories of the apps upon the one content store (distribution-spec 1.1). An app's own repository also
/// shows the images of its releases. Who may do what has been decided before. Throws <see cref="RegistryRefusalException"/>.
/// </summary>
public sealed partial class ImageRegistry
{
    /// <summary>Bytes of the largest manifest that is taken; the specification asks for 4 MiB at least.</summary>
    public const int MaximumManifestBytes = 8 << 20;

    // A push is looked at again each time it has brought so much, so that several at once do not fill the disk together.
    private const long CheckEvery = 64L << 20;

    private readonly RegistryStore _store;
    private readonly AppStore _apps;
    private readonly ReleaseImages _releases;
    private readonly ContentStore _content;
    private readonly UploadStore _uploads;
    private readonly DiskReserve _reserve;

    internal ImageRegistry(RegistryStore store, AppStore apps, ReleaseImages releases, ContentStore content, UploadStore uploads, DiskReserve reserve) =>
        (_store, _apps, _releases, _content, _uploads, _reserve) = (store, apps, releases, content, uploads, reserve);

    /// <summary>An app's push asks to be released; raised after it is recorded.</summary>
    internal event Action? DeploymentRequested;

    /// <summary>A push was refused because there is no room for it: what can be removed should be.</summary>
    internal event Action? RoomWanted;

    /// <summary>NAME_INVALID for what is no name of a repository, NAME_UNKNOWN where its first component is no app.</summary>
    public void Require(string repository)
    {
        RepositoryName.Check(repository);
        var app = RepositoryName.AppOf(repository);
        if (AppName.IsValid(app) && _apps.Find(app) is not null) return;
        throw new RegistryRefusalException(
            RegistryErrorCode.NameUnknown,
            $"App {app} does not exist: the first component of a repository is the app it belongs to. Create it: paas create {app}");
    }

    /// <summary>Bytes of a blob of the repository. It then stays long enough for a manifest that names it to follow. BLOB_UNKNOWN where it has none such.</summary>
    public long SizeOfBlob(string repository, Digest digest)
    {
        using var lease = _content.Lease();
        RequireBlob(repository, digest);
        _store.HoldBlob(repository, digest);
        return _content.SizeOf(digest) ?? throw BlobUnknown(repository, digest);
    }

    /// <summary>Opens a blob of the repository. BLOB_UNKNOWN where it has none such.</summary>
    public FileStream OpenBlob(string repository, Digest digest)
    {
        RequireBlob(repository, digest);
        try
        {
            return new FileStream(_content.PathOf(digest), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.Asynchronous);
        }
        catch (FileNotFoundException)
        {
            throw BlobUnknown(repository, digest);
        }
    }

    /// <summary>Takes the blob from the repository; others keep it. BLOB_UNKNOWN where it has none such, DENIED for one of a release.</summary>
    public void DeleteBlob(string repository, Digest digest)
    {
        if (!_store.RemoveBlob(repository, digest)) RequireBlob(repository, digest);
        if (IsOfRelease(repository, app => _releases.HasBlob(app, digest))) throw OfRelease(digest.ToString());
    }

    /// <summary>
    /// Gives a blob of another repository to this one without sending it. False where there is none to give; then it has to be pushed.
    /// </summary>
    /// <param name="repository">Gets it.</param>
    /// <param name="digest">The blob.</param>
    /// <param name="from">The repository that has it; null looks in all.</param>
    /// <param name="mayPull">Whether the caller may read a repository.</param>
    public bool TryMount(string repository, Digest digest, string? from, Func<string, bool> mayPull)
    {
        using var lease = _content.Lease();
        var given = MountSource(repository, digest, from, mayPull) is not null;
        if (given) _store.AddBlob(repository, digest);
        return given;
    }

    /// <summary>The repository that would give a blob to this one, which may be this one; null where none does.</summary>
    /// <inheritdoc cref="TryMount"/>
    public string? MountSource(string repository, Digest digest, string? from, Func<string, bool> mayPull)
    {
        if (!_content.Contains(digest)) return null;
        if (from is not null) return Reference.IsPath(from) && mayPull(from) && HasBlob(from, digest) ? from : null;
        return HasBlob(repository, digest) ? repository : _store.RepositoriesWith(digest).FirstOrDefault(mayPull);
    }

    /// <summary>Tags in lexical order, after <paramref name="last"/>, at most so many; and whether there are more.</summary>
    public (IReadOnlyList<string> Tags, bool More) Tags(string repository, int? count, string? last)
    {
        var tags = _store.Tags(repository).Concat(RepositoryName.IsMain(repository) ? _releases.Tags(repository) : []);
        return Page(tags, count, last);
    }

    /// <summary>Repositories that have something, in lexical order, after <paramref name="last"/>, at most so many; and whether there are more.</summary>
    public (IReadOnlyList<string> Repositories, bool More) Repositories(int? count, string? last, Func<string, bool> mayPull)
    {
        var released = _apps.List().Where(app => app.LiveRelease is not null).Select(app => app.Name);
        return Page(_store.Repositories().Concat(released).Where(mayPull), count, last);
    }

    private static (IReadOnlyList<string> Items, bool More) Page(IEnumerable<string> items, int? count, string? last)
    {
        var after = items.Distinct().Order(StringComparer.Ordinal).Where(item => last is null || string.CompareOrdinal(item, last) > 0).ToList();
        return count is { } most && most < after.Count ? (after[..most], true) : (after, false);
    }

    private bool HasBlob(string repository, Digest digest) =>
        _store.HasBlob(repository, digest) || IsOfRelease(repository, app => _releases.HasBlob(app, digest));

    private void RequireBlob(string repository, Digest digest)
    {
        if (!HasBlob(repository, digest)) throw BlobUnknown(repository, digest);
    }

    private static bool IsOfRelease(string repository, Func<string, bool> has) => RepositoryName.IsMain(repository) && has(repository);

    private static RegistryRefusalException BlobUnknown(string repository, Digest digest) =>
        new(RegistryErrorCode.BlobUnknown, $"{repository} has no blob {digest}");

    private static RegistryRefusalException OfRelease(string what) => new(
        RegistryErrorCode.Denied, $"{what} belongs to a release, and goes with it; paas releases lists them");

    private static RegistryRefusalException NoRoom(DiskReserveException error) => new(
        RegistryErrorCode.Denied, $"{error.Message}. Free some: paas cleanup", ErrorCodes.HttpStatus(ErrorCode.InsufficientStorage));
}
