using System.Net;
using System.Text;
using Paas.Contracts.Supervision;
using Paas.ControlPlane.Domain;
using Paas.ControlPlane.Reconcile;
using Paas.Logs;
using Paas.Node;

namespace Paas.ControlPlane.Health;

/// <summary>
/// Why an instance is not well, in words for its owner: how its process ended, what it printed last, where it listens and where it
/// should, and what to do next. Several lines; the first says the most.
/// </summary>
internal sealed class Diagnosis(ControlPlaneOptions options, INode node, HealthMonitor health, StartupChecks startup, TimeProvider time)
{
    // A stack trace has its message above a dozen frames.
    private const int LogLines = 25;

    private static readonly TimeSpan LogPause = TimeSpan.FromMilliseconds(60);

    internal async Task<string> ExplainAsync(Instance instance, ObservedContainer? container, DeploymentProblem problem, CancellationToken ct)
    {
        var text = new StringBuilder();
        var name = $"{instance.Name} of v{instance.Release}";
        var (refusal, refused) = (health.Refusal(instance.Container), startup.Refusal(instance.Container));
        text.AppendLine(problem switch
        {
            DeploymentProblem.Unhealthy when refusal is not null => $"{name} runs, but {refusal.Value.Check} failed {Times(refusal.Value.Verdict.Failures)}: {refusal.Value.Verdict.Problem}",
            DeploymentProblem.Unhealthy when refused is not null => $"{name} runs, but its startup check failed: {refused}",
            DeploymentProblem.Unhealthy => Unhealthy(name, instance.Port ?? options.Port),
            DeploymentProblem.NotStarted => $"{name} could not be started: {container?.State?.Error ?? "its container was not made"}",
            _ => Exited(name, container?.State),
        });
        if (problem == DeploymentProblem.Unhealthy && refusal is null) text.AppendLine(Listening(container?.State?.Pid, instance.Port));
        var lines = await LastLinesAsync(instance, ct);
        AppendLog(text, lines);
        if (Advice.For(Exit(container?.State), lines) is { } advice) text.AppendLine(advice);
        text.Append(Next(instance, problem, container?.State));
        return text.ToString();
    }

    private static string Times(int failures) => failures == 1 ? "once" : $"{failures} times in a row";

    private static string Exited(string name, SupervisorState? state) => state?.Exits is { Count: > 0 } exits
        ? $"{name} ended with {Words(exits[^1])} after {Duration(exits[^1].RanSeconds)}"
        : $"{name} ended";

    private static ProcessExit? Exit(SupervisorState? state) => state?.Exits is { Count: > 0 } exits ? exits[^1] : null;

    private static string Words(ProcessExit exit) => exit.Signal is null ? exit.Describe() : $"a signal: it was {exit.Describe()}";

    private static string Duration(double seconds) => seconds < 10 ? $"{seconds:0.0} s" : $"{seconds:0} s";

    private string Unhealthy(string name, int port) =>
        $"{name} runs, but nothing accepted a connection on port {port} within {options.CheckTimeout.TotalSeconds:0.#} s";

    private string Listening(int? pid, int? own)
    {
        var wanted = own ?? options.Port;
        var where = own is null ? $"the port that the variable PORT names: {wanted}" : $"port {wanted}, which its image exposes";
        var ports = pid is { } known ? node.ListeningPorts(known) : [];
        if (ports.Count == 0) return $"It listens on no port. It has to listen on {where}.";
        if (ports.Where(port => port.Port == wanted).ToList() is { Count: > 0 } expected && expected.All(port => IPAddress.IsLoopback(port.Address)))
        {
            return $"It listens on {Words(expected[0])} only, which nothing outside of its container can reach. It has to listen on 0.0.0.0 (all addresses).";
        }

        return $"It listens on {string.Join(", ", ports.Select(Words).Distinct())}. It has to listen on {where}.";
    }

    private static string Words(ListeningPort port) => IPAddress.IsLoopback(port.Address)
        ? new IPEndPoint(port.Address, port.Port).ToString()
        : $"port {port.Port}";

    // The log is written a moment after the process is gone: read until it stays as it is.
    private async Task<IReadOnlyList<string>> LastLinesAsync(Instance instance, CancellationToken ct)
    {
        var lines = LastLines(instance);
        for (var look = 0; look < 5; look++)
        {
            await Task.Delay(LogPause, time, ct);
            var now = LastLines(instance);
            if (now.Count > 0 && now.SequenceEqual(lines)) return now;
            lines = now;
        }

        return lines;
    }

    private List<string> LastLines(Instance instance) =>
        [.. new LogReader(Path.Combine(options.LogsDirectory, instance.App, instance.Name)).ReadLast(LogLines * 4)
            .Where(record => record.Entry.At >= instance.CreatedAt && record.Entry.Stream != LogStream.System)
            .TakeLast(LogLines)
            .Select(record => record.Entry.Text)];

    private static void AppendLog(StringBuilder text, IReadOnlyList<string> lines)
    {
        text.AppendLine(lines.Count > 0 ? "What it printed last:" : "It printed nothing.");
        foreach (var line in lines) text.Append("    ").AppendLine(line);
    }

    private static string Next(Instance instance, DeploymentProblem problem, SupervisorState? state)
    {
        if (problem == DeploymentProblem.Exited && Exit(state) is { OutOfMemory: true })
            return "It needed more memory than it may have; make it need less, then push again.";
        return $"Next: paas logs -a {instance.App} --ps {instance.Name} shows all of its log; fix the cause and push again.";
    }
}
