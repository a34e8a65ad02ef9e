using System.Security.Cryptography;
using System.Text;
using Paas.Build.Cache;
using Paas.Build.Host;
using Paas.Images;

namespace Paas.Build;

/// <summary>
/// What an image made by buildpacks is made of, as a digest: the source, what people chose, the config vars, the buildpacks and the stack
/// of this host, the way out of it, and the platform itself. What a build fetches is not in it. docs/decisions/0034.
/// </summary>
/// <param name="options">Stack and buildpacks.</param>
/// <param name="images">Where the stack is.</param>
public sealed class BuildInputs(BuildOptions options, ImageStore images)
{
    // The bytes between two parts are in none of them, so that no two lists of parts are one text.
    private static readonly byte[] End = [0];

    /// <summary>Equal for two builds that begin from the same; null where that cannot be said, as without a stack.</summary>
    /// <param name="config">The build.</param>
    /// <param name="source">The content of its source, e.g. the digest of its tar.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<string?> DigestAsync(BuildConfig config, string source, CancellationToken ct)
    {
        if (config.Builder == BuilderKind.Dockerfile || !Directory.Exists(options.BuildpacksDirectory) || !File.Exists(options.LauncherPath)) return null;
        if (await images.FindAsync(options.BuildImage, ct) is not { } build || await images.FindAsync(options.RunImage, ct) is not { } run) return null;
        var egress = options.Egress ?? HostEgressProbe.ThisHost();
        string[] parts =
        [
            source, config.Builder.ToString(), config.Dockerfile ?? "", config.BuildDirectory ?? "",
            .. Counted(config.Buildpacks.Select(buildpack => buildpack.Name)), .. Counted(Pairs(config.Env)),
            options.StackId, build.Digest.ToString(), run.Digest.ToString(),
            TreeFingerprint.Of(options.BuildpacksDirectory).Fingerprint, Described(options.LauncherPath),
            egress.CaBundle is { } bundle ? Described(bundle) : "", .. Counted(Pairs(egress.Env)),
            typeof(BuildInputs).Assembly.ManifestModule.ModuleVersionId.ToString(),
        ];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in parts)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(part));
            hash.AppendData(End);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static IEnumerable<string> Pairs(IReadOnlyDictionary<string, string> values) =>
        values.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}");

    private static IEnumerable<string> Counted(IEnumerable<string> values)
    {
        var all = values.ToList();
        return all.Prepend($"{all.Count}");
    }

    private static string Described(string path)
    {
        var file = new FileInfo(path);
        return $"{path} {file.Length} {file.LastWriteTimeUtc.Ticks}";
    }
}
