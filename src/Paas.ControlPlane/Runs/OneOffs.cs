using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Domain;
using Paas.ControlPlane.Logs;
using Paas.ControlPlane.Reconcile;
using Paas.Node;

namespace Paas.ControlPlane.Runs;

/// <summary>One-off containers of a release: <c>paas run</c>. They live as long as their caller listens.</summary>
internal sealed class OneOffs(InstanceConfigs configs, INode node, PlatformLog platformLog)
{
    private readonly Lock _lock = new();
    private readonly HashSet<(string App, int Number)> _taken = [];

    internal async Task<int> RunAsync(Release release, RunRequest request, ExecStreams streams, CancellationToken ct)
    {
        var command = Command(release, request.Command);
        var number = Take(release.App);
        try
        {
            var config = Config(release, number, command, request);
            platformLog.Write(release.App, $"{config.Name} of v{release.Version} begins");
            return (await node.RunAsync(config, new RunStreams(streams.Input, streams.Output, streams.Error, streams.Sizes), ct)).Status;
        }
        finally
        {
            Release(release.App, number);
        }
    }

    private ContainerConfig Config(Release release, int number, IReadOnlyList<string> command, RunRequest request)
    {
        var name = $"run.{number}";
        var config = configs.Container(InstanceConfigs.NewContainerId(release.App, "run", number), name, release, command);
        var env = new Dictionary<string, string>(config.Env);
        if (request.Terminal is not null) env["TERM"] = request.TerminalType ?? "xterm";
        if (request.Env is { Count: > 0 } more)
        {
            foreach (var (key, value) in ConfigVars.Apply(release.Config, more.ToDictionary(pair => pair.Key, pair => (string?)pair.Value))) env[key] = value;
        }

        return config with { Env = env, Terminal = request.Terminal, ProcessType = request.Command is [var only] ? InstanceConfigs.TypeOf(release, only) : null };
    }

    // One word names a process type or is a line for the shell; several are a command and its arguments.
    private static IReadOnlyList<string> Command(Release release, IReadOnlyList<string>? command) => command switch
    {
        null or [] => throw new PaasException(ErrorCode.InvalidRequest, "no command was given", "For example: paas run -- node --version"),
        [var only] => InstanceConfigs.Command(release, release.Processes.GetValueOrDefault(only) ?? only),
        _ => command,
    };

    private int Take(string app)
    {
        lock (_lock)
        {
            for (var number = 1; ; number++)
            {
                if (_taken.Add((app, number))) return number;
            }
        }
    }

    private void Release(string app, int number)
    {
        lock (_lock) _taken.Remove((app, number));
    }
}
