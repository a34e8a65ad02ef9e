using System.Text;
using System.Text.Json;
using Paas.Build.Tests.Apps;
using Paas.Testing;
using Xunit.Abstractions;

namespace Paas.Build.Tests.Dockerfiles.Building;

/// <summary>Whole builds in containers of the real runtime.</summary>
[Collection(BuildNodeCollection.Name)]
public sealed class DockerfileBuilderTests(BuildNode node, ITestOutputHelper output)
{
    private const string Base = "stack/run:bookworm";

    [RootFact]
    public async Task Files_are_copied_with_their_modes_and_as_root_s()
    {
        using var app = new DockerfileApp(node);
        app.Write("a.txt", "a");
        app.Write("run.sh", "#!/bin/sh", (UnixFileMode)0x1ed);
        app.Write("dir/b.txt", "b");
        app.Write("dir/sub/c.md", "c");
        File.CreateSymbolicLink(Path.Combine(app.Source, "dir/link"), "b.txt");
        var outcome = await app.BuildAsync("""
            FROM scratch
            COPY a.txt /
            COPY run.sh /bin/
            COPY dir /dir
            COPY --chown=1000:2000 --chmod=u=rwX,go= dir/*.txt /owned/
            COPY a.txt renamed
            COPY --exclude=*.txt --exclude=sub dir /excluded/
            """);
        Assert.Equal(
        [
            "644 0:0 a.txt = a", "755 0:0 bin/", "755 0:0 bin/run.sh = #!/bin/sh", "755 0:0 dir/", "644 0:0 dir/b.txt = b", "777 0:0 dir/link -> b.txt",
            "755 0:0 dir/sub/", "644 0:0 dir/sub/c.md = c", "755 0:0 excluded/", "777 0:0 excluded/link -> b.txt", "755 1000:2000 owned/", "600 1000:2000 owned/b.txt = b", "644 0:0 renamed = a",
        ], await app.FilesAsync(outcome));
    }

    [RootFact]
    public async Task Commands_run_upon_what_was_built_before_and_leave_only_what_they_did()
    {
        using var app = new DockerfileApp(node);
        app.Write("a.txt", "a");
        var outcome = await app.BuildAsync($"""
            FROM {Base}
            USER root
            WORKDIR /app
            COPY a.txt .
            ENV GREETING="hello world"
            ARG WHO=you
            RUN echo "$GREETING $WHO" > b.txt && cat a.txt >> b.txt && chown 1000:1000 b.txt && chmod 640 b.txt
            RUN ["/bin/sh", "-c", "rm a.txt"]
            """);
        Assert.Equal(["755 0:0 app/", "640 1000:1000 app/b.txt = hello world you a"], await app.FilesAsync(outcome, Base));
        Assert.Equal("/app", outcome.Image.Config.Config!.WorkingDir);
    }

    [RootFact]
    public async Task What_did_not_change_is_not_done_again_and_gives_the_same_image()
    {
        using var app = new DockerfileApp(node);
        app.Write("a.txt", "a");
        app.Write("b.txt", "b");
        var file = $"FROM {Base}\nUSER root\nCOPY a.txt /x/\nRUN date +%N > /x/time\nCOPY b.txt /x/\nRUN cat /x/b.txt\n";
        var first = await app.BuildAsync(file);
        Assert.Equal((0, 5), (first.CachedSteps, first.DoneSteps));
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var second = await app.BuildAsync(file);
        output.WriteLine($"measured: build of nothing new: {clock.ElapsedMilliseconds} ms");
        Assert.Equal(first.Image.Digest, second.Image.Digest);
        Assert.Equal(4, second.CachedSteps);
        // Times do not count, contents do.
        File.SetLastWriteTimeUtc(Path.Combine(app.Source, "a.txt"), DateTime.UtcNow.AddDays(-3));
        Assert.Equal(4, (await app.BuildAsync(file)).CachedSteps);
        app.Write("b.txt", "c");
        Assert.Equal(2, (await app.BuildAsync(file)).CachedSteps);
        app.Write("b.txt", "b");
        Assert.Equal(first.Image.Digest, (await app.BuildAsync(file)).Image.Digest);
        Assert.Equal(0, (await app.BuildAsync(file, config => config with { NoCache = true })).CachedSteps);
    }

