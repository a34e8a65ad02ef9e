using Paas.ControlPlane;
using Paas.Daemon.Hosting;
using Paas.Node;

namespace Paas.Daemon.Commands;

/// <summary>
/// <c>paasd teardown</c>: stops every container and removes what the host has for them: bridge, firewall, control groups. The data
/// stays, so that the next start brings every app back.
/// </summary>
internal static class Teardown
{
    public static async Task<int> RunAsync(DaemonOptions options)
    {
        using var directory = DataLock.Take(options.Data);
        await using var services = new ServiceCollection().AddLogging().AddControlPlane(options.ForControlPlane()).BuildServiceProvider();
        var host = services.GetRequiredService<ContainerHost>();
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var containers = await host.ListAsync(deadline.Token);
        await Task.WhenAll(containers.Select(container => host.StopAsync(container.Id, TimeSpan.FromSeconds(5), deadline.Token)));
        await host.ReleaseHostAsync(deadline.Token);
        Console.WriteLine($"{containers.Count} containers stopped; nothing of them is left on the host.");
        return 0;
    }
}
