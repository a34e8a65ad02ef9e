using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Paas.Daemon.Tests;

/// <summary>What paasd is put together from.</summary>
public sealed class CompositionTests
{
    [Fact]
    public async Task Nothing_writes_keys_into_the_home_of_root()
    {
        await using var daemon = await TestDaemon.StartAsync();
        var services = daemon.Services.GetServices<IHostedService>().Select(service => service.GetType().Name).ToList();
        Assert.NotEmpty(services);
        Assert.DoesNotContain("DataProtectionHostedService", services);
    }
}
