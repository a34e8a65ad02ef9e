namespace Paas.Contracts.Api;

/// <summary>Stacks, the images that apps are built in and run on: in process, and over HTTP, as <see cref="IPlatform"/>.</summary>
public interface IStacks
{
    /// <summary>The stacks, and which apps are on them. <c>GET /v1/stacks</c></summary>
    Task<StacksDocument> ListStacksAsync(CancellationToken ct);

    /// <summary>
    /// Builds a stack from Debian's packages; the last event has the result. Without <paramref name="update"/> it returns at once where
    /// the stack is there. A caller that goes away ends it, and nothing has changed. NotFound for a stack there cannot be, Unavailable where it cannot
    /// be built, InsufficientStorage where the disk is too full. <c>POST /v1/stacks/{stack}/build?update=</c>
    /// </summary>
    /// <param name="stack">Its name, e.g. <c>bookworm</c>.</param>
    /// <param name="update">Builds it anew with the versions that packages have today.</param>
    /// <param name="ct">Ends it.</param>
    IAsyncEnumerable<StackEvent> BuildStackAsync(string stack, bool update, CancellationToken ct);

    /// <summary>
    /// Puts the layers of the app's live image upon the newest base and makes a release of that; the last event has the result. A caller that
    /// goes away does not stop a deployment that has begun. Conflict where the app has no release or its image cannot be rebased,
    /// DeploymentFailed where the release does not become healthy (what was live goes on). <c>POST /v1/apps/{app}/rebase</c>
    /// </summary>
    IAsyncEnumerable<RebaseEvent> RebaseAsync(string app, CancellationToken ct);
}

/// <summary><c>GET /v1/stacks</c>.</summary>
/// <param name="Stacks">By name.</param>
/// <param name="Others">Apps with a release that is on no stack.</param>
public sealed record StacksDocument(IReadOnlyList<StackDocument> Stacks, IReadOnlyList<StacklessAppDocument> Others);

/// <summary>A stack.</summary>
/// <param name="Name">E.g. <c>bookworm</c>.</param>
/// <param name="RunDigest">Of the image that apps run on.</param>
/// <param name="BuildDigest">Of the image that apps are built in; null where it is missing.</param>
/// <param name="SizeBytes">Of both, as stored.</param>
/// <param name="Packages">How many Debian packages the run image has.</param>
/// <param name="BuiltAt">UTC: when this version came to be here.</param>
/// <param name="Apps">Whose live release is on it, by name.</param>
public sealed record StackDocument(
    string Name, string RunDigest, string? BuildDigest, long SizeBytes, int Packages, DateTimeOffset? BuiltAt, IReadOnlyList<StackAppDocument> Apps);

/// <summary>An app on a stack.</summary>
/// <param name="App">Its name.</param>
/// <param name="Release">The live release.</param>
/// <param name="Behind">True where the stack has been updated since: <c>paas rebase</c>.</param>
/// <param name="BaseDigest">The run image below it, where the image says so.</param>
public sealed record StackAppDocument(string App, int Release, bool Behind, string? BaseDigest);

/// <summary>An app that is on no stack.</summary>
/// <param name="App">Its name.</param>
/// <param name="Reason">Why, as the end of a sentence: <c>its image …</c>.</param>
public sealed record StacklessAppDocument(string App, string Reason);

/// <summary>One event of a stack's build, as NDJSON. Exactly one carries <see cref="Result"/> and it is the last.</summary>
/// <param name="Line">A line of progress.</param>
/// <param name="Result">What has become of it.</param>
public sealed record StackEvent(string? Line, StackResultDocument? Result = null);

/// <summary>A stack that was built.</summary>
/// <param name="Name">Its name.</param>
/// <param name="RunDigest">Of the run image now.</param>
/// <param name="BuildDigest">Of the build image now.</param>
/// <param name="Changed">True where it is not what it was.</param>
/// <param name="Packages">Those that changed since the stack before, by name; empty where there was none.</param>
/// <param name="Behind">Apps whose live release is on an older version of it.</param>
public sealed record StackResultDocument(
    string Name, string RunDigest, string BuildDigest, bool Changed, IReadOnlyList<PackageChangeDocument> Packages, IReadOnlyList<string> Behind);

/// <summary>A package of a stack that changed.</summary>
/// <param name="Name">Debian's name of it.</param>
/// <param name="From">Null where it is new.</param>
/// <param name="To">Null where it is gone.</param>
/// <param name="Run">True where the run image has, or had, it: it concerns apps as they run.</param>
public sealed record PackageChangeDocument(string Name, string? From, string? To, bool Run);

/// <summary>One event of a rebase, as NDJSON. Exactly one carries <see cref="Result"/> and it is the last.</summary>
/// <param name="Line">A line of output in the shape of a push.</param>
/// <param name="Result">How it ended.</param>
public sealed record RebaseEvent(string? Line, RebaseResultDocument? Result = null);

/// <summary>An app upon the newest base.</summary>
/// <param name="App">Its name.</param>
/// <param name="Stack">The stack it is on.</param>
/// <param name="Release">The release that was made; null where it was upon the newest base already.</param>
/// <param name="ImageDigest">Its image now.</param>
public sealed record RebaseResultDocument(string App, string Stack, int? Release, string ImageDigest);
