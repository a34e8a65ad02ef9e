using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Paas.Testing;

namespace Paas.Cli.Tests;

/// <summary>The real program: what it prints, where, and how it ends.</summary>
public sealed class ProgramTests : IAsyncLifetime
{
    private readonly FakePlatform _platform = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _platform.DisposeAsync();

    [Theory]
    [InlineData("version")]
    [InlineData("--version")]
    [InlineData("-v")]
    public async Task The_version_is_one_line(string argument) =>
        Assert.Matches(@"^paas/\d+\.\d+\.\d+ linux-x64\n$", (await _platform.Paas(argument).RunAsync()).Succeeded().Stdout);

    [Theory]
    [InlineData]
    [InlineData("help")]
    [InlineData("--help")]
    public async Task Help_goes_to_standard_output_without_colour(params string[] arguments)
    {
        var help = (await _platform.Paas(arguments).RunAsync()).Succeeded();
        Assert.Contains("config:set NAME=VALUE ...", help.Stdout, StringComparison.Ordinal);
        Assert.DoesNotContain("\e", help.Stdout, StringComparison.Ordinal);
        Assert.DoesNotContain("git-credential", help.Stdout, StringComparison.Ordinal);
        Assert.Equal("", help.Stderr);
    }

    [Fact]
    public async Task A_command_s_help_is_the_same_asked_either_way()
    {
        var asked = (await _platform.Paas("help", "ps:scale").RunAsync()).Succeeded();
        Assert.Contains("usage: paas scale [-a APP] [TYPE=N ...]", asked.Stdout, StringComparison.Ordinal);
        Assert.Equal(asked.Stdout, (await _platform.Paas("scale", "--help").RunAsync()).Succeeded().Stdout);
        Assert.Equal(asked.Stdout, (await _platform.Paas("scale", "-h", "nonsense").RunAsync()).Succeeded().Stdout);
    }

    [Theory]
    [InlineData(2, " !     logz is not a paas command\n !     Perhaps you meant logs. All commands: paas help\n", "logz")]
    [InlineData(2, " !     Which app?\n", "ps")]
    [InlineData(2, " !     usage: paas config:get [-a APP] NAME\n", "config:get")]
    [InlineData(2, " !     'web' is not TYPE=N\n", "scale", "-a", "x", "web")]
    [InlineData(2, " !     -n takes a number of lines", "logs", "-a", "x", "-n", "many")]
    [InlineData(2, " !     The command comes first", "-a", "x", "ps")]
    [InlineData(2, " !     'ftp://x' is not an address", "apps", "--host", "ftp://x")]
    public async Task What_cannot_be_understood_ends_with_2(int code, string error, params string[] arguments)
    {
        var result = await _platform.Paas(arguments).RunAsync();
        Assert.Equal(code, result.ExitCode);
        Assert.StartsWith(error, result.Stderr, StringComparison.Ordinal);
        Assert.Equal("", result.Stdout);
    }

