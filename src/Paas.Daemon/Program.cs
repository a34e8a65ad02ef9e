using Paas.Contracts.Errors;
using Paas.Daemon;
using Paas.Daemon.Commands;
using Paas.Daemon.Hosting;
using Paas.Daemon.Ssh;

try
{
    if (args is ["--help" or "-h" or "help"]) return Say(Help.Text);
    if (args is ["--version" or "version"]) return Say(DaemonVersion.Text);
    var options = DaemonOptions.Parse(args, Environment.GetEnvironmentVariable, out var words);
    return words switch
    {
        [] => await DaemonHost.RunAsync(options),
        ["token", "create", var name] => await TokenCreate.RunAsync(options, name),
        ["stack", "build"] => await StackBuild.RunAsync(options),
        ["ssh", "config"] => Say(SshServerConfig.ForSystem(options)),
        ["dockerfile", "tree", var file] => DockerfileTree.Tree(file),
        ["dockerfile", "expand", ..] when words.Count > 2 => DockerfileTree.Expand(words[2], words.Skip(3)),
        ["teardown"] => await Teardown.RunAsync(options),
        _ => throw new PaasException(ErrorCode.InvalidRequest, $"paasd has no command '{string.Join(' ', words)}'", "See: paasd help"),
    };
}
catch (PaasException error)
{
    Console.Error.WriteLine($" !     {error.Message}");
    if (error.Hint is { } hint) Console.Error.WriteLine($" !     {hint}");
    return error.Code == ErrorCode.InvalidRequest ? ErrorCodes.ExitUsage : ErrorCodes.ExitFailure;
}

static int Say(string text)
{
    Console.WriteLine(text);
    return 0;
}
