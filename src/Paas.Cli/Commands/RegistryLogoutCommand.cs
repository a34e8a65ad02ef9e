using Paas.Cli.CommandLine;

namespace Paas.Cli.Commands;

internal sealed class RegistryLogoutCommand : Command
{
    public override string Name => "registry:logout";

    public override string Summary => "forget the login at an image registry";

    public override string Words => "[REGISTRY]";

    public override (int Least, int Most) WordCount => (0, 1);

    public override bool OfApp => false;

    public override async Task<int> RunAsync(Invocation call)
    {
        var registry = call.FirstWord ?? "docker.io";
        await call.Client.LogOutOfRegistryAsync(registry, call.Cancelled);
        call.Terminal.Note($"Logged out of {registry}");
        return 0;
    }
}