    [Fact]
    public async Task Without_paasd_it_says_so_and_what_to_do()
    {
        var result = await _platform.Paas("apps").RunAsync();
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith($" !     paasd does not run: nothing answers on {_platform.Socket}\n !     Start it:", result.Stderr, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://no-such-host.invalid", "there is no host no-such-host.invalid")]
    [InlineData("http://127.0.0.1:1", "nothing listens there")]
    public async Task A_platform_that_cannot_be_reached_is_named(string host, string why)
    {
        var result = await _platform.Paas("apps", "--host", host).RunAsync();
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith($" !     {host} cannot be reached: {why}", result.Stderr, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(404, "application/problem+json", """{"title":"App x does not exist","status":404,"code":"app-not-found","hint":"paas apps"}""", 20, " !     App x does not exist\n !     paas apps\n")]
    [InlineData(422, "application/problem+json", """{"title":"two\nlines","status":422,"code":"deployment-failed"}""", 1, " !     two\n !     lines\n")]
    [InlineData(500, "application/problem+json", """{"title":"new","status":500,"code":"not-known-yet"}""", 1, " !     new\n")]
    [InlineData(502, "text/html", "<h1>Bad gateway</h1>", 1, "answered 502")]
    [InlineData(200, "text/html", "<h1>Welcome to nginx</h1>", 1, "not as a Paas does")]
    [InlineData(500, "application/problem+json", "{", 1, "not as a Paas does")]
    public async Task An_error_of_the_platform_is_shown_with_its_exit_code(int status, string type, string body, int code, string error)
    {
        await _platform.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = type;
            return context.Response.WriteAsync(body);
        });
        var result = await _platform.Paas("ps", "-a", "x").RunAsync();
        Assert.Equal(code, result.ExitCode);
        Assert.Contains(error, result.Stderr, StringComparison.Ordinal);
        Assert.Equal("", result.Stdout);
    }

    [Fact]
    public async Task A_tail_goes_on_after_breaks_without_loss_or_repetition()
    {
        var connections = 0;
        var printed = 0;
        async Task Serve(HttpContext context)
        {
            var first = context.Request.Query["after"].ToString() is { Length: > 0 } after ? int.Parse(after) + 1 : 1;
            if (Interlocked.Increment(ref connections) == 3)
            {
                context.Response.StatusCode = 503;
                return;
            }

            for (var i = first; i <= 12; i++)
            {
                await context.Response.WriteAsync($$"""{"id":"{{i}}","at":"2026-07-24T12:00:00Z","source":"web.1","stream":"stdout","text":"line {{i}}"}""" + "\n\n");
                await context.Response.Body.FlushAsync();
                // Breaks in the middle of a document, and at the end of one.
                if (i == 4) await context.Response.WriteAsync("""{"id":"5","at":"2026-""");
                if (i is not (4 or 9)) continue;
                await Eventually.TrueAsync($"line {i} is printed", TimeSpan.FromSeconds(20), () => Task.FromResult(printed == i));
                context.Abort();
                return;
            }

            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        }

        await _platform.StartAsync(Serve);
        using var logs = _platform.Paas("logs", "-a", "x", "--tail").Start();
        using var end = new Ending(logs);
        for (var i = 1; i <= 12; i++)
        {
            var line = await logs.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20));
            Assert.EndsWith($" app[web.1]: line {i}", line, StringComparison.Ordinal);
            printed = i;
        }