    [RootFact]
    public async Task Stages_that_nothing_needs_are_not_built()
    {
        using var app = new DockerfileApp(node);
        var outcome = await app.BuildAsync($"""
            FROM {Base} AS unused
            RUN exit 1
            FROM {Base} AS build
            USER root
            RUN mkdir /out && echo built > /out/file && ln -s file /out/link
            FROM scratch AS final
            COPY --from=build /out /
            COPY --from=1 /out/file /second
            FROM unused
            """, config => config with { Target = "final" });
        Assert.Equal(["644 0:0 file = built", "777 0:0 link -> file", "644 0:0 second = built"], await app.FilesAsync(outcome));
        Assert.DoesNotContain("unused", app.Text, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task Secrets_are_seen_by_their_command_and_are_in_no_layer()
    {
        const string Secret = "0f3c-never-to-be-seen";
        using var app = new DockerfileApp(node);
        var outcome = await app.BuildAsync($"""
            FROM {Base}
            USER root
            RUN --mount=type=secret,id=token --mount=type=secret,id=token,env=TOKEN,target=/tmp/token test "$(cat /run/secrets/token)" = "$TOKEN" && wc -c < /tmp/token > /size
            RUN test ! -e /run/secrets && test ! -e /tmp/token
            """, config => config with { Secrets = new Dictionary<string, byte[]> { ["token"] = Encoding.UTF8.GetBytes(Secret) } });
        Assert.Contains($"644 0:0 size = {Secret.Length}", await app.FilesAsync(outcome, Base));
        Assert.DoesNotContain(await app.FilesAsync(outcome, Base), line => line.Contains("secrets", StringComparison.Ordinal));
        foreach (var digest in outcome.Image.Manifest.Layers.Select(layer => layer.Digest).Append(outcome.Image.Manifest.Config.Digest))
        {
            Assert.Equal(-1, File.ReadAllBytes(node.Images.Content.PathOf(digest)).AsSpan().IndexOf(Encoding.UTF8.GetBytes(Secret)));
        }

        foreach (var file in Directory.EnumerateFiles(app.CacheDirectory, "*", SearchOption.AllDirectories))
        {
            Assert.DoesNotContain(Secret, await File.ReadAllTextAsync(file), StringComparison.Ordinal);
        }
    }

    [RootFact]
    public async Task A_step_with_a_secret_is_its_app_s_own_and_is_done_again_when_the_secret_has_changed()
    {
        using var app = new DockerfileApp(node);
        var file = $"FROM {Base}\nUSER root\nRUN --mount=type=secret,id=KEY cat /run/secrets/KEY > /key || echo none > /key\n";
        async Task<(string Key, int Cached)> BuildAsync(string name, string? secret)
        {
            var secrets = new Dictionary<string, byte[]>();
            if (secret is not null) secrets["KEY"] = Encoding.UTF8.GetBytes(secret);
            var outcome = await app.BuildAsync(file, config => config with { App = name, Secrets = secrets });
            return ((await app.FilesAsync(outcome, Base)).Single(), outcome.CachedSteps);
        }

        Assert.Equal(("644 0:0 key = of a", 0), await BuildAsync("a", "of a"));
        Assert.Equal(("644 0:0 key = of b", 0), await BuildAsync("b", "of b"));
        Assert.Equal(("644 0:0 key = of a", 1), await BuildAsync("a", "of a"));
        Assert.Equal(("644 0:0 key = of a", 0), await BuildAsync("b", "of a"));
        Assert.Equal(("644 0:0 key = changed", 0), await BuildAsync("a", "changed"));
        Assert.Equal(("644 0:0 key = none", 0), await BuildAsync("a", null));
        Assert.Equal(("644 0:0 key = of a", 1), await BuildAsync("a", "of a"));
    }

    [RootFact]
    public async Task What_an_app_left_in_its_cache_comes_into_no_other_app_s_image()
    {
        using var app = new DockerfileApp(node);
        var file = $"FROM {Base}\nUSER root\nRUN --mount=type=cache,target=/cache cat /cache/* > /x 2>/dev/null || echo clean > /x\n";
        await app.BuildAsync($"FROM {Base}\nUSER root\nRUN --mount=type=cache,target=/cache echo poison > /cache/p\n", config => config with { App = "a" });
        Assert.Equal(["644 0:0 x = poison"], await app.FilesAsync(await app.BuildAsync(file, config => config with { App = "a" }), Base));
        Assert.Equal(["644 0:0 x = clean"], await app.FilesAsync(await app.BuildAsync(file, config => config with { App = "b" }), Base));
        Assert.Equal(1, (await app.BuildAsync(file, config => config with { App = "a" })).CachedSteps);
    }

    [RootFact]
    public async Task A_cache_mount_keeps_what_the_build_before_put_there()
    {
        using var app = new DockerfileApp(node);
        var file = $"FROM {Base}\nUSER root\nRUN --mount=type=cache,target=/cache,sharing=locked echo x >> /cache/log && cp /cache/log /log\n";
        Assert.Contains("644 0:0 log = x", await app.FilesAsync(await app.BuildAsync(file), Base));
        var again = await app.BuildAsync(file, config => config with { NoCache = true });
        Assert.Equal(["644 0:0 log = x x"], await app.FilesAsync(again, Base));
    }

    [RootFact]
    public async Task Mounts_show_files_and_take_no_writes()
    {
        using var app = new DockerfileApp(node);
        app.Write("src/a", "a");
        var outcome = await app.BuildAsync($"""
            FROM {Base} AS tools
            USER root
            RUN mkdir /t && echo tool > /t/tool
            FROM {Base}
            USER root
            RUN --mount=target=/in,source=src --mount=from=tools,source=/t,target=/tools,rw --mount=type=tmpfs,target=/mem \
                cat /in/a /tools/tool > /result && ! touch /in/x 2>/dev/null && touch /tools/y /mem/z
            """);
        Assert.Equal(["644 0:0 result = atool"], await app.FilesAsync(outcome, Base));
    }

    [RootFact]
    public async Task Documents_are_scripts_programs_and_files()
    {
        using var app = new DockerfileApp(node);
        var outcome = await app.BuildAsync($$"""
            FROM {{Base}}
            USER root
            ENV NAME=you
            RUN <<EOF
            echo one > /one
            echo two > /two
            EOF
            RUN <<-'SCRIPT'
            	#!/bin/bash
            	[[ -n $BASH_VERSION ]] && echo bash > /three
            	SCRIPT
            RUN cat <<A > /four
            four $NAME
            A
            COPY <<five <<"six" /files/
            hi ${NAME}
            five
            hi $NAME
            six
            """);
        Assert.Equal(
        [
            "755 0:0 files/", "644 0:0 files/five = hi you", "644 0:0 files/six = hi $NAME", "644 0:0 four = four you", "644 0:0 one = one", "644 0:0 three = bash", "644 0:0 two = two",
        ], await app.FilesAsync(outcome, Base));
    }

    [RootFact]
    public async Task Copies_that_are_linked_or_keep_their_parents()
    {
        using var app = new DockerfileApp(node);
        app.Write("a/b/one.txt", "1");
        app.Write("a/c/two.txt", "2");
        app.Write("a/c/no.md", "3");
        var outcome = await app.BuildAsync("""
            FROM scratch
            COPY --parents a/b a/c/*.txt /all/
            COPY --parents ./a/./b/one.txt /pivot/
            COPY --parents **/*.md /deep/
            COPY --link a/b/one.txt /linked/
            """);
        Assert.Equal(
        [
            "755 0:0 all/", "755 0:0 all/a/", "755 0:0 all/a/b/", "644 0:0 all/a/b/one.txt = 1", "755 0:0 all/a/c/", "644 0:0 all/a/c/two.txt = 2", "755 0:0 deep/", "755 0:0 deep/a/",
            "755 0:0 deep/a/c/", "644 0:0 deep/a/c/no.md = 3", "755 0:0 linked/", "644 0:0 linked/one.txt = 1", "755 0:0 pivot/", "755 0:0 pivot/b/", "644 0:0 pivot/b/one.txt = 1",
        ], await app.FilesAsync(outcome));
    }

    [RootFact]
    public async Task Links_of_an_image_lead_nowhere_out_of_it()
    {
        var marker = $"/tmp/paas-dockerfile-{Guid.NewGuid():N}";
        using var app = new DockerfileApp(node);
        app.Write("a", "a");
        var outcome = await app.BuildAsync($"""
            FROM {Base}
            USER root
            RUN ln -s {marker} /out && ln -s ../../../../../../..{marker} /up && mkdir /real && ln -s /real /dir && ln -s missing/deep /dangling
            COPY a /out/
            COPY a /up/b
            COPY a /dir/
            COPY a /dangling/
            """);
        Assert.False(Path.Exists(marker));
        var files = await app.FilesAsync(outcome, Base);
        Assert.Contains($"644 0:0 {marker[1..]}/a = a", files);
        Assert.Contains($"644 0:0 {marker[1..]}/b = a", files);
        Assert.Contains("644 0:0 real/a = a", files);
        Assert.Contains("644 0:0 missing/deep/a = a", files);
    }

    [RootFact]
    public async Task The_image_says_how_it_starts()
    {
        using var app = new DockerfileApp(node);
        var outcome = await app.BuildAsync("""
            FROM scratch AS parent
            CMD ["parent"]
            ONBUILD LABEL from=trigger
            FROM parent
            ARG PORT=8000
            ENV A=1 B="two words"
            ENV A=2
            LABEL one=1 "two words"='x y'
            EXPOSE $PORT 53/udp 9000-9002
            VOLUME /data ["/x"]
            VOLUME ["/logs"]
            SHELL ["/bin/bash", "-c"]
            ENTRYPOINT exec run
            USER 5:6
            WORKDIR a
            WORKDIR b
            STOPSIGNAL SIGQUIT
            HEALTHCHECK --interval=5s --retries=2 CMD true
            """);
        var config = outcome.Image.Config.Config!;
        Assert.Equal(["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "A=2", "B=two words"], config.Env);
        Assert.Equal(["/bin/bash", "-c", "exec run"], config.Entrypoint);
        Assert.Null(config.Cmd);
        Assert.Equal(["53/udp", "8000/tcp", "9000/tcp", "9001/tcp", "9002/tcp"], config.ExposedPorts!.Keys);
        Assert.Equal(("5:6", "/a/b", "SIGQUIT"), (config.User, config.WorkingDir, config.StopSignal));
        Assert.Equal("trigger", config.Labels!["from"]);
        Assert.Equal("x y", config.Labels["two words"]);
        Assert.Equal("""{"Test":["CMD-SHELL","true"],"Interval":5000000000,"Retries":2}""", config.Unknown!["Healthcheck"].GetRawText());
        Assert.DoesNotContain("OnBuild", config.Unknown.Keys);
        Assert.Contains(outcome.Image.Config.History!, entry => entry is { CreatedBy: "ENV A=1 B=two words", EmptyLayer: true });
    }

    [RootFact]
    public async Task Archives_are_extracted_by_ADD_and_copied_by_COPY()
    {
        using var app = new DockerfileApp(node);
        app.Write("in/x", "x");
        foreach (var (option, suffix) in ((string, string)[])[("", "tar"), ("z", "tgz"), ("j", "tbz"), ("J", "txz")])
            (await new Command("tar", $"-c{option}f", $"a.{suffix}", "--owner=7", "--group=8", "--mode=600", "-C", "in", "x") { Directory = app.Source }.RunAsync()).Succeeded();
        (await new Command("gzip", "-k", "in/x") { Directory = app.Source }.RunAsync()).Succeeded();
        var outcome = await app.BuildAsync("""
            FROM scratch
            ADD a.tar /tar/
            ADD a.tgz /tgz
            ADD a.tbz /tbz/
            ADD a.txz /txz/
            ADD in/x.gz /
            COPY a.tar /copied
            ADD --unpack=false a.tar /kept
            """);
        var files = await app.FilesAsync(outcome);
        foreach (var kind in (string[])["tar", "tgz", "tbz", "txz"]) Assert.Contains($"600 7:8 {kind}/x = x", files);
        foreach (var name in (string[])["copied", "kept", "x.gz"]) Assert.Contains(files, line => line.StartsWith($"644 0:0 {name} = ", StringComparison.Ordinal));
    }

    [RootFact]
    public async Task Files_are_fetched_and_checked_but_not_from_this_host_s_own_services()
    {
        var port = Ports.Free();
        using var server = new System.Net.HttpListener();
        // The node's bridge: an address that is not this host's loopback.
        server.Prefixes.Add($"http://10.217.78.1:{port}/");
        server.Prefixes.Add($"http://127.0.0.1:{port}/");
        server.Start();
        var serving = ServeAsync(server);
        var digest = $"sha256:{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("fetched"u8))}";
        using var app = new DockerfileApp(node);
        var outcome = await app.BuildAsync($"FROM scratch\nADD --checksum={digest} http://10.217.78.1:{port}/dir/file.txt /x/\nADD --chmod=644 http://10.217.78.1:{port}/ /named\n");
        Assert.Equal(["644 0:0 named = fetched", "755 0:0 x/", "600 0:0 x/file.txt = fetched"], await app.FilesAsync(outcome));
        foreach (var (line, message) in ((string, string)[])
        [
            ($"ADD --checksum=sha256:{new string('0', 64)} http://10.217.78.1:{port}/file /x", "digest mismatch"),
            ($"ADD http://10.217.78.1:{port}/missing /x", "HTTP 404"),
            ($"ADD http://10.217.78.1:{port}/ /x/", "cannot determine a filename"),
            ($"ADD http://127.0.0.1:{port}/file /x", "this host itself"),
            ($"ADD http://localhost:{port}/file /x", "this host itself"),
        ])
        {
            var error = await Assert.ThrowsAsync<BuildException>(() => app.BuildAsync($"FROM scratch\n{line}\n"));
            Assert.Contains(message, error.Message, StringComparison.Ordinal);
        }

        server.Stop();
        await serving;
    }

    private static async Task ServeAsync(System.Net.HttpListener server)
    {
        try
        {
            while (true)
            {
                var request = await server.GetContextAsync();
                if (request.Request.Url!.AbsolutePath.EndsWith("missing", StringComparison.Ordinal)) request.Response.StatusCode = 404;
                else await request.Response.OutputStream.WriteAsync("fetched"u8.ToArray());
                request.Response.Close();
            }
        }
        catch (Exception error) when (error is System.Net.HttpListenerException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    [RootFact]
    public async Task Everything_in_the_image_has_the_time_it_is_given()
    {
        using var app = new DockerfileApp(node);
        app.Write("a", "a");
        var file = $"FROM {Base}\nUSER root\nCOPY a /\nRUN echo x > /b\n";
        Func<Paas.Build.Dockerfiles.Building.DockerfileBuildConfig, Paas.Build.Dockerfiles.Building.DockerfileBuildConfig> epoch =
            config => config with { NoCache = true, BuildArgs = new Dictionary<string, string> { ["SOURCE_DATE_EPOCH"] = "1700000000" } };
        var first = await app.BuildAsync(file, epoch);
        var second = await app.BuildAsync(file, epoch);
        Assert.Equal(first.Image.Digest, second.Image.Digest);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_700_000_000), first.Image.Config.Created);
    }

    [RootTheory]
    [InlineData("FROM scratch\nCOPY nothing /", 2, "\"nothing\": not found")]
    [InlineData("FROM scratch\nCOPY --from=$X a /", 2, "from doesn't support variable expansion")]
    [InlineData("FROM scratch\nCOPY http://example.invalid/x /", 2, "source can't be a URL for COPY")]
    [InlineData("FROM scratch\nADD --checksum=sha256:00 a /", 2, "checksum requires HTTP(S) or Git sources")]
    [InlineData("FROM scratch\nEXPOSE 1.2.3:80:80", 2, "invalid IP address: 1.2.3")]
    [InlineData("FROM scratch\nEXPOSE 80-82:8080-8081", 2, "invalid ranges specified")]
    [InlineData("FROM scratch\nCOPY a b /c", 2, "the destination must be a directory and end with a /")]
    [InlineData("FROM no/such:image", 1, "the image no/such:image is not on this host")]
    [InlineData("FROM stack/run:bookworm\nRUN exit 3", 2, "did not complete successfully: exit code: 3")]
    [InlineData("FROM stack/run:bookworm\nRUN --network=host x", 2, "network.host is not allowed")]
    [InlineData("FROM stack/run:bookworm\nRUN --mount=type=secret,id=t,required x", 2, "secret t: not found")]
    [InlineData("FROM scratch\nCOPY --chown=nobody a /", 2, "unable to find user nobody")]
    [InlineData("FROM scratch\nCOPY --from=later a /\nFROM scratch AS later", 2, "the image later is not on this host")]
    [InlineData("FROM scratch\nEXPOSE x", 2, "invalid containerPort: x")]
    [InlineData("FROM scratch\nSTOPSIGNAL FOO", 2, "invalid signal: FOO")]
    [InlineData("ARG B\nFROM $B", 2, "should not be blank")]
    [InlineData("# check=error=true\nFROM scratch\nMAINTAINER x", 3, "lint violation found")]
    public async Task What_fails_says_where_and_why(string file, int line, string message)
    {
        using var app = new DockerfileApp(node);
        app.Write("a", "a");
        app.Write("b", "b");
        var error = await Assert.ThrowsAsync<BuildException>(() => app.BuildAsync(file, config => config with { Target = file.Contains("later", StringComparison.Ordinal) ? "0" : null }));
        Assert.StartsWith($"Dockerfile:{line}: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains("^", error.Message, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task Ignored_files_are_not_in_the_context()
    {
        using var app = new DockerfileApp(node);
        app.Write("keep/a", "a");
        app.Write("drop/b", "b");
        app.Write("drop/back", "c");
        app.Write("x.log", "d");
        app.Write(".dockerignore", "Dockerfile\n.dockerignore\n*.log\ndrop\n!drop/back\n");
        Assert.Equal(["755 0:0 drop/", "644 0:0 drop/back = c", "755 0:0 keep/", "644 0:0 keep/a = a"], await app.FilesAsync(await app.BuildAsync("FROM scratch\nCOPY . /\n")));
        var error = await Assert.ThrowsAsync<BuildException>(() => app.BuildAsync("FROM scratch\nCOPY x.log /\n"));
        Assert.Contains(".dockerignore takes it away", error.Hint, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task A_build_that_is_cancelled_leaves_nothing()
    {
        using var app = new DockerfileApp(node);
        using var cancel = new CancellationTokenSource();
        var build = app.BuildAsync($"FROM {Base}\nRUN echo begun && sleep 1000\n", ct: cancel.Token);
        await Eventually.TrueAsync("the command runs", TimeSpan.FromSeconds(30), () => Task.FromResult(app.Text.Contains(" begun", StringComparison.Ordinal)));
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => build);
        Assert.DoesNotContain(node.Images.Snapshotter.Keys(), key => key.StartsWith("unpack-", StringComparison.Ordinal));
        Assert.Empty(Directory.EnumerateDirectories(Path.Combine(node.Directory, "data", "containers")));
    }

    [RootFact]
    public async Task Stages_that_do_not_need_each_other_are_built_at_one_time()
    {
        using var app = new DockerfileApp(node);
        // Each waits for the other through a cache: one after the other they would never end.
        var meet = (string me, string other) => $"RUN --mount=type=cache,target=/meet touch /meet/{me} && for i in $(seq 300); do test -e /meet/{other} && exit 0; sleep 0.1; done; exit 1";
        var file = $"FROM {Base} AS a\nUSER root\n{meet("a", "b")}\nFROM {Base} AS b\nUSER root\n{meet("b", "a")}\nFROM scratch\nCOPY --from=a /etc/hostname* /etc/os-release /a/\nCOPY --from=b /etc/os-release /b/\n";
        if (Environment.ProcessorCount < 2) return;
        await app.BuildAsync(file);
    }
}
