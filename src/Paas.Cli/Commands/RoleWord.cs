using Paas.Cli.CommandLine;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

/// <summary>Roles as people write them.</summary>
internal static class RoleWord
{
    public static string Of(AccessRole role) => role.ToString().ToLowerInvariant();

    /// <summary>A usage error for what is no role.</summary>
    public static AccessRole Parse(string option, string text) => text switch
    {
        "read" or "view" => AccessRole.Read,
        "deploy" => AccessRole.Deploy,
        "admin" => AccessRole.Admin,
        _ => throw new UsageException($"{option} takes read, deploy or admin, not {text}"),
    };
}
