using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Paas.Contracts.Errors;
using Paas.Linux;

namespace Paas.ControlPlane.Access.Logins;

/// <summary>
/// The logins at servers of one kind, in one file. Passwords are encrypted (AES-256-GCM, bound to server and user) with a key in a file of
/// its own, so that a copy of the database or of this file alone gives none away. Safe for concurrent use.
/// </summary>
internal sealed class SealedLogins
{
    private const int KeyBytes = 32;

    private readonly Lock _lock = new();
    private readonly string _keyPath;
    private readonly string _path;
    private readonly string _command;

    /// <param name="directory">The data directory; both files are readable by root alone.</param>
    /// <param name="name">Of the files, e.g. <c>registries</c>.</param>
    /// <param name="command">What makes a login anew, for messages: with {0} for the server and {1} for the user.</param>
    public SealedLogins(string directory, string name, string command)
    {
        _keyPath = Path.Combine(directory, name + ".key");
        _path = Path.Combine(directory, name + ".json");
        _command = command;
    }

    /// <summary>By server, without passwords.</summary>
    public IReadOnlyList<KnownLogin> List() =>
        [.. Read().OrderBy(login => login.Registry, StringComparer.Ordinal).Select(Known)];

    /// <summary>The login at a server; null where there is none. Unavailable where the key is gone.</summary>
    public Login? Find(string server) =>
        Read().FirstOrDefault(login => login.Registry == server) is { } login ? new Login(login.UserName, Decrypt(login)) : null;

    /// <summary>Keeps a login in place of the server's last one. Durable on return.</summary>
    public KnownLogin Set(string server, Login credential, DateTimeOffset now)
    {
        lock (_lock)
        {
            var login = Encrypt(server, credential, now);
            Write([.. Read().Where(other => other.Registry != server), login]);
            return Known(login);
        }
    }

    /// <summary>Forgets a login; false where there is none. Durable on return.</summary>
    public bool Remove(string server)
    {
        lock (_lock)
        {
            var logins = Read();
            var kept = logins.Where(login => login.Registry != server).ToList();
            if (kept.Count == logins.Count) return false;
            Write(kept);
            return true;
        }
    }

    private static KnownLogin Known(StoredLogin login) => new(login.Registry, login.UserName, login.Since);

    private List<StoredLogin> Read()
    {
        if (!File.Exists(_path)) return [];
        return JsonSerializer.Deserialize(File.ReadAllBytes(_path), SealedLoginsJsonContext.Default.ListStoredLogin) ?? [];
    }

    private void Write(List<StoredLogin> logins) =>
        Files.WriteAtomically(_path, JsonSerializer.SerializeToUtf8Bytes(logins, SealedLoginsJsonContext.Default.ListStoredLogin), durable: true);

    private StoredLogin Encrypt(string server, Login credential, DateTimeOffset now)
    {
        if (!File.Exists(_keyPath)) Files.WriteAtomically(_keyPath, RandomNumberGenerator.GetBytes(KeyBytes), durable: true);
        using var aes = new AesGcm(File.ReadAllBytes(_keyPath), AesGcm.TagByteSizes.MaxSize);
        var plain = Encoding.UTF8.GetBytes(credential.Password);
        var nonce = RandomNumberGenerator.GetBytes(AesGcm.NonceByteSizes.MaxSize);
        var cipher = new byte[plain.Length];
        var tag = new byte[AesGcm.TagByteSizes.MaxSize];
        aes.Encrypt(nonce, plain, cipher, tag, Bound(server, credential.UserName));
        CryptographicOperations.ZeroMemory(plain);
        return new StoredLogin(server, credential.UserName, now, [.. nonce, .. tag, .. cipher]);
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
                ErrorCode.Unavailable, $"the login at {login.Registry} cannot be read: {Path.GetFileName(_keyPath)} in the data directory is gone or is another one",
                "Log in again: " + string.Format(CultureInfo.InvariantCulture, _command, login.Registry, login.UserName), error);
        }
    }

    // A password moved to another entry of the file must not be sent to that one's server.
    private static byte[] Bound(string server, string userName) => Encoding.UTF8.GetBytes($"{server}\0{userName}");
}

/// <summary>A user name and a password. Prints without the password.</summary>
internal sealed record Login(string UserName, string Password)
{
    public override string ToString() => UserName;
}

/// <summary>A login without its password.</summary>
internal sealed record KnownLogin(string Server, string UserName, DateTimeOffset Since);

/// <param name="Registry">The server; the files of registries were the first, and call it so.</param>
/// <param name="UserName">As whom.</param>
/// <param name="Since">When it was made.</param>
/// <param name="Password">Nonce, tag and ciphertext.</param>
internal sealed record StoredLogin(string Registry, string UserName, DateTimeOffset Since, byte[] Password);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(List<StoredLogin>))]
internal sealed partial class SealedLoginsJsonContext : JsonSerializerContext;
