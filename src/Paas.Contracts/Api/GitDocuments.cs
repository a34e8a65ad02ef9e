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
