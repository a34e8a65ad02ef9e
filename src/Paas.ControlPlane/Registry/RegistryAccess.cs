using Paas.ControlPlane.Access;

namespace Paas.ControlPlane.Registry;

/// <summary>What somebody may do with a repository: what they may do with the app whose it is.</summary>
public sealed class RegistryAccess(AccessRules rules)
{
    public const string Pull = "pull";
    public const string Push = "push";
    public const string Delete = "delete";

    /// <summary>Every action.</summary>
    public const string All = "*";

    private static readonly string[] Actions = [Pull, Push, Delete];

    /// <summary>Whether somebody may do that with the repository now.</summary>
    public bool Can(Subject subject, string repository, string action) =>
        rules.Can(subject, action == Pull ? AccessAction.See : AccessAction.Deploy, RepositoryName.AppOf(repository));

    /// <summary>Of what a token is asked for, what somebody may (Docker's "Token Scope": a server leaves the rest out).</summary>
    public RegistryGrant Narrow(Subject subject, RegistryGrant wanted) => wanted with
    {
        Actions = [.. (wanted.Actions.Contains(All) ? Actions : wanted.Actions.Where(Actions.Contains)).Where(action => Can(subject, wanted.Repository, action))],
    };
}
