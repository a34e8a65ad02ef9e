using Paas.Cli.CommandLine;
using Paas.Cli.Ssh;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;

namespace Paas.Cli.Commands;

/// <summary>What sshd runs as its <c>AuthorizedKeysCommand</c>, as root, with <c>%t %k</c>: prints the line of a key that may log in.</summary>
internal sealed class SshAuthorizedKeysCommand : Command
{
    public override string Name => "ssh-authorized-keys";

    public override string? Summary => null;

    public override string Words => "TYPE KEY";

    public override (int Least, int Most) WordCount => (2, 2);

    public override bool OfApp => false;

    public override async Task<int> RunAsync(Invocation call)
    {
        try
        {
            var session = await call.Client.OpenSshSessionAsync(new SshSessionRequest(call.Words[0], call.Words[1]), call.Cancelled);
            call.Terminal.Line(AuthorizedKey.Line(
                Environment.ProcessPath!, call.Client.Address.SocketPath ?? throw new UsageException("sshd asks the platform of its own machine"), session.Token, call.Words[0], call.Words[1]));
        }
        catch (PaasException error) when (error.Code is ErrorCode.NotFound or ErrorCode.InvalidRequest)
        {
            // A client offers one key after another; that one is not known is no news.
        }

        return 0;
    }
}
