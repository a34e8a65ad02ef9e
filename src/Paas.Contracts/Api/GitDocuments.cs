namespace Paas.Contracts.Api;

/// <summary>An app's repository and what pushes to it do: <c>GET /v1/apps/{app}/git</c>.</summary>
/// <param name="Url">The remote over HTTP.</param>
/// <param name="SshUrl">The remote over SSH; null where the platform runs no sshd.</param>
/// <param name="DeployBranch">The branch that deploys; null until the first push adopts one.</param>
/// <param name="RevEnvVar">The variable that tells the app its commit; null sets none.</param>
/// <param name="Branches">Branches by name, and their commits.</param>
/// <param name="DeployedCommit">The commit of the live release; null where it came without one.</param>
public sealed record GitDocument(
    string Url, string? SshUrl, string? DeployBranch, string? RevEnvVar, IReadOnlyDictionary<string, string> Branches, string? DeployedCommit);

/// <summary><c>PATCH /v1/apps/{app}/git</c>. Null leaves a property as it is; an empty text takes it away.</summary>
/// <param name="DeployBranch">Empty: the next push adopts its branch.</param>
/// <param name="RevEnvVar">Empty: the app is not told.</param>
public sealed record GitChange(string? DeployBranch = null, string? RevEnvVar = null);

/// <summary>What a commit changed: <c>GET /v1/apps/{app}/builds/{number}/changes</c>.</summary>
/// <param name="Base">The commit that it is compared with: that of the build before, else its parent; null compares with nothing.</param>
/// <param name="Total">How many files.</param>
/// <param name="Files">The first of them by path.</param>
public sealed record BuildChangesDocument(string? Base, int Total, IReadOnlyList<ChangedFile> Files);

/// <summary>A file that a commit changed.</summary>
/// <param name="Path">Within the source.</param>
/// <param name="Change">What became of it.</param>
/// <param name="From">What it was called before, where it was renamed.</param>
public sealed record ChangedFile(string Path, FileChange Change, string? From = null);

/// <summary>A source in an archive: <c>POST /v1/apps/{app}/archive?type=&amp;url=</c>.</summary>
/// <param name="Type"><c>tar</c>, <c>tar.gz</c> or <c>zip</c>; null finds out.</param>
/// <param name="Url">Where the platform fetches it; null is the request's body.</param>
public sealed record ArchiveSource(string? Type = null, string? Url = null);

/// <summary>A commit of the app's repository to build and deploy: <c>POST /v1/apps/{app}/git/builds</c>.</summary>
/// <param name="Commit">Its whole id.</param>
/// <param name="Branch">The branch that it is to be on; null is none, and deploys.</param>
/// <param name="Quarantine">Of a push that goes on: the name of the directory that git keeps its objects in (git-receive-pack(1)).</param>
public sealed record CommitBuildRequest(string Commit, string? Branch = null, string? Quarantine = null);

/// <summary>When a synchronisation builds.</summary>
public enum SyncBuild
{
    /// <summary>Never: the branch moves, and that is all.</summary>
    Never,

    /// <summary>Where the branch has moved.</summary>
    IfChanged,

    /// <summary>Always.</summary>
    Always,
}

/// <summary>Another git server's branch, tag or commit for the app's deploy branch: <c>POST /v1/apps/{app}/git/sync</c>. Prints without the address, which may have a login.</summary>
/// <param name="Url">The repository.</param>
/// <param name="Ref">Null is its HEAD.</param>
/// <param name="Build">When to build.</param>
public sealed record GitSyncRequest(string Url, string? Ref = null, SyncBuild Build = SyncBuild.Never)
{
    public override string ToString() => $"{nameof(GitSyncRequest)} {Ref} {Build}";
}

/// <summary>The public key that shows the server for an app at other git servers: <c>GET /v1/apps/{app}/git/key</c>, <c>POST</c> for a new one.</summary>
/// <param name="PublicKey">One line, as in an authorized_keys file.</param>
public sealed record DeployKeyDocument(string PublicKey);

/// <summary><c>PUT /v1/git/logins/{host}</c>. Prints without the password.</summary>
/// <param name="UserName">Whom the git server knows.</param>
/// <param name="Password">Password or access token.</param>
public sealed record GitLoginRequest(string UserName, string Password)
{
    public override string ToString() => $"{nameof(GitLoginRequest)} {UserName}";
}

/// <summary>A git server that the platform has a login at; its password is never shown.</summary>
/// <param name="Host">With its port where it is not the usual one.</param>
/// <param name="UserName">As whom.</param>
/// <param name="Since">When the login was made.</param>
public sealed record GitLoginDocument(string Host, string UserName, DateTimeOffset Since);

/// <summary>An SSH server whose keys are trusted: <c>PUT /v1/git/hosts/{host}</c>.</summary>
/// <param name="Host">With its port where it is not 22.</param>
/// <param name="Keys">What it showed.</param>
public sealed record KnownHostDocument(string Host, IReadOnlyList<HostKeyDocument> Keys);

/// <summary>A server's public key.</summary>
/// <param name="Type">The algorithm.</param>
/// <param name="Fingerprint"><c>SHA256:…</c>, as <c>ssh-keygen -l</c> prints it.</param>
public sealed record HostKeyDocument(string Type, string Fingerprint);
