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
    /// <returns>How long the app's commands ran.</returns>
    internal async Task<TimeSpan> BeforeAsync(Release release, AppManifest? manifest, Action<string> output, CancellationToken ct)
    {
        var took = TimeSpan.Zero;
        if (manifest?.Predeploy is { } predeploy) took += await RunAsync(release, "predeploy", predeploy, output, ct);
        if (release.Processes.GetValueOrDefault(Formations.ReleaseTask) is { } task) took += await RunAsync(release, Formations.ReleaseTask, task, output, ct);
        return took;
    }

    /// <summary>Runs what comes after. The release serves already: a failure is only told.</summary>
    /// <returns>How long the app's commands ran.</returns>
    internal async Task<TimeSpan> AfterAsync(Release release, AppManifest? manifest, bool first, Action<string> output, CancellationToken ct)
    {
        var took = TimeSpan.Zero;
        string?[] commands = [first ? manifest?.FirstDeploy : null, manifest?.Postdeploy];
        foreach (var command in commands.OfType<string>())
        {
            try
            {
                took += await RunAsync(release, "postdeploy", command, output, ct);
            }
            catch (PaasException error)
            {
                output($" !     {error.Message}; v{release.Version} serves all the same.");
            }
        }

        return took;
    }

    private async Task<TimeSpan> RunAsync(Release release, string name, string command, Action<string> output, CancellationToken ct)
    {
        output($"-----> Running the {name} task");
        output($"       $ {command}");
        var config = configs.Container(InstanceConfigs.NewContainerId(release.App, name, 1), $"{name}.1", release, InstanceConfigs.Command(release, command)) with
        {
            ProcessType = name == Formations.ReleaseTask ? InstanceConfigs.TypeOf(release, name) : null,
        };
        var lines = new LineStream(line => output($"       {line}"));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(options.DeployTaskTimeout);
        try
        {
            var outcome = await node.RunAsync(config, new RunStreams(null, lines, lines), limit.Token);
            lines.Complete();
            return outcome.Status == 0 ? outcome.Ran : throw Failed(name, $"ended with exit status {outcome.Status}");
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
