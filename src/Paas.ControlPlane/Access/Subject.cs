using Paas.Contracts.Api;

namespace Paas.ControlPlane.Access;

/// <summary>Who asks for something.</summary>
/// <param name="Name">The name of the token they came with; of the person, where they came with a key; or <c>root</c>.</param>
/// <param name="User">The person whose token it is; <c>root</c> for the local administrator and its tokens.</param>
/// <param name="IsAdministrator">True where the person may do everything on the platform.</param>
/// <param name="Scope">The most that the token may, whatever the person may.</param>
/// <param name="App">The only app the token is good for; null is every one.</param>
public sealed record Subject(string Name, string User, bool IsAdministrator, AccessRole Scope = AccessRole.Admin, string? App = null)
{
    /// <summary>The name of the local administrator, which nobody else can have.</summary>
    public const string RootName = "root";

    /// <summary>The local administrator.</summary>
    public static Subject Root { get; } = new(RootName, RootName, IsAdministrator: true);
}
