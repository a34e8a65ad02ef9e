namespace Paas.Build.Remotes;

/// <summary>Why a repository elsewhere could not be fetched.</summary>
public enum GitRemoteFailure
{
    /// <summary>This host has no git.</summary>
    NoGit,

    /// <summary>Its address is none, or leads to this host.</summary>
    BadAddress,

    /// <summary>Nobody answers there, or not like a git server.</summary>
    Unreachable,

    /// <summary>It wants another login or key, or hides what is there from this one.</summary>
    Denied,

    /// <summary>The key of the server at its other end is not known (sshd(8), known_hosts).</summary>
    UnknownHost,

    /// <summary>The repository has no such branch, tag or commit.</summary>
    NoSuchRef,

    /// <summary>It is larger than allowed, or takes longer.</summary>
    TooLarge,

    /// <summary>Anything else git said.</summary>
    Failed,
}

/// <summary>A repository elsewhere could not be fetched.</summary>
public sealed class GitRemoteException(GitRemoteFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Why.</summary>
    public GitRemoteFailure Failure { get; } = failure;
}
