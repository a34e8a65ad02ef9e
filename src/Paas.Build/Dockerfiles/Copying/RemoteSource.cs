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
            return (await CloneAsync(source, directory, flags, ct), false);
        }

        return (await DownloadAsync(new Uri(source), directory, destination, flags, ct), true);
    }

    private static bool IsHttp(string source) =>
        source.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || source.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    private static bool IsGit(string source) =>
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
    public static async Task<string> CloneAsync(string source, string directory, CopyFlags flags, CancellationToken ct)
    {
        var (address, fragment) = source.Split('#', 2) is [var left, var right] ? (left, right) : (source, "");
        var (reference, subdirectory) = fragment.Split(':', 2) is [var name, var sub] ? (name, sub) : (fragment, "");
        var repository = Path.Combine(directory, "repository");
        try
        {
            await GitAsync(ct, "init", "-q", repository);
            using var remote = GitRemote.Anonymous();
            await remote.FetchAsync(
                new GitFetch(Path.Combine(repository, ".git"), RemoteAddress.Parse(address), reference.Length == 0 ? "HEAD" : reference) { IsShallow = true }, ct);
        }
        catch (GitRemoteException error)
        {
            throw new FormatException(error.Message, error);
        }

        await GitAsync(ct, "-C", repository, "checkout", "-q", "--detach", "FETCH_HEAD");
        if (flags.Checksum is { } wanted)
        {
            var commit = (await GitAsync(ct, "-C", repository, "rev-parse", "HEAD")).Trim();
            if (!commit.StartsWith(wanted, StringComparison.Ordinal)) throw new FormatException($"expected checksum to match {wanted}, got {commit}");
        }

        if (!flags.KeepGitDirectory) TreeRemoval.Remove(Path.Combine(repository, ".git"));
        return subdirectory.Length == 0 ? "repository" : $"repository/{subdirectory.Trim('/')}";
    }

    private static async Task<string> GitAsync(CancellationToken ct, params string[] arguments)
    {
        var result = await GitProgram.RunAsync(arguments, GitProgram.Configuration([("core.hooksPath", "/dev/null")]), ct);
        return result.ExitCode == 0 ? result.Output : throw new FormatException($"git failed: {result.Errors}");
    }

    [GeneratedRegex(@"\.git(?:#.*)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex GitPath();

    [GeneratedRegex(@"\A[0-9a-f]{7,64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex GitCommit();
}
