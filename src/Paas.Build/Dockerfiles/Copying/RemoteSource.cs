using System.Net;
using System.Text.RegularExpressions;
using Paas.Build.Dockerfiles.Instructions;
using Paas.Build.Host;
using Paas.Build.Remotes;
using Paas.Build.Sources;
using Paas.Images.Layers;
using Paas.Oci;

namespace Paas.Build.Dockerfiles.Copying;

/// <summary>What <c>ADD</c> fetches from elsewhere: a file by HTTP, or a git repository.</summary>
internal static partial class RemoteSource
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { ConnectCallback = HostServices.ConnectAsync }) { Timeout = TimeSpan.FromMinutes(30) };

    public static bool IsRemote(string source) => IsGit(source) || IsHttp(source);

    /// <summary>Fetches into a directory.</summary>
    /// <param name="source">An address.</param>
    /// <param name="directory">Empty.</param>
    /// <param name="destination">Names the file where the address does not.</param>
    /// <param name="flags">Checksum, and whether <c>.git</c> stays.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>What to copy out of the directory.</returns>
    /// <exception cref="FormatException">It cannot be fetched, or is not what its checksum says.</exception>
    public static async Task<(string Path, bool IsFile)> FetchAsync(string source, string directory, string destination, CopyFlags flags, CancellationToken ct)
    {
        if (IsGit(source))
        {
            if (flags.Checksum is not null && !GitCommit().IsMatch(flags.Checksum)) throw new FormatException($"the checksum of a git source is a commit, not {flags.Checksum}");
            return (await CloneAsync(GitSource.Parse(source), directory, flags, ct), false);
        }

        return (await DownloadAsync(new Uri(source), directory, destination, flags, ct), true);
    }

    private static bool IsHttp(string source) =>
        source.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || source.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    public static bool IsGit(string source) =>
        source.StartsWith("git://", StringComparison.Ordinal) || source.StartsWith("git@", StringComparison.Ordinal) ||
        source.StartsWith("ssh://", StringComparison.Ordinal) || (IsHttp(source) && GitPath().IsMatch(source));

    private static async Task<string> DownloadAsync(Uri address, string directory, string destination, CopyFlags flags, CancellationToken ct)
    {
        var name = WebUtility.UrlDecode(address.AbsolutePath.TrimEnd('/').Split('/')[^1]);
        if (name.Length == 0 || name is "." or ".." || name.Contains('/'))
        {
            name = destination.EndsWith('/') ? throw new FormatException($"cannot determine a filename for {address}: end its path with one, or name the destination") : destination.Split('/')[^1];
        }

        try
        {
            using var response = await Http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, ct);
            if (!response.IsSuccessStatusCode) throw new FormatException($"failed to fetch {address}: HTTP {(int)response.StatusCode} {response.ReasonPhrase}");
            var path = Path.Combine(directory, name);
            await using (var file = new FileStream(path, FileMode.CreateNew)) await response.Content.CopyToAsync(file, ct);
            await CheckAsync(path, flags.Checksum, ct);
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.SetLastWriteTimeUtc(path, (response.Content.Headers.LastModified ?? LayerOptions.ReproducibleTime).UtcDateTime);
            return name;
        }
        catch (HttpRequestException error)
        {
            throw new FormatException($"failed to fetch {address}: {error.Message}", error);
        }
    }

    private static async Task CheckAsync(string path, string? checksum, CancellationToken ct)
    {
        if (checksum is null) return;
        if (!Digest.TryParse(checksum, out var expected) || expected.Algorithm != Digest.Sha256) throw new FormatException($"the checksum {checksum} is not of the form sha256:<64 hex digits>");
        await using var file = File.OpenRead(path);
        var actual = await Digest.ComputeAsync(file, ct);
        if (actual != expected) throw new FormatException($"digest mismatch {actual}: {expected} was expected");
    }

    /// <summary>Fetches one commit of a git repository into a directory.</summary>
    /// <returns>Where it is in there.</returns>
    /// <exception cref="FormatException">It cannot be fetched.</exception>
    public static async Task<string> CloneAsync(GitSource source, string directory, CopyFlags flags, CancellationToken ct)
    {
        if (flags.KeepGitDirectory is { } keeps && source.KeepGitDirectory is { } kept && keeps != kept) throw new FormatException("inconsistent keep-git-dir configuration");
        if (flags.Checksum is { } given && source.Commit is { } said && given != said) throw new FormatException($"checksum mismatch \"{given}\" != \"{said}\"");
        var checkout = new GitCheckout(source, flags.KeepGitDirectory ?? source.KeepGitDirectory ?? false);
        var commit = await checkout.FetchAsync(Path.Combine(directory, "repository"), ct);
        if ((flags.Checksum ?? source.Commit) is { } wanted && !commit.StartsWith(wanted, StringComparison.Ordinal)) throw new FormatException($"expected checksum to match {wanted}, got {commit}");
        return source.Directory is null ? "repository" : $"repository/{source.Directory}";
    }

    [GeneratedRegex(@"\.git(?:\?[^#]*)?(?:#.*)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex GitPath();

    [GeneratedRegex(@"\A[0-9a-f]{7,64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex GitCommit();
}
