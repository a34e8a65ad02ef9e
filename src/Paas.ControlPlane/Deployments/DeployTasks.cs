using Paas.Build.Lifecycle;
using Paas.Build.Manifests;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Domain;
using Paas.ControlPlane.Reconcile;
using Paas.Node;

namespace Paas.ControlPlane.Deployments;

/// <summary>
/// Commands of an app that run once beside a deployment of a build, each in a container of its own of the new release: the Procfile's
/// <c>release</c>, and <c>predeploy</c> and <c>postdeploy</c> of <c>app.json</c>. Where paasd is restarted meanwhile they run again, so
/// they have to bear that, as migrations do.
/// </summary>
internal sealed class DeployTasks(ControlPlaneOptions options, InstanceConfigs configs, INode node)
{
    /// <summary>Runs what comes before: the release goes live only if all of it ends with 0.</summary>
    /// <exception cref="PaasException">DeploymentFailed: one of them did not.</exception>
    internal async Task BeforeAsync(Release release, AppManifest? manifest, Action<string> output, CancellationToken ct)
    {
        if (manifest?.Predeploy is { } predeploy) await RunAsync(release, "predeploy", predeploy, output, ct);
        if (release.Processes.GetValueOrDefault(Formations.ReleaseTask) is { } task) await RunAsync(release, Formations.ReleaseTask, task, output, ct);
    }

    /// <summary>Runs what comes after. The release serves already: a failure is only told.</summary>
    internal async Task AfterAsync(Release release, AppManifest? manifest, bool first, Action<string> output, CancellationToken ct)
    {
        string?[] commands = [first ? manifest?.FirstDeploy : null, manifest?.Postdeploy];
        foreach (var command in commands.OfType<string>())
        {
            try
            {
                await RunAsync(release, "postdeploy", command, output, ct);
            }
            catch (PaasException error)
            {
                output($" !     {error.Message}; v{release.Version} serves all the same.");
            }
        }
    }

    private async Task RunAsync(Release release, string name, string command, Action<string> output, CancellationToken ct)
    {
        output($"-----> Running the {name} task");
        output($"       $ {command}");
        var config = configs.Container(InstanceConfigs.NewContainerId(release.App, name, 1), $"{name}.1", release, InstanceConfigs.Command(release, command));
        var lines = new LineStream(line => output($"       {line}"));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(options.DeployTaskTimeout);
        try
        {
            var status = await node.RunAsync(config, new RunStreams(null, lines, lines), limit.Token);
            lines.Complete();
            if (status != 0) throw Failed(name, $"ended with exit status {status}");
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            lines.Complete();
            throw Failed(name, $"took longer than {options.DeployTaskTimeout.TotalMinutes:0.#} minutes and was stopped");
        }
    }

    private static PaasException Failed(string name, string why) => new(
        ErrorCode.DeploymentFailed, $"The {name} task {why}", "Its last lines above say more. Nothing was switched: what served before serves on.");
}
