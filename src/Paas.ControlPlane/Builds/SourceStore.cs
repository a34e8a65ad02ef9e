using Paas.Build.Sources;
using Paas.Contracts.Errors;
using Paas.Images;
using Paas.Oci;

namespace Paas.ControlPlane.Builds;

/// <summary>
/// Source trees as tars named by their content, so that a build can be done again and a repeated push takes no space. A content
/// store of its own, because sources go with their builds and images with their releases.
/// </summary>
internal sealed class SourceStore(ControlPlaneOptions options)
{
    private const string MediaType = "application/x-tar";

    private readonly ContentStore _content = new(options.SourcesDirectory);

    internal string PathOf(Digest tree) => _content.PathOf(tree);

    internal bool Contains(Digest tree) => _content.Contains(tree);

    /// <summary>Makes one young again, so that it stays until a build names it. False where it is not here.</summary>
    internal bool Touch(Digest tree)
    {
        try
        {
            File.SetLastWriteTimeUtc(PathOf(tree), DateTime.UtcNow);
            return true;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }

    /// <summary>Keeps what is left in the stream; durable on return. InvalidRequest for an empty one, TooLarge for one over the limit; nothing is kept then.</summary>
    internal async Task<Digest> AddAsync(Stream tar, CancellationToken ct)
    {
        await using var limited = new LimitedStream(tar, options.MaxSourceBytes, () => new PaasException(
            ErrorCode.TooLarge,
            $"the source is over the limit of {options.MaxSourceBytes >> 20} MiB",
            "Leave out what the build does not need (git rm --cached, .gitignore), or fetch it in the build. The server's administrator can raise the limit: paasd --max-source"));
        var descriptor = await _content.WriteAsync(limited, MediaType, null, ct);
        return descriptor.Size > 0 ? descriptor.Digest : throw new PaasException(ErrorCode.InvalidRequest, "the source is empty: a tar stream was expected");
    }

    /// <summary>Removes the trees that no build needs.</summary>
    /// <param name="needed">Digests to keep.</param>
    /// <param name="before">Only those written before this time: a newer one may belong to a build that is just being recorded.</param>
    internal void Prune(IReadOnlySet<string> needed, DateTime before)
    {
        var directory = Path.GetDirectoryName(_content.PathOf(Digest.Compute([])))!;
        if (!Directory.Exists(directory)) return;
        foreach (var blob in Directory.EnumerateFiles(directory))
        {
            if (!needed.Contains($"{Digest.Sha256}:{Path.GetFileName(blob)}") && File.GetLastWriteTimeUtc(blob) < before) File.Delete(blob);
        }
    }
}
