using Paas.Cli.Connections;
using Paas.Contracts.Api;

namespace Paas.Cli.Git;

/// <summary>The git remote of an app, as this user reaches it.</summary>
internal static class GitAddress
{
    /// <summary>Under the address the user logged in with, since that one is known to work from here; else as the platform says.</summary>
    public static string Of(AppDocument app, PlatformAddress address) =>
        address.SocketPath is null ? $"{PlatformUrl.Text(address.Url)}/{app.Name}.git" : app.GitUrl;
}
