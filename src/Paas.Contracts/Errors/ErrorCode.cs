namespace Paas.Contracts.Errors;

/// <summary>The kinds of failure that cross the API. The wire form is the kebab-case name, e.g. <c>app-not-found</c>.</summary>
public enum ErrorCode
{
    /// <summary>A bug or an unexpected state of the host. HTTP 500, exit 1.</summary>
    Internal,

    /// <summary>The request is malformed or breaks a rule. HTTP 400, exit 1.</summary>
    InvalidRequest,

    /// <summary>No token, or a wrong one. HTTP 401, exit 1.</summary>
    Unauthenticated,

    /// <summary>The token does not carry this right. HTTP 403, exit 1.</summary>
    Forbidden,

    /// <summary>There is no app of that name. HTTP 404, exit 20.</summary>
    AppNotFound,

    /// <summary>Something other than the app does not exist: a release, a build, a process type. HTTP 404, exit 1.</summary>
    NotFound,

    /// <summary>The name is taken, or the state does not allow this now. HTTP 409, exit 1.</summary>
    Conflict,

    /// <summary>The body is over a limit. HTTP 413, exit 1.</summary>
    TooLarge,

    /// <summary>A build ended without an image. HTTP 422, exit 1.</summary>
    BuildFailed,

    /// <summary>A release did not become healthy; the old one keeps serving. HTTP 422, exit 1.</summary>
    DeploymentFailed,

    /// <summary>The disk has no room beside what is kept free for the apps. HTTP 507, exit 1.</summary>
    InsufficientStorage,

    /// <summary>The part that would answer is not running. HTTP 503, exit 1.</summary>
    Unavailable,
}
