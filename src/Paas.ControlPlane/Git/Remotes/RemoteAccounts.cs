using Paas.Build.Remotes;
using Paas.ControlPlane.Access.Logins;

namespace Paas.ControlPlane.Git.Remotes;

/// <summary>Who the server is at other git servers: by the app's key over SSH, by a login of <c>git:auth</c> over HTTP.</summary>
internal sealed class RemoteAccounts(SealedLogins logins, DeployKeys keys, KnownHosts hosts)
{
    /// <summary>What fetches for an app.</summary>
    internal GitRemote For(string app) => new(
        host => logins.Find(host) is { } login ? new RemoteLogin(login.UserName, login.Password) : null,
        keys.Find(app) is { } key ? new SshIdentity(key, hosts.FilePath) : null);

    /// <summary>What to do next.</summary>
    internal static string Advice(GitRemoteException error, RemoteAddress? address, string app) => (error.Failure, address?.IsHttp) switch
    {
        (GitRemoteFailure.NoGit, _) => "Install it there: apt-get install git",
        (GitRemoteFailure.BadAddress, _) => "Write it like https://example.com/team/app.git or git@example.com:team/app.git",
        (GitRemoteFailure.UnknownHost, _) => $"If you trust it: paas git:allow-host {address?.HostKey}",
        (GitRemoteFailure.Denied, true) => $"If it is private: paas git:auth {address?.HostKey} USER, with a token that may read it.",
        (GitRemoteFailure.Denied, _) => $"Give this app's key the right to read it: paas git:public-key {app} prints it; at most servers it is called a deploy key.",
        (GitRemoteFailure.NoSuchRef, _) => "See what there is: git ls-remote URL",
        (GitRemoteFailure.TooLarge, _) => "The server's administrator can raise the limit: paasd --max-source",
        _ => "Does it work from your own machine? git ls-remote URL",
    };
}
