using Microsoft.AspNetCore.Http;

namespace Paas.Cli.Tests;

/// <summary><c>paas rollback</c>: what it asks the platform for, and what it says was made.</summary>
public sealed class RollbackTests : IAsyncLifetime
{
    private readonly FakePlatform _platform = new();
    private string _asked = "";

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _platform.DisposeAsync();

    [Fact]
    public async Task Without_a_version_the_platform_chooses()
    {
        await ServeAsync(Release(7, "Deploy", live: true), Release(6, "Never served", live: false), Release(5, "Deploy", live: false));
        var rollback = (await _platform.Paas("rollback", "-a", "hello").RunAsync()).Succeeded();
        Assert.DoesNotContain("6", _asked, StringComparison.Ordinal);
        Assert.Equal(
            "Rolling back hello... done, v8 (Rollback to v5)\nRollback affects code and config vars. To undo it: paas rollback -a hello v7\n",
            rollback.Stderr);
    }

    [Fact]
    public async Task A_version_is_asked_for_as_it_was_named()
    {
        await ServeAsync(Release(7, "Deploy", live: true));
        var rollback = (await _platform.Paas("rollback", "-a", "hello", "v5").RunAsync()).Succeeded();
        Assert.Equal("""{"version":5}""", _asked);
        Assert.StartsWith("Rolling back hello to v5... done, v8\n", rollback.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nothing_is_live_it_says_what_to_do()
    {
        await ServeAsync(Release(1, "Deploy", live: false));
        var rollback = await _platform.Paas("rollback", "-a", "hello").RunAsync();
        Assert.Equal(1, rollback.ExitCode);
        Assert.Equal(" !     hello has no live release to roll back from\n !     Next: git push paas main\n", rollback.Stderr);
        Assert.Equal("", _asked);
    }

    private Task ServeAsync(params string[] releases) => _platform.StartAsync(async context =>
    {
        if (context.Request.Method == "GET")
        {
            await context.Response.WriteAsync($"[{string.Join(',', releases)}]");
            return;
        }

        _asked = await new StreamReader(context.Request.Body).ReadToEndAsync();
        await context.Response.WriteAsync(Release(8, "Rollback to v5", live: true) + "\n");
    });

    private static string Release(int version, string description, bool live) =>
        $$"""{"version":{{version}},"reason":"build","description":"{{description}}","imageDigest":"","processes":{},"live":{{(live ? "true" : "false")}},"createdAt":"2026-07-24T12:00:00Z"}""";
}
