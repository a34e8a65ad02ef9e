using System.Collections.Concurrent;
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
    private readonly ConcurrentDictionary<(string App, int Number), RunningWork> _running = new();

    internal async Task<int> RunAsync(Release release, RunRequest request, ExecStreams streams, CancellationToken ct)
    {
        var command = Command(release, request.Command);
        using var running = new RunningWork(ct);
        var number = Take(release.App, running);
        try
        {
            var config = Config(release, number, command, request);
            platformLog.Write(release.App, $"{config.Name} of v{release.Version} begins");
            return (await node.RunAsync(config, new RunStreams(streams.Input, streams.Output, streams.Error, streams.Sizes), running.Canceled)).Status;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new PaasException(ErrorCode.AppNotFound, $"{release.App} was destroyed, and the command ended with it");
        }
        finally
        {
            _running.TryRemove((release.App, number), out _);
            running.Ended.SetResult();
        }
    }

    /// <summary>The app is destroyed: ends what runs of it and waits until it is gone.</summary>
    internal async Task EndAsync(string app)
    {
        var ending = _running.Where(pair => pair.Key.App == app).Select(pair => pair.Value).ToList();
        foreach (var one in ending) one.Cancel();
        await Task.WhenAll(ending.Select(one => one.Ended.Task));
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

    private int Take(string app, RunningWork running)
    {
        for (var number = 1; ; number++)
        {
            if (_running.TryAdd((app, number), running)) return number;
        }
    }
}
