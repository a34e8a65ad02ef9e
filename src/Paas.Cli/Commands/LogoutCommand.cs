using Paas.Cli.CommandLine;
using Paas.Cli.Connections;
using Paas.Cli.Git;

namespace Paas.Cli.Commands;

internal sealed class LogoutCommand : Command
{
    public override string Name => "logout";

    public override string Summary => "forget the login of a platform";

    public override string Words => "[URL]";

    public override (int Least, int Most) WordCount => (0, 1);

    public override bool OfApp => false;

    public override Task<int> RunAsync(Invocation call)
    {
        var file = HostFile.OfUser();
        var logins = file?.Read() ?? HostLogins.None;
        var platform = call.FirstWord is { } url ? PlatformUrl.Text(PlatformUrl.Parse(url)) : logins.Current;
        if (file is null || platform is null || !logins.Hosts.ContainsKey(platform))
        {
            call.Terminal.Note(platform is null ? "You are not logged in anywhere." : $"You are not logged in to {platform}.");
            return Task.FromResult(0);
        }

        file.Write(logins.Without(platform));
        CredentialHelper.Remove(platform);
        call.Terminal.Note($"Logged out of {platform}");
        return Task.FromResult(0);
    }
}
