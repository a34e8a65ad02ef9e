using System.Security.Cryptography;
using Paas.Linux;

namespace Paas.Build.Dockerfiles.Building;

/// <summary>
/// What steps' keys say of a secret: whether it is still the same. Made with a random key that is kept beside the steps for root alone,
/// because a short secret could be guessed from its plain hash. Where that key is lost, its steps are done again. Thread-safe.
/// </summary>
internal sealed class SecretMarks(string directory)
{
    private const string KeyName = "secret-key";
    private const int KeyBytes = 32;

    // Of two builds that begin at one time both must have the key that is then kept.
    private static readonly Lock Making = new();

    private readonly Lazy<byte[]> _key = new(() => ReadOrMake(directory));

    /// <summary>The mark of a content: the same for the same, and only in this cache.</summary>
    public string Of(byte[] content) => Convert.ToHexStringLower(HMACSHA256.HashData(_key.Value, content));

    private static byte[] ReadOrMake(string directory)
    {
        var path = Path.Combine(directory, KeyName);
        lock (Making)
        {
            // A power cut may have left it empty.
            if (File.Exists(path) && File.ReadAllBytes(path) is { Length: KeyBytes } kept) return kept;
            var key = RandomNumberGenerator.GetBytes(KeyBytes);
            Directory.CreateDirectory(directory);
            Files.WriteAtomically(path, key, durable: false);
            return key;
        }
    }
}
