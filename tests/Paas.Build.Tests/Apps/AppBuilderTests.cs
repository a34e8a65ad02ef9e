using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Text;
using Paas.Contracts.Errors;
using Paas.Testing;
using Xunit.Abstractions;

namespace Paas.Build.Tests.Apps;

/// <summary>Whole builds of the samples in containers of the real runtime, and what they made is run.</summary>
[Collection(BuildNodeCollection.Name)]
public sealed class AppBuilderTests(BuildNode node, ITestOutputHelper output)
{
    [RootFact]
    public async Task A_node_app_is_built_runs_and_is_built_again_from_cached_layers()
    {
        using var app = new TestApp(node, "node");
        var first = await BuildAsync(app);
        Assert.Equal("node server.js", first.Processes["web"]);
        Assert.Contains("-----> Node.js app detected", app.Output);
        Assert.Contains("       Default types for buildpack -> web", app.Output);
        Assert.Contains("       npm ci, from package-lock.json", app.Output);
        await app.RunAsync(first, "web", async client => Assert.StartsWith("Hello from ", await TestApp.GetAsync(client), StringComparison.Ordinal));
        var firstTook = app.Took;

        app.Write("server.js", (await File.ReadAllTextAsync(Path.Combine(app.Source, "server.js"))).Replace("Hello", "Goodbye", StringComparison.Ordinal));
        var second = await BuildAsync(app);
        output.WriteLine($"measured: build of the node sample: first {firstTook.TotalSeconds:F2} s, one line changed {app.Took.TotalSeconds:F2} s");
        Assert.DoesNotContain("npm ci", app.Text, StringComparison.Ordinal);
        Assert.Contains(app.Output, line => line.StartsWith("       Reusing layer paas/nodejs:node ", StringComparison.Ordinal));
        Assert.Contains(app.Output, line => line.StartsWith("       Reusing layer paas/nodejs:modules ", StringComparison.Ordinal));
        Assert.True(app.Took < firstTook / 2, $"the second build took {app.Took}, the first {firstTook}");
        await app.RunAsync(second, "web", async client => Assert.StartsWith("Goodbye from ", await TestApp.GetAsync(client), StringComparison.Ordinal));

        var third = await BuildAsync(app);
        Assert.Equal(second.Image, third.Image);
    }

    [RootFact]
    public async Task Nothing_of_this_host_s_egress_gets_into_the_image()
    {
        using var app = new TestApp(node, "static", warm: true);
        // The app's own build sees it, or this test would prove nothing.
        app.Write("package.json", "{\"scripts\":{\"build\":\"echo proxies: $no_proxy bundle: $SSL_CERT_FILE > seen.txt; cat seen.txt; rm seen.txt\",\"start\":\"node x.js\"}}");
        var outcome = await BuildAsync(app);
        Assert.Contains(BuildNode.Marker, app.Text, StringComparison.Ordinal);
        var image = await node.Images.LoadAsync(outcome.Image, default);
        var run = (await node.Images.FindAsync(node.Options.RunImage, default))!;
        var added = image.Config.Config!.Env!.Except(run.Config.Config?.Env ?? []).Select(pair => pair.Split('=')[0]).Order(StringComparer.Ordinal);
        Assert.Equal(["CNB_APP_DIR", "CNB_DEPRECATION_MODE", "CNB_LAYERS_DIR", "CNB_PLATFORM_API", "PATH"], added);
        Assert.False(await ContainsAsync(image.Manifest.Config.Digest, BuildNode.Marker));
        Assert.False(await ContainsAsync(image.Manifest.Config.Digest, "/etc/ssl/certs"));
        foreach (var layer in image.Manifest.Layers.Skip(run.Manifest.Layers.Count))
        {
            Assert.False(await ContainsAsync(layer.Digest, BuildNode.Marker), $"{layer.Digest} has the marker");
            await using var tar = new TarReader(await OpenAsync(layer.Digest));
            while (await tar.GetNextEntryAsync() is { } entry) Assert.Matches("^(cnb|layers|workspace)(/|$)", entry.Name);
        }
    }

