using System.Security.Cryptography;
using Paas.Build.Dockerfiles.Running;
using Paas.Linux;

namespace Paas.Build.Dockerfiles.Building;

/// <summary>
/// What steps' keys say of an app and of its secrets: whether they are still the same. Made with a random key that lies with the app's
/// cache mounts for root alone: a short secret could be guessed from its plain hash, and an app that is destroyed takes its key along, so
/// that the next one of its name gets none of its steps. Where a key is lost, steps are done again. Thread-safe.
/// </summary>
internal sealed class AppMarks(string directory, string app)
{
    private const int KeyBytes = 32;

    // Of two builds that begin at one time both must have the key that is then kept.
    private static readonly Lock Making = new();

    private readonly Lazy<byte[]> _key = new(() => ReadOrMake(CacheMountUpkeep.KeyPathOf(directory, app)));

    /// <summary>The app's own mark.</summary>
    public string App => Of([]);

    /// <summary>The mark of a secret: the same for the same content, and only in this app.</summary>
    public string Of(byte[] secret) => Convert.ToHexStringLower(HMACSHA256.HashData(_key.Value, secret));

    private static byte[] ReadOrMake(string path)
    {
        lock (Making)
        {
            // A power cut may have left it empty.
            if (File.Exists(path) && File.ReadAllBytes(path) is { Length: KeyBytes } kept) return kept;
            var key = RandomNumberGenerator.GetBytes(KeyBytes);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            Files.WriteAtomically(path, key, durable: false);
            return key;
        }
    }
}
