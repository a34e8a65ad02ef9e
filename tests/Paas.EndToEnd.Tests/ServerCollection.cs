using Paas.Testing;
using Paas.Testing.Servers;

[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Paas.EndToEnd.Tests;

/// <summary>One platform for all end-to-end tests: each test makes apps of its own in it.</summary>
public sealed class ServerFixture : IAsyncLifetime
{
    public PaasServer Server { get; } = new();

    public async Task InitializeAsync()
    {
        if (Environment.IsPrivilegedProcess) await Server.StartAsync();
    }

    public async Task DisposeAsync()
    {
        if (Environment.IsPrivilegedProcess) await Server.DisposeAsync();
    }
}

[CollectionDefinition(Name)]
public sealed class ServerCollection : ICollectionFixture<ServerFixture>
{
    public const string Name = "one server";
}
