namespace Paas.Contracts.Api;

/// <summary>A key that may log in over SSH: rows of <c>GET /v1/ssh-keys</c>.</summary>
/// <param name="Name">What a person calls it.</param>
/// <param name="Fingerprint"><c>SHA256:…</c>, as <c>ssh-keygen -l</c> prints it.</param>
/// <param name="Type">The algorithm, e.g. <c>ssh-ed25519</c>.</param>
/// <param name="User">Whose rights its sessions have: <c>root</c>, or the name of a token.</param>
/// <param name="CreatedAt">UTC.</param>
public sealed record SshKeyDocument(string Name, string Fingerprint, string Type, string User, DateTimeOffset CreatedAt);

/// <summary><c>POST /v1/ssh-keys</c>.</summary>
/// <param name="Name">Free to choose, once.</param>
/// <param name="Key">A line of a <c>.pub</c> file.</param>
/// <param name="User">Null is the caller; only <c>root</c> may name somebody else.</param>
public sealed record AddSshKeyRequest(string Name, string Key, string? User = null);

/// <summary><c>POST /v1/ssh-sessions</c>: sshd asks about a key that a client offers (sshd_config(5), <c>AuthorizedKeysCommand</c>).</summary>
/// <param name="Type">The algorithm (<c>%t</c>).</param>
/// <param name="Key">The key in base64 (<c>%k</c>).</param>
public sealed record SshSessionRequest(string Type, string Key);

/// <summary>A key that may log in, and what its session says of itself to paasd.</summary>
/// <param name="Name">The key's name.</param>
/// <param name="Token">Good for a connection's life, and only as long as the key and its user are.</param>
public sealed record SshSessionDocument(string Name, string Token);

/// <summary>A conversation with git: <c>GET /v1/apps/{app}/git/{service}</c>, a WebSocket; the service is <c>git-receive-pack</c>, <c>git-upload-pack</c> or <c>git-upload-archive</c>.</summary>
/// <param name="Protocol">The client's <c>GIT_PROTOCOL</c>, or null.</param>
public sealed record GitSessionRequest(string? Protocol = null);
