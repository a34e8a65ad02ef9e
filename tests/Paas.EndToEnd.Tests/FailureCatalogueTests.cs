using System.Net;
using Paas.Testing;
using Paas.Testing.Servers;
using Xunit.Abstractions;

namespace Paas.EndToEnd.Tests;

/// <summary>Apps that are broken in one way each: the push is rejected, and names the cause and the next step.</summary>
public sealed class FailureCatalogueTests(FailureCatalogueTests.Catalogue catalogue, ITestOutputHelper output) : IClassFixture<FailureCatalogueTests.Catalogue>
{
    public static TheoryData<string> Names => [.. BrokenApp.All.Select(app => app.Name)];

    [RootTheory]
    [MemberData(nameof(Names))]
    public async Task A_broken_app_is_refused_and_the_push_names_the_cause_and_the_next_step(string name)
    {
        var app = BrokenApp.All.Single(candidate => candidate.Name == name);
        var (push, answer) = await catalogue.PushedAsync(app);
        output.WriteLine(push.Output);
        Assert.NotEqual(0, push.ExitCode);
        Assert.Contains("[remote rejected] main -> main (pre-receive hook declined)", push.Stderr, StringComparison.Ordinal);
        Assert.Contains(" !     ", push.Stderr, StringComparison.Ordinal);
        Assert.Contains(app.Cause, push.Stderr, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(app.Next, push.Stderr, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer);
    }

    /// <summary>A server with short limits, and the pushes of all broken apps: several at a time, begun by the first test.</summary>
    public sealed class Catalogue : IAsyncLifetime
    {
        private readonly PaasServer _server = new("--build-memory", "512M", "--build-time", "90s", "--check-timeout", "20s");
        private readonly SemaphoreSlim _places = new(4);
        private readonly Dictionary<string, Task<(CommandResult, HttpStatusCode)>> _pushes = [];

        public async Task InitializeAsync()
        {
            if (!Environment.IsPrivilegedProcess) return;
            await _server.StartAsync();
            foreach (var app in BrokenApp.All) _pushes[app.Name] = PushAsync(app);
        }

        public Task<(CommandResult Push, HttpStatusCode Answer)> PushedAsync(BrokenApp app) => _pushes[app.Name]!;

        public async Task DisposeAsync()
        {
            await Task.WhenAll(_pushes.Values.Select(push => push.ContinueWith(_ => { }, TaskScheduler.Default)));
            if (Environment.IsPrivilegedProcess) await _server.DisposeAsync();
            _places.Dispose();
        }

        private async Task<(CommandResult, HttpStatusCode)> PushAsync(BrokenApp broken)
        {
            await _places.WaitAsync();
            try
            {
                await using var app = await AppCheckout.CreateAsync(_server, broken.Files, broken.Name);
                return (await app.PushAsync(), (await app.GetAsync()).Status);
            }
            finally
            {
                _places.Release();
            }
        }
    }
}
