using Paas.Cli.CommandLine;
using Paas.Cli.Connections;
using Paas.Cli.Output;
using Paas.Cli.Ssh;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;

namespace Paas.Cli.Commands;

/// <summary>
/// The forced command of every key: what the client asked for is in <c>SSH_ORIGINAL_COMMAND</c> (sshd_config(5), <c>ForceCommand</c>).
/// git's services go through to paasd; anything else is a command of this program, the app as its first word or after <c>-a</c>.
/// </summary>
internal sealed class SshSessionCommand : Command
{
    // These are about files, logins or checkouts of the machine they run on, and that is the server.
    private static readonly HashSet<string> Local =
    [
        "login", "logout", "login:token", "git:remote", "git-credential", "hook", "ssh-session", "ssh-authorized-keys", "open", "build", "deploy",
        "images:import", "images:export",
    ];

    public override string Name => "ssh-session";

    public override string? Summary => null;

    public override bool OfApp => false;

    public override async Task<int> RunAsync(Invocation call)
    {
        if (SshSession.Token is null) throw new UsageException("sshd runs this, for a key that may log in");
        var words = ShellWords.Split(Environment.GetEnvironmentVariable("SSH_ORIGINAL_COMMAND") ?? "");
        if (words is ["paas", ..]) words.RemoveAt(0);
        if (GitRequest.Of(words) is { } git) return await RunGitAsync(call, git);
        if (words.Count == 0) words = ["help"];
        if (words is ["--help" or "-h", ..]) words[0] = "help";
        return await RunCommandAsync(call, words);
    }

    private static async Task<int> RunGitAsync(Invocation call, GitRequest git)
    {
        await RequireAppAsync(call, git.App);
        await using var input = StandardInput.Open();
        await using var output = new OutputStream(call.Terminal, toErrors: false);
        await using var errors = new OutputStream(call.Terminal, toErrors: true);
        var request = new GitSessionRequest(Environment.GetEnvironmentVariable("GIT_PROTOCOL"));
        return await call.Client.RunGitAsync(git.App, git.Service, request, new ExecStreams(input, output, errors), call.Cancelled);
    }

    // A refusal of the conversation itself would have no words.
    private static async Task RequireAppAsync(Invocation call, string app)
    {
        try
        {
            await call.Client.GetAppAsync(app, call.Cancelled);
        }
        catch (PaasException error) when (error.Code is ErrorCode.AppNotFound or ErrorCode.InvalidRequest)
        {
            throw new PaasException(ErrorCode.AppNotFound, $"App {app} does not exist", $"Create it: paas create {app}   or over SSH: create {app}", error);
        }
    }

    private static async Task<int> RunCommandAsync(Invocation call, List<string> words)
    {
        var command = CommandTable.Get(words[0]);
        if (Local.Contains(command.Name)) throw new UsageException($"{command.Name} works on your own machine, not over SSH", "Install paas there, and log in: paas login");
        var arguments = words.Skip(1).ToList();
        // There is no checkout here that could name the app, so the first word does.
        if (arguments is [var first, ..] && !first.StartsWith('-') && AppWord.MayLead(command)) arguments = ["-a", .. arguments];
        var line = LineParser.Parse(command, arguments);
        if (line.Has(Option.Help))
        {
            call.Terminal.Text(HelpPage.Of(command, call.Terminal.Style));
            return 0;
        }

        if (line.Has(Option.Host)) throw new UsageException("over SSH the platform is the one you are on");
        using var asked = new Invocation(line, call.Terminal, call.Cancelled);
        return await command.RunAsync(asked);
    }
}
