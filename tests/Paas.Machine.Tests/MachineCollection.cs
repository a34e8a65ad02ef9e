namespace Paas.Machine.Tests;

/// <summary>One machine for all tests: it takes as long to come up as many of them to run.</summary>
public sealed class MachineFixture : IAsyncLifetime
{
    private Machine? _machine;

    public Machine Machine => _machine ?? throw new InvalidOperationException("the machine was not started");

    public async Task InitializeAsync()
    {
        if (new MachineFactAttribute().Skip is not null) return;
        _machine = new Machine();
        await _machine.StartAsync();
    }

    public async Task DisposeAsync()
    {
        if (_machine is not null) await _machine.DisposeAsync();
    }
}

[CollectionDefinition(Name)]
public sealed class MachineCollection : ICollectionFixture<MachineFixture>
{
    public const string Name = "one machine";
}
