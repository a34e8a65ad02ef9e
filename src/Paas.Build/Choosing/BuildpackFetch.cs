using System.Net;
using Paas.Build.Buildpacks;
using Paas.Build.Choosing.Heroku;
using Paas.Build.Dockerfiles.Copying;
using Paas.Build.Dockerfiles.Instructions;
using Paas.Build.Host;
using Paas.Build.Sources;
using Paas.Build.Sources.Archives;
using Paas.Contracts.Errors;
using Paas.Images;
using Paas.Images.Layers;
using Paas.Launch.Toml;
using Paas.Linux;

namespace Paas.Build.Choosing;

/// <summary>Brings the buildpacks that an app names to this host, for the time of one build; those that are pinned for longer.</summary>
/// <param name="scratch">A directory of the build's own.</param>
/// <param name="maximumBytes">Of one of them, packed and unpacked.</param>
/// <param name="pinned">What was fetched before and cannot have changed.</param>
internal sealed class BuildpackFetch(string scratch, long maximumBytes, PinnedBuildpacks pinned)
{
    private const string Package = "package.toml";
    private const int MostEntries = 100_000;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly string[] ArchiveEndings = [".tgz", ".tar.gz", ".tar", ".zip"];
    private static readonly HttpClient Http = new(new SocketsHttpHandler { ConnectCallback = HostServices.ConnectAsync }) { Timeout = Patience };

    private int _count;
    private int _herokus;
    private int _directories;

    /// <summary>Whether an address is that of an archive; any other is a git repository.</summary>
    public static bool IsArchive(string address) =>
        address.StartsWith("http", StringComparison.OrdinalIgnoreCase)
        && ArchiveEndings.Any(ending => address.Split('#', '?')[0].EndsWith(ending, StringComparison.OrdinalIgnoreCase));

    /// <summary>Fetches one that is no id.</summary>
    /// <returns>The buildpack that is meant, and after it those that come with it.</returns>
    /// <exception cref="BuildException">It cannot be had, or is none.</exception>
    public async Task<IReadOnlyList<Buildpack>> FetchAsync(BuildpackSource source, UntrustedTree app, CancellationToken ct)
    {
        var directory = MakeDirectory("fetched");
        try
        {
            var (root, relative) = source.Kind switch
            {
                BuildpackSourceKind.Directory => (app, source.Location),
                BuildpackSourceKind.Host => (await OnHostAsync(source.Location, directory, ct), ""),
                _ => await DownloadAsync(source.Location, source.PinnedCommit, directory, ct),
            };
            return Read(source, root, relative);
        }
        catch (Exception exception) when (exception is FormatException or LayerFormatException or LinuxException or HttpRequestException or IOException or PaasException)
        {
            throw new BuildException($"the buildpack {source} cannot be had: {exception.Message}", "Those that are set: paas buildpacks.", exception);
        }
        catch (OperationCanceledException exception) when (!ct.IsCancellationRequested)
        {
            throw new BuildException($"the buildpack {source} cannot be had: it was not there after {Patience.TotalMinutes:0} minutes", inner: exception);
        }
    }

