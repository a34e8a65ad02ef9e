using Paas.Testing;
using Paas.Testing.Servers;

namespace Paas.EndToEnd.Tests;

/// <summary><c>paas enter</c>, at a terminal and without one.</summary>
[Collection(ServerCollection.Name)]
public sealed class EnterTests(ServerFixture fixture)
{
    [RootFact]
    public async Task A_shell_in_the_instance_has_the_terminal_and_its_exit_code_comes_back()
    {
        await using var app = await AppCheckout.CreateAsync(fixture.Server, "node", "entered");
        (await app.PushAsync()).Succeeded();

        var shell = await AtTerminalAsync(app, "paas enter web.1", "stty size; echo $PAAS_INSTANCE-$TERM; test -t 0 && echo at a terminal; exit 7\n");

        Assert.Equal(7, shell.ExitCode);
        Assert.Contains("33 101\r\n", shell.Stdout, StringComparison.Ordinal);
        Assert.Contains("web.1-xterm-256color\r\n", shell.Stdout, StringComparison.Ordinal);
        Assert.Contains("\nat a terminal\r\n", shell.Stdout, StringComparison.Ordinal);

        var piped = await fixture.Server.PaasInAsync(app.Directory, "enter", "web", "--", "sh", "-c", "cat; echo wrong >&2; test -t 0 || exit 3");
        Assert.Equal((3, "", "wrong\n"), (piped.ExitCode, piped.Stdout, piped.Stderr));
        var same = (await app.PaasAsync("enter", "--", "sh", "-c", "tr '\\0' ' ' < /proc/1/cmdline; echo $PORT")).Succeeded();
        Assert.Contains("5000", same.Stdout, StringComparison.Ordinal);

        var nobody = await app.PaasAsync("enter", "web.9");
        Assert.Equal(1, nobody.ExitCode);
        Assert.Contains("has no instance web.9", nobody.Stderr, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task A_one_off_at_a_terminal_has_one_and_leaves_nothing()
    {
        await using var app = await AppCheckout.CreateAsync(fixture.Server, "node", "oneoff");
        (await app.PushAsync()).Succeeded();

        var shell = await AtTerminalAsync(app, "paas run bash", "stty size; echo $PAAS_INSTANCE-$TERM; test -t 0 && echo at a terminal; exit 7\n");
        Assert.Equal(7, shell.ExitCode);
        Assert.Contains("33 101\r\n", shell.Stdout, StringComparison.Ordinal);
        Assert.Contains("run.1-xterm-256color\r\n", shell.Stdout, StringComparison.Ordinal);
        Assert.Contains("\nat a terminal\r\n", shell.Stdout, StringComparison.Ordinal);

        var piped = await fixture.Server.PaasInAsync(app.Directory, "run", "--", "sh", "-c", "cat; echo wrong >&2; test -t 0 || exit 3");
        Assert.Equal((3, "", "wrong\n"), (piped.ExitCode, piped.Stdout, piped.Stderr));
        // Over before anybody looks: what it said comes all the same.
        for (var i = 0; i < 5; i++) Assert.Contains("quick\r\n", (await AtTerminalAsync(app, "paas run -- echo quick", "")).Stdout, StringComparison.Ordinal);
        var missing = await AtTerminalAsync(app, "paas run -- no-such-program", "");
        Assert.NotEqual(0, missing.ExitCode);
        Assert.Contains("no-such-program", missing.Stdout, StringComparison.Ordinal);
        Assert.DoesNotContain("run.", (await app.PaasAsync("ps")).Succeeded().Stdout, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(fixture.Server.RunDirectory, "c"), "*.tty"));
    }

    // A terminal of 33 lines of 101 characters, whose keyboard types the input.
    private static Task<CommandResult> AtTerminalAsync(AppCheckout app, string line, string input) =>
        new Command("script", "-qec", $"stty rows 33 cols 101; {line}", "/dev/null")
        {
            Directory = app.Directory,
            Stdin = input,
            Timeout = TimeSpan.FromMinutes(1),
            Environment = new Dictionary<string, string?>(app.Server.UserEnvironment()) { ["TERM"] = "xterm-256color", ["SHELL"] = "/bin/sh" },
        }.RunAsync();
}
