using Microsoft.Extensions.Logging;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Deployments;
using Paas.ControlPlane.Logs;
using Paas.Images;

namespace Paas.ControlPlane.Registry;

/// <summary>
/// Releases what was pushed under a tag that is released. The rows of requests are the truth: what a restart cut off is done after it,
/// and of several pushes only the newest.
/// </summary>
internal sealed partial class PushedImages(
    RegistryStore store, ImageRegistry registry, ImageCatalog catalog, ImageDeployer deployer, ContentStore content, PlatformLog platformLog, ILogger<PushedImages> log) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly HashSet<string> _busy = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Task> _running = [];

    internal void Start()
    {
        registry.DeploymentRequested += Look;
        Look();
    }

    /// <summary>Leaves off; a deployment that has begun goes on by itself.</summary>
    internal async Task StopAsync()
    {
        registry.DeploymentRequested -= Look;
        await _stopping.CancelAsync();
        Task[] running;
        lock (_lock) running = [.. _running];
        await Task.WhenAll(running);
    }

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    private void Look()
    {
        lock (_lock)
        {
            _running.RemoveAll(task => task.IsCompleted);
            if (_stopping.IsCancellationRequested) return;
            foreach (var request in store.RequestedDeployments().Where(request => _busy.Add(request.App))) _running.Add(Task.Run(() => DeployAsync(request)));
        }
    }

    private async Task DeployAsync(RequestedDeployment request)
    {
        try
        {
            using var lease = content.Lease();
            await deployer.DeployAsync(request.App, catalog.HostManifest(request.App, request.Image, request.Reference), request.Reference, line => platformLog.Write(request.App, line.Trim()), _stopping.Token);
            store.EndDeployment(request);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The next start finds the request.
            return;
        }
        catch (PaasException error)
        {
            platformLog.Write(request.App, $"{request.Reference} was pushed, but not released: {error.Message} {error.Hint}".TrimEnd());
            store.EndDeployment(request);
        }
        catch (Exception error)
        {
            LogFailed(error, request.App, request.Reference);
            platformLog.Write(request.App, $"{request.Reference} was pushed, but not released: the platform failed: {error.Message}");
            store.EndDeployment(request);
        }
        finally
        {
            lock (_lock) _busy.Remove(request.App);
        }

        Look();
    }

    [LoggerMessage(2501, LogLevel.Error, "{App}: the pushed image {Reference} was not released for a reason of the platform's own")]
    private partial void LogFailed(Exception error, string app, string reference);
}