    private async Task<(UntrustedTree Root, string Relative)> DownloadAsync(string address, string? commit, string directory, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience);
        if (IsArchive(address)) return (await DownloadArchiveAsync(address, directory, limit.Token), "");
        var wanted = address.Split('#', 2).ElementAtOrDefault(1)?.Split(':', 2).ElementAtOrDefault(1) ?? "";
        if (wanted.Split('/').Contains("..")) throw new FormatException("its directory is not within the repository");
        var repository = address.Split('#', 2)[0];
        if (commit is not null && pinned.Find(repository, commit) is { } known) return (new UntrustedTree(known), wanted);
        var files = Path.Combine(directory, (await RemoteSource.CloneAsync(GitSource.Parse(address) with { WithSubmodules = false }, directory, new CopyFlags(), limit.Token)).Split('/', 2)[0]);
        if (commit is not null && TreeSize.Of(files) <= maximumBytes) files = pinned.Keep(repository, commit, files);
        return (new UntrustedTree(files), wanted);
    }

    private async Task<UntrustedTree> DownloadArchiveAsync(string address, string directory, CancellationToken ct)
    {
        address = address.Split('#')[0];
        var archives = new KnownArchives(pinned);
        var known = archives.Find(address);
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        known?.Condition(request.Headers);
        using var response = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        if (known is not null && response.StatusCode == HttpStatusCode.NotModified) return new UntrustedTree(known.Files);
        if (!response.IsSuccessStatusCode) throw new FormatException($"HTTP {(int)response.StatusCode} {response.ReasonPhrase}");
        await using var file = new FileStream(Path.Combine(directory, "archive"), FileMode.CreateNew, FileAccess.ReadWrite);
        await using (var content = new LimitedStream(await response.Content.ReadAsStreamAsync(ct), maximumBytes, TooLarge)) await content.CopyToAsync(file, ct);
        var unpacked = await UnpackAsync(file, directory, ct);
        return new UntrustedTree(archives.Keep(address, response, unpacked.Root, directory));
    }

    private async Task<UntrustedTree> UnpackAsync(Stream archive, string directory, CancellationToken ct)
    {
        // Written anew first: that is where what reaches out of its directory is refused.
        await using var plain = new FileStream(Path.Combine(directory, "plain.tar"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
        await ArchiveRewrite.RunAsync(archive, null, plain, new ArchiveLimits(maximumBytes, MostEntries), ct);
        plain.Position = 0;
        var unpacked = Path.Combine(directory, "unpacked");
        Directory.CreateDirectory(unpacked);
        await LayerReader.ApplyAsync(plain, unpacked, WhiteoutHandling.Remove, ct);
        return new UntrustedTree(unpacked);
    }

    private async Task<UntrustedTree> OnHostAsync(string path, string directory, CancellationToken ct)
    {
        if (!File.Exists(path)) return Directory.Exists(path) ? new UntrustedTree(path) : throw new FormatException("this server has no such directory or archive");
        await using var archive = File.OpenRead(path);
        return await UnpackAsync(archive, directory, ct);
    }

    /// <summary>A copy of a directory that the build user can read, whoever packed it.</summary>
    private UntrustedTree Take(UntrustedTree root, string relative)
    {
        if (relative.Trim('/').Length > 0 && !root.IsDirectory(relative)) throw new FormatException($"there is no directory {relative}");
        var path = Path.Combine(root.Root, relative.Trim('/'));
        RequireSmall(TreeSize.Of(path));
        var directory = MakeDirectory("taken");
        using (var from = Files.Open(path, Native.O_RDONLY | Native.O_DIRECTORY))
        {
            using var to = Files.Open(directory, Native.O_RDONLY | Native.O_DIRECTORY);
            TreeCopy.Copy(from, to);
        }

        MakeReadable(directory);
        return new UntrustedTree(directory);
    }

    private string MakeDirectory(string name) => Directory.CreateDirectory(Path.Combine(scratch, $"{name}-{++_directories}")).FullName;

    private void RequireSmall(long bytes)
    {
        if (bytes > maximumBytes) throw TooLarge();
    }

    private FormatException TooLarge() => new($"it is over the limit of {ByteSize.Text(maximumBytes)}");

    private static void MakeReadable(string directory)
    {
        var pending = new Stack<string>([directory]);
        while (pending.TryPop(out var path))
        {
            var status = EntryStatus.Of(path) ?? throw EntryStatus.Unnameable(path);
            if (status.Kind is not (FileKind.Directory or FileKind.Regular)) continue;
            // Archives of systems that know no executables have none.
            var isProgram = (status.Mode & 0x40) != 0 || Path.GetFileName(Path.GetDirectoryName(path)) == "bin";
            var execute = status.Kind == FileKind.Directory || isProgram ? 0x49 : 0;
            Files.ChangeMode(path, (uint)(status.Mode & 0x1FF) | 0x124 | (uint)execute);
            if (status.Kind != FileKind.Directory) continue;
            foreach (var child in Directory.EnumerateFileSystemEntries(path)) pending.Push(child);
        }
    }

    private IReadOnlyList<Buildpack> Read(BuildpackSource source, UntrustedTree root, string relative)
    {
        var tree = Take(root, relative);
        // A directory may be packed with a name of its own.
        if (tree.Kind(Buildpack.Descriptor) is null && !tree.IsDirectory("bin") && tree.Names() is [var only] && tree.IsDirectory(only)) tree = new UntrustedTree(Path.Combine(tree.Root, only));
        _count++;
        if (IsCloudNative(source, tree)) return [BuildpackCatalog.Read(tree.Root, source.Name), .. Nested(tree), .. Packaged(tree, root, relative)];
        if (tree.Kind("bin/compile") is not null) return [HerokuShim.Wrap(tree.Root, Path.Combine(scratch, $"shim-{_count}"), source, _count, isLater: _herokus++ > 0)];
        throw new BuildException(
            $"{source} is no buildpack: it has neither {Buildpack.Descriptor} nor bin/compile",
            Inside(tree).ToList() is { Count: > 0 } inside
                ? $"It has buildpacks in {string.Join(", ", inside)}: name one of these directories. Of a git repository: ADDRESS#REF:DIRECTORY."
                : null);
    }

    // A composite one may name, for its package, what lies beside it (distribution spec, "package.toml").
    private IEnumerable<Buildpack> Packaged(UntrustedTree tree, UntrustedTree root, string relative)
    {
        if (tree.ReadText(Package) is not { } text) yield break;
        foreach (var uri in Dependencies(text))
        {
            var path = new List<string>(relative.Split('/', StringSplitOptions.RemoveEmptyEntries));
            foreach (var part in uri.Split('/').Where(part => part is not ("" or ".")))
            {
                if (part != "..") path.Add(part);
                else if (path.Count > 0) path.RemoveAt(path.Count - 1);
                else throw new FormatException($"{Package}: {uri} is not in what was fetched");
            }

            yield return BuildpackCatalog.Read(Take(root, string.Join('/', path)).Root, uri);
        }
    }

    // Those of registries are for who makes packages; here they have to be named.
    private static List<string> Dependencies(string package)
    {
        try
        {
            return [.. TomlParser.Parse(package).Tables("dependencies").Select(entry => entry.Text("uri")).OfType<string>().Where(uri => !uri.Contains(':') && !uri.StartsWith('/'))];
        }
        catch (TomlException exception)
        {
            throw new FormatException($"{Package}: {exception.Message}", exception);
        }
    }

    // Heroku's have a descriptor of that name too, for their own registry, without an API.
    private static bool IsCloudNative(BuildpackSource source, UntrustedTree tree)
    {
        try
        {
            return tree.ReadText(Buildpack.Descriptor) is { } text && TomlParser.Parse(text)["api"] is not null;
        }
        catch (TomlException exception)
        {
            throw new BuildException($"the buildpack {source} cannot be used: {Buildpack.Descriptor}: {exception.Message}", inner: exception);
        }
    }

    // A composite one comes with what it is made of.
    private static IEnumerable<Buildpack> Nested(UntrustedTree tree) =>
        Inside(tree).Select(path => BuildpackCatalog.Read(Path.Combine(tree.Root, path), path));

    private static IEnumerable<string> Inside(UntrustedTree tree) => tree.Names()
        .Concat(tree.Names("buildpacks").Select(name => $"buildpacks/{name}"))
        .Where(path => tree.IsDirectory(path) && tree.Kind($"{path}/{Buildpack.Descriptor}") == FileKind.Regular);
}
