using Paas.Cli.CommandLine;
using Paas.Cli.Output;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

internal sealed class RegistryLoginCommand : Command
{
    private static readonly Option User = new("--username", 'u', "USER", "whom the registry knows");
    private static readonly Option PasswordStdin = new("--password-stdin", null, null, "read the password from standard input");

    public override string Name => "registry:login";

    public override string Summary => "log the platform in to an image registry";

    public override string Words => "[REGISTRY]";

    public override (int Least, int Most) WordCount => (0, 1);

    public override IReadOnlyList<Option> Options => [User, PasswordStdin];

    public override bool OfApp => false;

    public override string Details => """
        REGISTRY is a host like ghcr.io; without it, Docker Hub (docker.io). The login is tried first, and kept encrypted on the
        server; images of that registry are pulled with it from then on.
        """;

    public override IReadOnlyList<string> Examples => ["paas registry:login ghcr.io -u ann --password-stdin < token"];

    public override async Task<int> RunAsync(Invocation call)
    {
        var registry = call.FirstWord ?? "docker.io";
        var user = call.Line.Value(User) ?? throw new UsageException("As which user?", $"For example: paas registry:login {registry} -u USER");
        var password = await SecretPrompt.PasswordAsync(call.Line.Has(PasswordStdin), $"Password of {user} at {registry}: ", call.Cancelled);
        if (password.Length == 0) throw new UsageException("The password is empty");
        var login = await call.Client.LogInToRegistryAsync(registry, new RegistryLoginRequest(user, password), call.Cancelled);
        call.Terminal.Note($"Logged in to {login.Registry} as {login.UserName}");
        return 0;
    }
}