    [RootFact]
    public async Task A_static_site_is_served()
    {
        using var app = new TestApp(node, "static");
        var outcome = await BuildAsync(app);
        Assert.Contains("-----> Static site app detected", app.Output);
        await app.RunAsync(outcome, "web", async client =>
        {
            Assert.Contains("Hello from a static site", await TestApp.GetAsync(client), StringComparison.Ordinal);
            Assert.Contains("About", await client.GetStringAsync(new Uri("/about", UriKind.Relative)), StringComparison.Ordinal);
            using var css = await client.GetAsync(new Uri("/style.css", UriKind.Relative));
            Assert.Equal("text/css", css.Content.Headers.ContentType!.MediaType);
            using var missing = await client.GetAsync(new Uri("/missing", UriKind.Relative));
            Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
            Assert.Contains("No such page", await missing.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        });
        await BuildAsync(app);
        Assert.DoesNotContain(app.Output, line => line.Contains("Downloading", StringComparison.Ordinal));
    }

    [RootFact]
    public async Task A_worker_has_only_what_its_Procfile_says()
    {
        using var app = new TestApp(node, "worker", warm: true);
        var outcome = await BuildAsync(app);
        Assert.Equal(["worker"], outcome.Processes.Keys);
        Assert.Equal("node worker.js", outcome.Processes["worker"]);
        Assert.Contains("       Procfile declares types -> worker", app.Output);
    }

    [RootFact]
    public async Task A_build_that_fails_shows_its_own_words_and_its_status()
    {
        using var app = new TestApp(node, "build-fails", warm: true);
        var error = await Assert.ThrowsAsync<BuildException>(() => BuildAsync(app));
        Assert.Contains("exit status 1", error.Message, StringComparison.Ordinal);
        Assert.Contains("       build.js: cannot find the stylesheet 'theme.css'", app.Output);
        Assert.Contains(" !     npm run build failed", app.Output);
    }

    [RootFact]
    public async Task What_nothing_recognises_says_what_was_tried()
    {
        using var app = new TestApp(node);
        app.Write("README", "nothing to run");
        var error = await Assert.ThrowsAsync<BuildException>(() => BuildAsync(app));
        Assert.Contains("no buildpack recognises this app", error.Message, StringComparison.Ordinal);
        Assert.Contains("paas/nodejs: no package.json", error.Hint, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task A_process_and_a_command_start_through_the_launcher_with_the_app_s_profile()
    {
        using var app = new TestApp(node);
        app.Write("Procfile", "web: echo \"$GREETING from $0 $(cat /proc/1/comm)\"\n");
        app.Write(".profile", "export GREETING=hello");
        var outcome = await BuildAsync(app);
        // tini is the first process, and the line's own shell runs it.
        Assert.Equal((0, "hello from bash tini\n"), await app.RunAsync(outcome, "web"));
        Assert.Equal((7, "hello\n"), await app.RunAsync(outcome, null, "sh", "-c", "echo $GREETING; exit 7"));
        Assert.Equal(127, (await app.RunAsync(outcome, null, "nothing-here")).Status);
    }

    [RootFact]
    public async Task A_wrong_Procfile_fails_before_anything_runs()
    {
        using var app = new TestApp(node, "node");
        app.Write("Procfile", "web: node server.js\n<<<<<<< HEAD\n");
        var error = await Assert.ThrowsAsync<BuildException>(() => BuildAsync(app));
        Assert.Contains("Procfile line 2", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("detected", app.Text, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task A_build_over_its_memory_is_killed_and_told_so()
    {
        using var app = new TestApp(node, warm: true);
        app.Write("package.json", "{\"scripts\":{\"build\":\"node hungry.js\",\"start\":\"node x.js\"}}");
        app.Write("hungry.js", "const all = []; for (let i = 0; i < 64; i++) all.push(Buffer.alloc(32 << 20, 1)); console.log('survived');");
        var error = await Assert.ThrowsAsync<BuildException>(() => BuildAsync(app, node.Options with { MemoryBytes = 512 << 20 }));
        Assert.DoesNotContain("survived", app.Text, StringComparison.Ordinal);
        Assert.Contains("536.9 MB of memory", error.Message, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task A_build_over_its_time_is_stopped_and_told_so()
    {
        using var app = new TestApp(node, warm: true);
        app.Write("Procfile", "web: x");
        app.Write("package.json", "{\"scripts\":{\"build\":\"sleep 1000\"}}");
        var error = await Assert.ThrowsAsync<BuildException>(() => BuildAsync(app, node.Options with { BuildTimeLimit = TimeSpan.FromSeconds(18) }));
        Assert.Contains("longer than the limit of 0.3 minutes", error.Message, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task A_cancelled_build_leaves_the_cache_usable()
    {
        using var app = new TestApp(node, "node", warm: true);
        await BuildAsync(app);
        using var cancel = new CancellationTokenSource();
        app.Write("package.json", "{\"dependencies\":{\"express\":\"^5.0.0\"},\"scripts\":{\"start\":\"node server.js\",\"build\":\"echo building; sleep 1000\"}}");
        File.Delete(Path.Combine(app.Source, "package-lock.json"));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => app.BuildAsync(
            onLine: line =>
            {
                if (line.Contains("building", StringComparison.Ordinal)) cancel.Cancel();
            },
            ct: cancel.Token));
        app.Write("package.json", "{\"scripts\":{\"start\":\"node server.js\"}}");
        await BuildAsync(app);
        Assert.Contains(app.Output, line => line.Contains("from the cache", StringComparison.Ordinal) && line.Contains("Node.js", StringComparison.Ordinal));
    }

    [RootFact]
    public async Task Config_vars_reach_the_build_but_not_the_image()
    {
        using var app = new TestApp(node, warm: true);
        app.Write("package.json", "{\"scripts\":{\"build\":\"echo secret is $SECRET and $(cat /platform/env/SECRET)\",\"start\":\"node x.js\"}}");
        var outcome = await BuildAsync(app, env: new Dictionary<string, string> { ["SECRET"] = "s3cr3t-var" });
        Assert.Contains("       secret is s3cr3t-var and s3cr3t-var", app.Output);
        Assert.False(await ContainsAsync((await node.Images.LoadAsync(outcome.Image, default)).Manifest.Config.Digest, "s3cr3t-var"));
    }

    private async Task<BuildOutcome> BuildAsync(TestApp app, BuildOptions? options = null, IReadOnlyDictionary<string, string>? env = null)
    {
        try
        {
            return await app.BuildAsync(options, env);
        }
        catch (Exception error) when (error is BuildException or PaasException)
        {
            output.WriteLine($"{error.Message}\n{(error as BuildException)?.Hint}");
            throw;
        }
        finally
        {
            output.WriteLine(app.Text);
            output.WriteLine($"({app.Took.TotalSeconds:F2} s)");
        }
    }

    private async Task<bool> ContainsAsync(Oci.Digest digest, string text)
    {
        await using var content = await OpenAsync(digest);
        using var all = new MemoryStream();
        await content.CopyToAsync(all);
        return all.GetBuffer().AsSpan(0, (int)all.Length).IndexOf(Encoding.UTF8.GetBytes(text)) >= 0;
    }

    private async Task<Stream> OpenAsync(Oci.Digest digest)
    {
        var blob = node.Images.Content.OpenRead(digest);
        var head = new byte[2];
        await blob.ReadExactlyAsync(head);
        blob.Position = 0;
        return head is [0x1f, 0x8b] ? new GZipStream(blob, CompressionMode.Decompress) : blob;
    }
}