        await new Command("kill", "-INT", $"{logs.Id}").RunAsync();
        await logs.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(130, logs.ExitCode);
        Assert.Equal(4, connections);
        // The refusal between two connections is no further loss.
        Assert.Matches("^reconnecting: .+\nreconnecting: .+\n$", await logs.StandardError.ReadToEndAsync());
    }

    [Fact]
    public async Task A_tail_that_never_reached_the_platform_ends()
    {
        var nobody = await _platform.Paas("logs", "-a", "x", "--tail").RunAsync();
        Assert.Equal(1, nobody.ExitCode);
        Assert.StartsWith(" !     paasd does not run", nobody.Stderr, StringComparison.Ordinal);
        await _platform.StartAsync(context =>
        {
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        });
        Assert.Equal(1, (await _platform.Paas("logs", "-a", "x", "--tail").RunAsync()).ExitCode);
    }

    [Fact]
    public async Task A_tail_ends_where_its_output_cannot_be_written()
    {
        await _platform.StartAsync(async context =>
        {
            await context.Response.WriteAsync("""{"id":"1","at":"2026-07-24T12:00:00Z","source":"web.1","stream":"stdout","text":"x"}""" + "\n");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        var full = await (_platform.Paas() with { Program = "sh", Arguments = ["-c", $"exec '{Programs.Paas}' logs -a x --tail > /dev/full"] }).RunAsync();
        Assert.Equal(1, full.ExitCode);
        Assert.Contains("cannot write the output", full.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reader_that_goes_away_ends_it()
    {
        await _platform.StartAsync(async context =>
        {
            for (var i = 1; ; i++)
            {
                await context.Response.WriteAsync($$"""{"id":"{{i}}","at":"2026-07-24T12:00:00Z","source":"web.1","stream":"stdout","text":"{{new string('x', 500)}}"}""" + "\n");
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }
        });
        var sh = _platform.Paas() with { Program = "bash", Arguments = ["-c", $"'{Programs.Paas}' logs -a x --tail | head -n 3 | wc -l; echo ${{PIPESTATUS[0]}}"] };
        Assert.Equal("3\n141\n", (await sh.RunAsync()).Succeeded().Stdout);
    }

    [Fact]
    public async Task A_run_passes_input_output_and_exit_code()
    {
        var (request, typed) = ("", "");
        await _platform.StartAsync(async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            request = await ReadAsync(socket);
            // What is typed, and then that no more comes.
            typed = await ReadAsync(socket);
            if (!typed.StartsWith('{')) Assert.Equal("""{"endOfInput":true}""", await ReadAsync(socket));
            await SayAsync(socket, WebSocketMessageType.Binary, [0, 0xFF, 10]);
            await SayAsync(socket, WebSocketMessageType.Text, """{"stream":"stderr"}"""u8.ToArray());
            await SayAsync(socket, WebSocketMessageType.Binary, "err\n"u8.ToArray());
            await SayAsync(socket, WebSocketMessageType.Text, """{"exitCode":7}"""u8.ToArray());
        });
        var run = await (_platform.Paas("run", "-a", "x", "-e", "A=1", "--", "cat", "-n") with { Stdin = "hi" }).RunAsync();
        Assert.Equal((7, "err\n", "hi"), (run.ExitCode, run.Stderr, typed));
        Assert.StartsWith("""{"command":["cat","-n"],"env":{"A":"1"}""", request, StringComparison.Ordinal);
        Assert.DoesNotContain("\"terminal\"", request, StringComparison.Ordinal);
        var bytes = _platform.Paas() with { Program = "bash", Arguments = ["-c", $"'{Programs.Paas}' run -a x --no-stdin -- cat | od -An -tx1"] };
        Assert.Equal(" 00 ff 0a\n", (await bytes.RunAsync()).Stdout);
    }

    [Theory]
    [InlineData(404, """{"title":"App x does not exist","status":404,"code":"app-not-found","hint":"paas apps"}""", 20, " !     App x does not exist\n !     paas apps\n")]
    [InlineData(401, """{"title":"Who is that?","status":401,"code":"unauthenticated"}""", 1, " !     Who is that?\n")]
    [InlineData(404, null, 1, "answered 404 to a WebSocket\n !     Something between")]
    [InlineData(502, null, 1, "answered 502 to a WebSocket\n !     Something between")]
    public async Task A_run_that_is_refused_says_why(int status, string? problem, int code, string error)
    {
        await _platform.StartAsync(context =>
        {
            var isRun = context.Request.Path == "/v1/apps/x/run";
            context.Response.StatusCode = isRun || problem is not null ? status : 200;
            if (isRun) return Task.CompletedTask;
            context.Response.ContentType = problem is null ? "application/json" : "application/problem+json";
            return context.Response.WriteAsync(
                problem ?? """{"name":"x","status":"empty","urls":[],"gitUrl":"http://paas.localhost/x.git","formation":[],"createdAt":"2026-07-24T12:00:00Z"}""");
        });
        var run = await _platform.Paas("run", "-a", "x", "--", "ls").RunAsync();
        Assert.Equal(code, run.ExitCode);
        Assert.Contains(error, run.Stderr, StringComparison.Ordinal);
    }

    private static async Task<string> ReadAsync(WebSocket socket)
    {
        var buffer = new byte[4096];
        var part = await socket.ReceiveAsync(buffer, CancellationToken.None);
        return System.Text.Encoding.UTF8.GetString(buffer, 0, part.Count);
    }

    private static Task SayAsync(WebSocket socket, WebSocketMessageType type, byte[] bytes) => socket.SendAsync(bytes, type, true, CancellationToken.None);

    [Fact]
    public async Task Progress_is_one_line_where_nobody_watches_and_moves_where_somebody_does()
    {
        await _platform.StartAsync(context => context.Response.WriteAsync("""[{"type":"web","quantity":3}]"""));
        var scale = (await _platform.Paas("scale", "-a", "x", "web=3").RunAsync()).Succeeded();
        Assert.Equal("Scaling web... done, now running web at 3\n", scale.Stderr);
        Assert.Equal("", scale.Stdout);
        var json = (await _platform.Paas("scale", "-a", "x", "web=3", "--json").RunAsync()).Succeeded();
        Assert.Contains("\"quantity\": 3", json.Stdout, StringComparison.Ordinal);

        var watched = _platform.Paas() with { Program = "script", Arguments = ["-qec", $"'{Programs.Paas}' scale -a x web=3", "/dev/null"] };
        Assert.Contains("\r\e[KScaling web... done, now running web at 3", (await watched.RunAsync()).Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_restart_says_what_it_restarts_and_what_an_app_in_front_would_be()
    {
        await _platform.StartAsync(async context =>
        {
            var body = await new StreamReader(context.Request.Body).ReadToEndAsync();
            if (body.Contains("clock", StringComparison.Ordinal))
            {
                context.Response.StatusCode = 404;
                context.Response.ContentType = "application/problem+json";
                await context.Response.WriteAsync("""{"title":"x has no process clock","status":404,"code":"not-found","hint":"What runs is web.1."}""");
                return;
            }

            await context.Response.WriteAsync("[]");
        });
        Assert.Equal("Restarting x... done\n", (await _platform.Paas("restart", "-a", "x").RunAsync()).Succeeded().Stderr);
        Assert.Equal("Restarting web, worker.1 of x... done\n", (await _platform.Paas("ps:restart", "-a", "x", "web", "worker.1").RunAsync()).Succeeded().Stderr);
        Assert.Equal("[]\n", (await _platform.Paas("restart", "-a", "x", "--json").RunAsync()).Succeeded().Stdout);
        var unknown = await _platform.Paas("restart", "-a", "x", "clock").RunAsync();
        Assert.Equal((1, " !     x has no process clock\n !     What runs is web.1.\n"), (unknown.ExitCode, unknown.Stderr));
    }

    [Theory]
    [InlineData("protocol=http\nhost=elsewhere.example\n\n", "get", "")]
    [InlineData("protocol=http\nhost=paas.localhost\n\n", "erase", "")]
    [InlineData("protocol=http\nhost=paas.localhost\nusername=paas\npassword=x\n\n", "store", "")]
    [InlineData("protocol=http\nhost=paas.localhost\n\n", "get", "username=paas\npassword=short-lived\npassword_expiry_utc=1784894400\n")]
    public async Task The_credential_helper_answers_for_its_own_platform_only(string question, string operation, string answer)
    {
        var requested = "";
        await _platform.StartAsync(async context =>
        {
            if (context.Request.Path == "/v1/version")
            {
                await context.Response.WriteAsync("""{"version":"1","dashboardUrl":"http://paas.localhost","domain":"localhost"}""");
                return;
            }

            requested = await new StreamReader(context.Request.Body).ReadToEndAsync();
            context.Response.StatusCode = 201;
            await context.Response.WriteAsync("""{"name":"git","secret":"short-lived","expiresAt":"2026-07-24T12:00:00Z"}""");
        });
        var result = await (_platform.Paas("git-credential", operation) with { Stdin = question }).RunAsync();
        Assert.Equal(answer, result.Succeeded().Stdout);
        Assert.Equal(answer.Length > 0, requested.Contains("\"lifetimeSeconds\":3600", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("\n\n{\"version\":4,\"reason\":\"config\",\"description\":\"\",\"imageDigest\":\"\",\"processes\":{},\"live\":true,\"createdAt\":\"2026-07-24T12:00:00Z\"}\n", 0, "Setting A and restarting x... done, v4\n")]
    [InlineData("\nnull\n", 0, "Setting A and restarting x... done (nothing runs yet)\n")]
    [InlineData("\n{\"problem\":{\"title\":\"App x does not exist\",\"status\":404,\"code\":\"app-not-found\"}}\n", 20, " !     App x does not exist\n")]
    [InlineData("\n\n", 1, " !     The connection to ")]
    [InlineData("\n{\"version\":", 1, " !     The connection to ")]
    public async Task An_answer_may_be_long_in_coming(string stream, int code, string errors)
    {
        var accept = "";
        await _platform.StartAsync(context =>
        {
            if (context.Request.Method == "GET") return context.Response.WriteAsync("""{"vars":{}}""");
            accept = context.Request.Headers.Accept.ToString();
            context.Response.ContentType = "application/x-ndjson";
            return context.Response.WriteAsync(stream);
        });
        var set = await _platform.Paas("config:set", "-a", "x", "A=b").RunAsync();
        Assert.Equal(code, set.ExitCode);
        Assert.StartsWith(errors, set.Stderr, StringComparison.Ordinal);
        Assert.Equal("application/x-ndjson", accept);
    }

    [Fact]
    public async Task Destroy_wants_the_name()
    {
        var deleted = 0;
        await _platform.StartAsync(context =>
        {
            if (context.Request.Method == "DELETE") deleted++;
            context.Response.StatusCode = context.Request.Method == "DELETE" ? 204 : 200;
            return context.Request.Method == "DELETE" ? Task.CompletedTask : context.Response.WriteAsync(
                """{"name":"x","status":"empty","urls":[],"gitUrl":"http://paas.localhost/x.git","formation":[],"createdAt":"2026-07-24T12:00:00Z"}""");
        });
        Assert.Equal(2, (await _platform.Paas("destroy", "-a", "x").RunAsync()).ExitCode);
        Assert.Equal(1, (await _platform.Paas("destroy", "-a", "x", "--confirm", "y").RunAsync()).ExitCode);
        Assert.Equal(0, deleted);
        Assert.Equal("Destroying x... done\n", (await _platform.Paas("destroy", "x", "--confirm", "x").RunAsync()).Succeeded().Stderr);
        Assert.Equal(1, deleted);
    }

    /// <summary>A failing test leaves no program behind.</summary>
    private sealed class Ending(System.Diagnostics.Process process) : IDisposable
    {
        public void Dispose() => process.Kill();
    }
}
