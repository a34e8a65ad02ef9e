using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Paas.Contracts.Api;
using Paas.Testing;

namespace Paas.Cli.Tests;

/// <summary>Config vars against a platform that keeps some: what is changed, what is said, what stays hidden.</summary>
public sealed class ConfigCommandTests : IAsyncLifetime
{
    private readonly FakePlatform _platform = new();
    private readonly Dictionary<string, string> _vars = new() { ["PLAIN"] = "1", ["KEY"] = "old" };
    private readonly HashSet<string> _secrets = ["KEY"];
    private int _changes;

    public Task InitializeAsync() => _platform.StartAsync(AnswerAsync);

    public async Task DisposeAsync() => await _platform.DisposeAsync();

    [Fact]
    public async Task A_secret_that_gets_another_value_stays_hidden()
    {
        var set = await SucceedAsync("config:set", "-a", "hello", "KEY=rotated", "PLAIN=2");
        Assert.Equal("KEY:   ******** (secret)\nPLAIN: 2\n", set.Stdout);
        Assert.Equal("Setting KEY, PLAIN and restarting hello... done, v4\n", set.Stderr);
        Assert.Equal("rotated", _vars["KEY"]);
    }

    [Fact]
    public async Task What_is_set_already_restarts_nothing_and_says_so()
    {
        var set = await SucceedAsync("config:set", "-a", "hello", "PLAIN=1", "KEY=old");
        Assert.Equal("Setting PLAIN, KEY... unchanged, nothing restarted\n", set.Stderr);
        Assert.Equal(0, _changes);
    }

    [Fact]
    public async Task A_mark_alone_is_made_and_restarts_nothing()
    {
        var set = await SucceedAsync("config:set", "-a", "hello", "--secret", "PLAIN=1");
        Assert.Equal(("PLAIN: ******** (secret)\n", "Marking PLAIN secret... done, nothing restarted\n"), (set.Stdout, set.Stderr));
        Assert.Contains("PLAIN", _secrets);
    }

    private async Task<CommandResult> SucceedAsync(params string[] arguments) => (await _platform.Paas(arguments).RunAsync()).Succeeded();

    private async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Method == "PATCH")
        {
            _changes++;
            var change = (await JsonSerializer.DeserializeAsync(context.Request.Body, ApiJsonContext.Default.ConfigChange))!;
            foreach (var (name, value) in change.Vars)
            {
                if (value is null) _vars.Remove(name);
                else _vars[name] = value;
            }

            _secrets.UnionWith(change.Secrets ?? []);
            await context.Response.WriteAsync("""{"version":4,"reason":"config","description":"","imageDigest":"","processes":{},"live":true,"createdAt":"2026-07-24T12:00:00Z"}""" + "\n");
            return;
        }

        await context.Response.WriteAsync(JsonSerializer.Serialize(new ConfigDocument(_vars, [.. _secrets]), ApiJsonContext.Default.ConfigDocument));
    }
}
