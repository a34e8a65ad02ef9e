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

    [Theory]
    [InlineData("NONE is not set on hello; nothing was changed", "What is set: paas config -a hello", "config:unset", "-a", "hello", "PLAIN", "NONE")]
    [InlineData("A, B are not set on hello; nothing was changed", "What is set: paas config -a hello", "config:unset", "-a", "hello", "A", "B")]
    [InlineData("other is not set on hello; nothing was changed", "If other is the app: paas config:unset -a other PLAIN", "config:unset", "other", "PLAIN")]
    [InlineData("other is not set on hello; nothing was changed", "What is set: paas config -a hello", "config:unset", "-a", "hello", "other", "PLAIN")]
    public async Task What_is_not_set_is_not_unset(string error, string hint, params string[] arguments)
    {
        var unset = await InAppAsync(arguments);
        Assert.Equal((1, $" !     {error}\n !     {hint}\n"), (unset.ExitCode, unset.Stderr));
        Assert.Equal(0, _changes);
        Assert.Equal("Unsetting PLAIN and restarting hello... done, v4\n", (await InAppAsync("config:unset", "PLAIN", "PLAIN")).Succeeded().Stderr);
    }

    [Theory]
    [InlineData("'other' is not NAME=VALUE", "If other is the app: paas config:set -a other 'A=b c'", "config:set", "other", "A=b c")]
    [InlineData("'other' is not NAME=VALUE", "If other is the app: paas config:set -a other --secret A=...", "config:set", "--secret", "other", "A=b")]
    [InlineData("'other' is not NAME=VALUE", "For example: GREETING=Hello", "config:set", "-a", "hello", "other", "A=b")]
    [InlineData("'Other' is not NAME=VALUE", "For example: GREETING=Hello", "config:set", "Other", "A=b")]
    [InlineData("config:get does not know what to do with 'A'", "If other is the app: paas config:get -a other A", "config:get", "other", "A")]
    [InlineData("'other' is not TYPE=N", "If other is the app: paas scale -a other web=2", "ps:scale", "other", "web=2")]
    [InlineData("'web' is not TYPE=N", "For example: paas scale web=2\n !     If web is the app: paas scale -a web", "scale", "web")]
    [InlineData("enter does not know what to do with 'web.1'", "If other is the app: paas enter -a other web.1 -- ls -l", "enter", "other", "web.1", "--", "ls", "-l")]
    [InlineData("enter does not know what to do with 'ls'", "A command comes after two dashes: paas enter web.1 -- ls", "enter", "web.1", "ls")]
    public async Task An_app_in_front_gets_the_line_that_is_meant(string error, string hint, params string[] arguments)
    {
        var result = await InAppAsync(arguments);
        Assert.Equal((2, $" !     {error}\n !     {hint}\n"), (result.ExitCode, result.Stderr));
        Assert.Equal(0, _changes);
    }

    // As in a checkout of another app.
    private Task<CommandResult> InAppAsync(params string[] arguments)
    {
        var command = _platform.Paas(arguments);
        return (command with { Environment = new Dictionary<string, string?>(command.Environment!) { ["PAAS_APP"] = "hello" } }).RunAsync();
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
