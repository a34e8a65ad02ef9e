using System.Runtime.CompilerServices;
using System.Threading.Channels;
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

    internal async IAsyncEnumerable<RunEvent> RunAsync(Release release, RunRequest request, [EnumeratorCancellation] CancellationToken ct)
    {
        var command = Command(release, request.Command);
        using var input = Input(request.Stdin);
        // Bounded, so that a command that prints much waits for its reader instead of filling the memory.
        var events = Channel.CreateBounded<RunEvent>(64);
        var number = Take(release.App);
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(ct);
        try
        {
            var config = Config(release, number, command, request.Env);
            platformLog.Write(release.App, $"{config.Name} of v{release.Version} begins");
            var run = RunAsync(config, input, events.Writer, gone.Token);
            await foreach (var one in events.Reader.ReadAllAsync(ct)) yield return one;
            await run;
        }
        finally
        {
            await gone.CancelAsync();
            Release(release.App, number);
        }
    }

    private ContainerConfig Config(Release release, int number, IReadOnlyList<string> command, IReadOnlyDictionary<string, string>? env)
    {
        var name = $"run.{number}";
        var config = configs.Container(InstanceConfigs.NewContainerId(release.App, "run", number), name, release, command);
        if (env is null || env.Count == 0) return config;
        var merged = ConfigVars.Apply(release.Config, env.ToDictionary(pair => pair.Key, pair => (string?)pair.Value));
        return config with { Env = config.Env.Concat(merged).GroupBy(pair => pair.Key).ToDictionary(group => group.Key, group => group.Last().Value) };
    }

    private async Task RunAsync(ContainerConfig config, MemoryStream? input, ChannelWriter<RunEvent> events, CancellationToken ct)
    {
        try
        {
            await using var output = new EventStream("stdout", events);
            await using var error = new EventStream("stderr", events);
            var status = await node.RunAsync(config, new RunStreams(input, output, error), ct);
            await events.WriteAsync(new RunEvent(null, null, ExitCode: status), ct);
        }
        catch (Exception error) when (!ct.IsCancellationRequested)
        {
            await events.WriteAsync(new RunEvent(null, null, Error: error.Message), ct);
        }
        catch (OperationCanceledException)
        {
            // Nobody listens any more.
        }
        finally
        {
            events.TryComplete();
        }
    }

    // One word names a process type or is a line for the shell; several are a command and its arguments.
    private static IReadOnlyList<string> Command(Release release, IReadOnlyList<string> command) => command switch
    {
        [] => throw new PaasException(ErrorCode.InvalidRequest, "no command was given", "For example: paas run -- node --version"),
        [var only] => InstanceConfigs.Shell(release.Processes.GetValueOrDefault(only) ?? only),
        _ => command,
    };

    private static MemoryStream? Input(string? stdin)
    {
        try
        {
            return stdin is null ? null : new MemoryStream(Convert.FromBase64String(stdin), writable: false);
        }
        catch (FormatException)
        {
            throw new PaasException(ErrorCode.InvalidRequest, "the standard input is not base64");
        }
    }

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
