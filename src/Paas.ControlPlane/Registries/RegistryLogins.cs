using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.Images.Remote;
using Paas.Linux;

namespace Paas.ControlPlane.Registries;

/// <summary>
/// The logins at registries, in one file. Passwords are encrypted (AES-256-GCM, bound to registry and user) with a key in a file of
/// its own, so that a copy of the database or of this file alone gives none away. Safe for concurrent use.
/// </summary>
internal sealed class RegistryLogins
{
    private const int KeyBytes = 32;
    private const string KeyName = "registries.key";
    private const string FileName = "registries.json";

    private readonly Lock _lock = new();
    private readonly string _keyPath;
    private readonly string _path;

    /// <param name="directory">The data directory; both files are readable by root alone.</param>
    public RegistryLogins(string directory)
    {
        _keyPath = Path.Combine(directory, KeyName);
        _path = Path.Combine(directory, FileName);
    }

    /// <summary>Registries by name.</summary>
    public IReadOnlyList<RegistryDocument> List() =>
        [.. Read().OrderBy(login => login.Registry, StringComparer.Ordinal).Select(Document)];

    /// <summary>The login at a registry; null where there is none. Unavailable where the key is gone.</summary>
    public RegistryCredential? Find(string registry) =>
        Read().FirstOrDefault(login => login.Registry == registry) is { } login ? new RegistryCredential(login.UserName, Decrypt(login)) : null;

    /// <summary>Keeps a login in place of the registry's last one. Durable on return.</summary>
    public RegistryDocument Set(string registry, RegistryCredential credential, DateTimeOffset now)
    {
        lock (_lock)
        {
            var login = Encrypt(registry, credential, now);
            Write([.. Read().Where(other => other.Registry != registry), login]);
            return Document(login);
        }
    }

    /// <summary>Forgets a login; false where there is none. Durable on return.</summary>
    public bool Remove(string registry)
    {
        lock (_lock)
        {
            var logins = Read();
            var kept = logins.Where(login => login.Registry != registry).ToList();
            if (kept.Count == logins.Count) return false;
            Write(kept);
            return true;
        }
    }

    private static RegistryDocument Document(StoredLogin login) => new(login.Registry, login.UserName, login.Since);

    private List<StoredLogin> Read()
    {
        if (!File.Exists(_path)) return [];
        return JsonSerializer.Deserialize(File.ReadAllBytes(_path), RegistryLoginsJsonContext.Default.ListStoredLogin) ?? [];
    }

    private void Write(List<StoredLogin> logins) =>
        Files.WriteAtomically(_path, JsonSerializer.SerializeToUtf8Bytes(logins, RegistryLoginsJsonContext.Default.ListStoredLogin), durable: true);

    private StoredLogin Encrypt(string registry, RegistryCredential credential, DateTimeOffset now)
    {
        if (!File.Exists(_keyPath)) Files.WriteAtomically(_keyPath, RandomNumberGenerator.GetBytes(KeyBytes), durable: true);
        using var aes = new AesGcm(File.ReadAllBytes(_keyPath), AesGcm.TagByteSizes.MaxSize);
        var plain = Encoding.UTF8.GetBytes(credential.Password);
        var nonce = RandomNumberGenerator.GetBytes(AesGcm.NonceByteSizes.MaxSize);
        var cipher = new byte[plain.Length];
        var tag = new byte[AesGcm.TagByteSizes.MaxSize];
        aes.Encrypt(nonce, plain, cipher, tag, Bound(registry, credential.UserName));
        CryptographicOperations.ZeroMemory(plain);
        return new StoredLogin(registry, credential.UserName, now, [.. nonce, .. tag, .. cipher]);
    }

    private string Decrypt(StoredLogin login)
    {
        var nonce = AesGcm.NonceByteSizes.MaxSize;
        var tag = AesGcm.TagByteSizes.MaxSize;
        try
        {
            using var aes = new AesGcm(File.ReadAllBytes(_keyPath), tag);
            var sealedPassword = login.Password.AsSpan();
            var plain = new byte[sealedPassword.Length - nonce - tag];
            aes.Decrypt(sealedPassword[..nonce], sealedPassword[(nonce + tag)..], sealedPassword.Slice(nonce, tag), plain, Bound(login.Registry, login.UserName));
            return Encoding.UTF8.GetString(plain);
        }
        catch (Exception error) when (error is CryptographicException or IOException or OverflowException or ArgumentException)
        {
            throw new PaasException(
                ErrorCode.Unavailable, $"the login at {login.Registry} cannot be read: {KeyName} in the data directory is gone or is another one",
                $"Log in again: paas registry:login {login.Registry} -u {login.UserName}", error);
        }
    }

    // A password moved to another entry of the file must not be sent to that one's registry.
    private static byte[] Bound(string registry, string userName) => Encoding.UTF8.GetBytes($"{registry}\0{userName}");
}

/// <param name="Registry">Its name.</param>
/// <param name="UserName">As whom.</param>
/// <param name="Since">When it was made.</param>
/// <param name="Password">Nonce, tag and ciphertext.</param>
internal sealed record StoredLogin(string Registry, string UserName, DateTimeOffset Since, byte[] Password);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(List<StoredLogin>))]
internal sealed partial class RegistryLoginsJsonContext : JsonSerializerContext;
