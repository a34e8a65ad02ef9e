using Paas.Cli.CommandLine;
using Paas.Cli.Output;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

internal sealed class PsCommand : Command
{
    private const int MostOfProblem = 120;

    public override string Name => "ps";

    public override string Summary => "show what runs";

    public override bool PrintsData => true;

    public override async Task<int> RunAsync(Invocation call)
    {
        var app = call.App;
        var instances = await call.Client.ListInstancesAsync(app, call.Cancelled);
        if (call.Json)
        {
            call.Terminal.Json(instances, ApiJsonContext.Default.IReadOnlyListInstanceDocument);
            return 0;
        }

        var formation = await call.Client.GetFormationAsync(app, call.Cancelled);
        if (instances.Count == 0 && formation.All(entry => entry.Command is null))
        {
            call.Terminal.Note($"{app} has nothing to run yet.");
            call.Terminal.Next("Next: git push paas main");
            return 0;
        }

        var now = DateTimeOffset.UtcNow;
        var style = call.Terminal.Style;
        var types = formation.Select(entry => entry.Type).Union(instances.Select(instance => instance.Type)).ToList();
        foreach (var type in types)
        {
            var wanted = formation.FirstOrDefault(entry => entry.Type == type);
            var running = instances.Where(instance => instance.Type == type).ToList();
            var command = wanted?.Command ?? running.FirstOrDefault()?.Command ?? "no such process in the live release";
            call.Terminal.Line($"{style.Bold("===")} {style.Green(type)}: {style.Cyan(command)} ({style.Yellow($"{wanted?.Quantity ?? 0}")})");
            foreach (var instance in running) call.Terminal.Line(Describe(instance, now, style));
            call.Terminal.Line();
        }

        Advise(call, app, instances, types);
        return 0;
    }

    internal static string Describe(InstanceDocument instance, DateTimeOffset now, Style style)
    {
        var status = instance.Status.ToString().ToLowerInvariant();
        var colored = instance.Status switch
        {
            InstanceStatus.Up => style.Green(status),
            InstanceStatus.Crashed => style.Red(status),
            _ => style.Yellow(status),
        };
        var text = $"{instance.Name}: {colored}";
        if (instance.StartedAt is { } started) text += " " + Moment.Text(started, now);
        text += $" v{instance.Release}";
        if (instance.Health is { } health) text += $", {Describe(health, style)}";
        if (instance.HealthProblem is { } problem) text += $" ({(problem.Length > MostOfProblem ? problem[..MostOfProblem] + "…" : problem)})";
        if (instance.Restarts > 0) text += $", {instance.Restarts} restart{(instance.Restarts == 1 ? "" : "s")}";
        if (instance.LastExit is { } exit) text += $", last exit: {exit}";
        if (instance.FailuresInRow > 1) text += $", {instance.FailuresInRow} failures in a row";
        if (instance.NextStartAt is { } next && next > now) text += $", next start in {Moment.Ago(next - now)}";
        return text;
    }

    private static string Describe(HealthStatus health, Style style) => health switch
    {
        HealthStatus.Healthy => "healthy",
        HealthStatus.Unhealthy => style.Red("unhealthy"),
        _ => "health: starting",
    };

    private static void Advise(Invocation call, string app, IReadOnlyList<InstanceDocument> instances, List<string> types)
    {
        if (instances.FirstOrDefault(i => i.Status == InstanceStatus.Crashed) is { } crashed) call.Terminal.Next($"Why: paas logs -a {app} --ps {crashed.Name}");
        else if (instances.Count == 0) call.Terminal.Next($"Next: paas scale -a {app} {types[0]}=1");
    }
}
