using System.Diagnostics;
using System.Net;
using Paas.Testing;

namespace Paas.Build.Tests.Apps;

/// <summary>.NET apps, with an SDK from a server of the test's own: that of this machine.</summary>
[Collection(BuildNodeCollection.Name)]
public sealed class DotnetAppTests(BuildNode node)
{
    [RootFact]
    public async Task The_sample_is_published_answers_and_is_published_again_self_contained_from_the_cached_SDK()
    {
        await using var source = new SdkSource();
        var env = new Dictionary<string, string> { ["DOTNET_SDK_URL"] = source.Address };
        using var app = new TestApp(node, "dotnet");
        var outcome = await app.BuildAsync(env: env);
        Assert.Contains("-----> .NET app detected", app.Output);
        Assert.Contains($"       Downloading dotnet-sdk-{SdkSource.Version}-linux-x64.tar.gz", app.Output);
        Assert.Contains(app.Output, line => line.StartsWith("       Runtime: Microsoft.AspNetCore.App ", StringComparison.Ordinal));
        await app.RunAsync(outcome, "web", async client => Assert.StartsWith("Hello from .NET ", await TestApp.GetAsync(client), StringComparison.Ordinal));

        app.Write("Program.cs", File.ReadAllText(Path.Combine(app.Source, "Program.cs")).Replace("Hello", "Goodbye", StringComparison.Ordinal));
        var project = File.ReadAllText(Path.Combine(app.Source, "Hello.csproj"));
        app.Write("Hello.csproj", project.Replace(
            "<Nullable>", "<RuntimeIdentifier>linux-x64</RuntimeIdentifier><SelfContained>true</SelfContained><InvariantGlobalization>true</InvariantGlobalization><Nullable>", StringComparison.Ordinal));
        outcome = await app.BuildAsync(env: env);
        Assert.Contains("       Using the SDK from the cache", app.Output);
        Assert.Contains("       Runtime: the app brings its own", app.Output);
        Assert.Equal(1, source.Downloads);
        await app.RunAsync(outcome, "web", async client => Assert.StartsWith("Goodbye from .NET ", await TestApp.GetAsync(client), StringComparison.Ordinal));
    }

    /// <summary>A server with the layout of Microsoft's, on a port of the host that builds can reach.</summary>
    private sealed class SdkSource : IAsyncDisposable
    {
        private static readonly string Root = Path.GetFullPath(Path.Combine(typeof(object).Assembly.Location, "../../../.."));

        private readonly HttpListener _listener = new();
        private readonly Task _serving;

        public SdkSource()
        {
            _listener.Prefixes.Add("http://+:18078/");
            _listener.Start();
            _serving = ServeAsync();
        }

        public static string Version { get; } = Directory.EnumerateDirectories(Path.Combine(Root, "sdk")).Select(path => Path.GetFileName(path)!)
            .Where(name => name.StartsWith($"{Environment.Version.Major}.", StringComparison.Ordinal)).OrderBy(name => System.Version.Parse(name.Split('-')[0])).Last();

        public string Address => "http://10.217.78.1:18078/dotnet";

        public int Downloads { get; private set; }

        public async ValueTask DisposeAsync()
        {
            _listener.Stop();
            await _serving;
            _listener.Close();
        }

        private async Task ServeAsync()
        {
            while (true)
            {
                try
                {
                    var context = await _listener.GetContextAsync();
                    await AnswerAsync(context);
                }
                catch (Exception error) when (error is HttpListenerException or ObjectDisposedException or IOException)
                {
                    if (!_listener.IsListening) return;
                }
            }
        }

        private async Task AnswerAsync(HttpListenerContext context)
        {
            var path = context.Request.Url!.AbsolutePath;
            await using var body = context.Response.OutputStream;
            if (path == $"/dotnet/Sdk/{Environment.Version.Major}.0/latest.version")
            {
                await body.WriteAsync(System.Text.Encoding.ASCII.GetBytes(Version));
            }
            else if (path == $"/dotnet/Sdk/{Version}/dotnet-sdk-{Version}-linux-x64.tar.gz")
            {
                Downloads++;
                // What a console app and a web app do not need is left out.
                using var tar = Process.Start(new ProcessStartInfo("tar", ["-C", Root, "--exclude=*/FSharp", "--exclude=*/DotnetTools", "--exclude=./templates", "-cf", "-", "."])
                {
                    RedirectStandardOutput = true,
                })!;
                await tar.StandardOutput.BaseStream.CopyToAsync(body);
                await tar.WaitForExitAsync();
            }
            else
            {
                context.Response.StatusCode = 404;
            }
        }
    }
}
