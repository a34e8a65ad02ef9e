using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.Contracts.Supervision;
using Paas.ControlPlane.Apps;
using Paas.ControlPlane.Reconcile;

namespace Paas.ControlPlane.Runs;

/// <summary>Further processes in running instances: <c>paas enter</c>. They live as long as their caller listens.</summary>
internal sealed class InstanceExecs(INode node, Reconciler reconciler, InstanceTable table)
{
    // Whichever of the two the image has.
    private static readonly string[] Shell = ["/bin/sh", "-c", "[ -x /bin/bash ] && exec /bin/bash || exec /bin/sh"];

    internal Task<int> RunAsync(string app, string instance, InstanceExecRequest request, ExecStreams streams, CancellationToken ct)
    {
        if (request.Command is { Count: 0 }) throw new PaasException(ErrorCode.InvalidRequest, "command is empty");
        string[]? env = request.Terminal is null ? null : [$"TERM={request.TerminalType ?? "xterm"}"];
        return node.ExecAsync(Find(app, instance).ContainerId, new ExecRequest(request.Command ?? Shell, env, Terminal: request.Terminal), streams, ct);
    }

    // During a deployment there may be two of a name: the one that runs, and of those the newer.
    private InstanceDocument Find(string app, string instance)
    {
        var rows = table.Rows(reconciler.Observe(app)).Where(row => row.Name == instance).ToList();
        if (rows.Count == 0) throw new PaasException(ErrorCode.NotFound, $"{app} has no instance {instance}", $"What runs: paas ps -a {app}");
        return rows.FirstOrDefault(row => row.Pid is not null)
            ?? throw new PaasException(ErrorCode.Conflict, $"{instance} does not run at present", $"Why: paas logs -a {app} --ps {instance}");
    }
}
