namespace Paas.Cli.Connections;

/// <summary>A platform and how to be somebody there.</summary>
/// <param name="Url">Where its API answers, without a path; a placeholder host for the local socket.</param>
/// <param name="SocketPath">The local socket, or null.</param>
/// <param name="Token">Null where the socket itself says who we are, or where nobody logged in.</param>
internal sealed record PlatformAddress(Uri Url, string? SocketPath, string? Token)
{
    public static PlatformAddress Local(string socket) => new(new Uri("http://localhost"), socket, null);

    /// <summary>What a person would recognise it by.</summary>
    public string Display => SocketPath ?? PlatformUrl.Text(Url);
}
