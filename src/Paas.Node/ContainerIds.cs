using System.Text.RegularExpressions;
using Paas.Contracts.Errors;

namespace Paas.Node;

/// <summary>Ids of containers: they name directories, sockets and cgroups, so they are checked before anything else happens.</summary>
internal static partial class ContainerIds
{
    /// <summary>Bytes of the longest id.</summary>
    public const int Longest = 63;

    public static bool IsValid(string id) => Pattern().IsMatch(id);

    /// <exception cref="PaasException">InvalidRequest.</exception>
    public static void Require(string id)
    {
        if (!IsValid(id)) throw new PaasException(ErrorCode.InvalidRequest, $"\"{id}\" cannot be the id of a container");
    }

    [GeneratedRegex(@"^[a-z0-9][a-z0-9._-]{0,62}\z")]
    private static partial Regex Pattern();
}
