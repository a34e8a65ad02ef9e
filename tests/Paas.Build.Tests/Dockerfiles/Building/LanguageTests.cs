using System.Text.RegularExpressions;
using Paas.Build.Tests.Apps;
using Paas.Images.Remote;
using Paas.Oci;
using Paas.Testing;
using Paas.Testing.Servers;

namespace Paas.Build.Tests.Dockerfiles.Building;

/// <summary>Corners of the language, each as BuildKit has it.</summary>
[Collection(BuildNodeCollection.Name)]
public sealed partial class LanguageTests(BuildNode node)
{
    private const string Base = "stack/run:bookworm";

    [RootFact]
    public async Task Of_ARG_and_ENV_the_later_one_counts_and_a_stage_goes_on_with_what_it_is_built_upon()
    {
        using var app = new DockerfileApp(node);
        var outcome = await app.BuildAsync($"""
            ARG GLOBAL=g
            FROM {Base} AS below
            USER root
            ENV A=env B=env
            ARG A=arg
            ARG B
            ARG C=c
            ENV KEPT=$A$B
            FROM below
            ARG C
            ARG GLOBAL TARGETARCH
            RUN echo "$A $B $C $GLOBAL $TARGETARCH" > /x
            """, config => config with { BuildArgs = new Dictionary<string, string> { ["TARGETARCH"] = "other" } });
        Assert.Equal(["644 0:0 x = env env c g other"], await app.FilesAsync(outcome, Base));
        Assert.Contains("KEPT=argenv", outcome.Image.Config.Config!.Env!);
        Assert.DoesNotContain("UndefinedVar", app.Text, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task Documents_may_be_several_and_stand_off_their_sign()
    {
        using var app = new DockerfileApp(node);
        app.Write("a.txt", "a");
        var outcome = await app.BuildAsync($$"""
            # escape=`
            FROM {{Base}}
            USER root
            ENV V=v
            RUN << EOF
            echo one > /one
            EOF
            COPY --chown=3:4 --chmod=600 <<first <<"second" a.txt /several/
            $V \$V C:\x
            first
            $V
            second
            COPY <<\third /third
            ${V}
            third
            """);
        Assert.Equal(
            ["644 0:0 one = one", "600 3:4 several/", "600 3:4 several/a.txt = a", "600 3:4 several/first = v $V C:x", "600 3:4 several/second = $V", "644 0:0 third = v"],
            await app.FilesAsync(outcome, Base));
    }

    [RootFact]
    public async Task Triggers_run_in_the_next_stage_only_with_what_they_name()
    {
        using var app = new DockerfileApp(node);
        var outcome = await app.BuildAsync($"""
            FROM {Base} AS tools
            USER root
            RUN echo tool > /tool
            FROM {Base} AS first
            USER root
            ONBUILD ARG WHO=you
            ONBUILD COPY --from=tools /tool /copied
            ONBUILD RUN echo "$WHO" > /who
            ONBUILD HEALTHCHECK NONE
            FROM first AS second
            FROM second
            RUN rm /who
            """);
        Assert.Equal(["644 0:0 copied = tool"], await app.FilesAsync(outcome, Base));
        Assert.Equal("""{"Test":["NONE"]}""", outcome.Image.Config.Config!.Unknown!["Healthcheck"].GetRawText());
        Assert.False(outcome.Image.Config.Config.Unknown.ContainsKey("OnBuild"));
    }

    [RootFact]
    public async Task Mounts_show_stages_and_images_and_a_cache_begins_with_them()
    {
        using var app = new DockerfileApp(node);
        var file = $"""
            FROM {Base} AS seed
            USER root
            RUN mkdir -p /d/e && echo seed > /d/e/f && chown -R 5:6 /d
            FROM {Base}
            USER root
            RUN --mount=type=cache,from=seed,source=/d,target=/c stat -c "%u:%g %n" /c /c/e > /x && cat /c/e/f >> /x && echo more >> /c/e/f
            RUN --mount=from={Base},source=/etc/passwd,target=/users head -1 /users | cut -d: -f1 > /y
            """;
        Assert.Equal(["644 0:0 x = 5:6 /c 5:6 /c/e seed", "644 0:0 y = root"], await app.FilesAsync(await app.BuildAsync(file), Base));
        var again = await app.BuildAsync(file, config => config with { NoCache = true });
        Assert.Equal(["644 0:0 x = 5:6 /c 5:6 /c/e seed more", "644 0:0 y = root"], await app.FilesAsync(again, Base));
    }

    [RootFact]
    public async Task A_copy_puts_no_directory_in_a_file_s_place_and_an_archive_does()
    {
        using var app = new DockerfileApp(node);
        app.Write("dir/sub/file", "f");
        (await new Command("tar", "-C", app.Source, "-cf", Path.Combine(app.Source, "a.tar"), "--owner=0", "--group=0", "dir").RunAsync()).Succeeded();
        var made = $"FROM {Base}\nUSER root\nRUN mkdir -p /x/dir /y && echo file > /x/dir/sub && ln -s /y /x/y\n";
        var refused = await Assert.ThrowsAsync<BuildException>(() => app.BuildAsync($"{made}COPY dir /x/dir"));
        Assert.Contains("which is none", refused.Message, StringComparison.Ordinal);
        var outcome = await app.BuildAsync($"{made}ADD --chmod=600 --exclude=sub a.tar /x/\nCOPY none* dir /z/\n");
        Assert.Equal(
            ["755 0:0 x/", "755 0:0 x/dir/", "755 0:0 x/dir/sub/", "644 0:0 x/dir/sub/file = f", "777 0:0 x/y -> /y", "755 0:0 y/", "755 0:0 z/", "755 0:0 z/sub/", "644 0:0 z/sub/file = f"],
            await app.FilesAsync(outcome, Base));
    }

    [RootFact]
    public async Task An_archive_may_name_its_files_from_the_root_or_with_a_detour_and_cannot_replace_the_destination()
    {
        using var app = new DockerfileApp(node);
        app.Write("one", "1");
        app.Write("two", "2");
        const string Pack = "cd \"$1\" && tar -cf a.tar -P --owner=0 --group=0 --transform 's,^one$,/abs/one,' --transform 's,^two$,d/../two,' one two && tar -rf a.tar -P --owner=0 --group=0 --transform 's,^one$,.,' one";
        (await new Command("/bin/sh", "-c", Pack, "-", app.Source).RunAsync()).Succeeded();
        Assert.Equal(
            ["755 0:0 t/", "755 0:0 t/abs/", "644 0:0 t/abs/one = 1", "644 0:0 t/two = 2"],
            await app.FilesAsync(await app.BuildAsync("FROM scratch\nADD a.tar /t/\n")));
    }

    [RootFact]
    public async Task Parents_that_are_kept_count_with_their_permissions()
    {
        using var app = new DockerfileApp(node);
        app.Write("d/f", "x");
        foreach (var (mode, cached) in new[] { ("711", 0), ("700", 0), ("711", 1) })
        {
            (await new Command("chmod", mode, Path.Combine(app.Source, "d")).RunAsync()).Succeeded();
            var outcome = await app.BuildAsync("FROM scratch\nCOPY --parents d/f /p/\n");
            Assert.Equal(["755 0:0 p/", $"{mode} 0:0 p/d/", "644 0:0 p/d/f = x"], await app.FilesAsync(outcome));
            Assert.Equal(cached, outcome.CachedSteps);
        }
    }

    [RootFact]
    public async Task Two_stars_are_one_directory_and_what_is_made_for_content_is_not_like_where_it_was()
    {
        using var app = new DockerfileApp(node);
        foreach (var path in (string[])["0.txt", "d/1.txt", "d/e/2.txt"]) app.Write(path, "x");
        File.SetUnixFileMode(Path.Combine(app.Source, "d"), (UnixFileMode)0x1c0);
        var outcome = await app.BuildAsync("FROM scratch\nWORKDIR /w/\nCOPY **/*.txt ./\nCOPY d/e d /y/z/\nCOPY --chmod=6711 0.txt /m/\nCOPY --parents **/2.txt /p/\n");
        Assert.Equal(
            [
                "711 0:0 m/", "6711 0:0 m/0.txt = x", "755 0:0 p/", "700 0:0 p/d/", "755 0:0 p/d/e/", "644 0:0 p/d/e/2.txt = x", "755 0:0 w/", "644 0:0 w/1.txt = x",
                "755 0:0 y/", "755 0:0 y/z/", "644 0:0 y/z/1.txt = x", "644 0:0 y/z/2.txt = x", "755 0:0 y/z/e/", "644 0:0 y/z/e/2.txt = x",
            ], await app.FilesAsync(outcome));
        Assert.Equal("/w/", outcome.Image.Config.Config!.WorkingDir);
    }

    [RootFact]
    public async Task What_stopped_the_other_stages_is_what_is_told()
    {
        using var app = new DockerfileApp(node);
        var error = await Assert.ThrowsAsync<BuildException>(() => app.BuildAsync($"FROM {Base} AS other\nRUN exit 3\nFROM {Base}\nRUN sleep 30\nCOPY --from=other /x /x\n"));
        Assert.Contains("Dockerfile:2: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("exit code: 3", error.Message, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task Checks_that_need_values_are_made_while_it_is_built()
    {
        using var app = new DockerfileApp(node);
        app.Write("dir/in", "in");
        app.Write(".dockerignore", "dir\n!dir/in\n");
        await app.BuildAsync(
            """
            # check=experimental=CopyIgnoredFile
            ARG IMAGE
            ARG UNSET
            FROM $IMAGE$NONE$UNSET
            ARG DECLARED
            ENV A=$DECLARED${OTHER:-1} B=$DECLARE
            WORKDIR one
            WORKDIR two
            EXPOSE 1.2.3.4:80:80/TCP
            COPY dir /dir/
            """, config => config with { BuildArgs = new Dictionary<string, string> { ["IMAGE"] = Base } });
        var found = app.Output.Select(line => CheckLine().Match(line)).Where(match => match.Success).Select(match => $"{match.Groups[1].Value} {match.Groups[2].Value}").Order(StringComparer.Ordinal);
        Assert.Equal(
            ["CopyIgnoredFile 10", "ExposeInvalidFormat 9", "ExposeProtoCasing 9", "InvalidDefaultArgInFrom 4", "UndefinedArgInFrom 4", "UndefinedVar 6", "WorkdirRelativePath 7"], found);
    }

    [RootFact]
    public async Task A_repository_is_added_with_its_submodules_as_its_address_says()
    {
        using var repositories = new TemporaryDirectory();
        await using var server = new GitHttpServer(repositories.Path);
        const string Script = """
            git() { command git -c user.name=n -c user.email=e -c protocol.file.allow=always "$@"; }
            git init -q -b main part.git && cd part.git && echo part > part && git add . && git commit -q -m one && cd ..
            git init -q -b main whole.git && cd whole.git && mkdir sub && echo whole > sub/whole && git add . && git submodule --quiet add "$1" parts
            git config -f .gitmodules submodule.parts.url ../part.git && git add . && git commit -q -m one && git tag v1 && echo later > sub/later && git add . && git commit -q -m two
            """;
        (await new Command("/bin/bash", "-ec", Script, "-", repositories.Combine("part.git")) { Directory = repositories.Path }.RunAsync()).Succeeded();
        var url = $"{server.Url}/whole.git";
        using var app = new DockerfileApp(node);
        var outcome = await app.BuildAsync($"FROM scratch\nADD {url}?tag=v1 /a/\nADD {url}#main:sub /b/\nADD --chown=5 {url}?branch=main&submodules=0&keep-git-dir=false&subdir=sub /c/\n");
        Assert.Equal(
            [
                "755 0:0 a/", "644 0:0 a/.gitmodules = [submodule \"parts\"]  path = parts  url = ../part.git", "755 0:0 a/parts/", "644 0:0 a/parts/part = part", "755 0:0 a/sub/", "644 0:0 a/sub/whole = whole",
                "755 0:0 b/", "644 0:0 b/later = later", "644 0:0 b/whole = whole", "755 5:5 c/", "644 5:5 c/later = later", "644 5:5 c/whole = whole",
            ], await app.FilesAsync(outcome));
        var unknown = await Assert.ThrowsAsync<BuildException>(() => app.BuildAsync($"FROM scratch\nADD {url}?depth=1 /a/"));
        Assert.Contains("unexpected query \"depth\"", unknown.Message, StringComparison.Ordinal);
        var changed = await Assert.ThrowsAsync<BuildException>(() => app.BuildAsync($"FROM scratch\nADD --checksum=0123456 {url} /a/"));
        Assert.Contains("expected checksum to match 0123456", changed.Message, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task A_base_image_comes_from_its_registry_and_then_from_the_store()
    {
        await using var registry = await DockerRegistry.StartAsync();
        using var directory = new TemporaryDirectory();
        using var app = new DockerfileApp(node);
        app.Write("a.txt", "a");
        var below = await app.BuildAsync("FROM scratch\nCOPY a.txt /below\nENV FROM_BELOW=yes\nONBUILD COPY a.txt /triggered\n");
        var name = $"{registry.Host}/team/base:1";
        await new ImagePusher(node.Images, Client()).PushAsync(below.Image, Reference.Parse(name), null, default);
        var pulls = 0;
        app.Pull = (reference, platform, _, ct) =>
        {
            pulls++;
            return new ImagePuller(node.Images, Client()).PullAsync(reference, platform, null, ct);
        };
        var outcome = await app.BuildAsync($"ARG REGISTRY\nFROM $REGISTRY/team/base:1\nCOPY --from={name} /below /again\n", config => config with { BuildArgs = new Dictionary<string, string> { ["REGISTRY"] = registry.Host } });
        Assert.Equal(["644 0:0 again = a", "644 0:0 below = a", "644 0:0 triggered = a"], await app.FilesAsync(outcome));
        Assert.Contains("FROM_BELOW=yes", outcome.Image.Config.Config!.Env!);
        var missing = await Assert.ThrowsAsync<RegistryException>(() => app.BuildAsync($"FROM {registry.Host}/team/none:1\n"));
        Assert.Equal(RegistryFailure.NotFound, missing.Failure);
        pulls = 0;
        await app.BuildAsync($"FROM {name}\n");
        Assert.Equal(0, pulls);
        await app.BuildAsync($"FROM {name}\n", config => config with { Pull = true });
        Assert.Equal(1, pulls);
    }

    [RootTheory]
    [InlineData("/w/x/p/./q", "q/own q/r/one")]
    [InlineData("/w/x/p/q/.", "w/x/p/q/own w/x/p/q/r/one")]
    [InlineData("./w/x/p/q", "w/x/p/q/own w/x/p/q/r/one")]
    [InlineData("/w/./x/./p/q", "x/p/q/own x/p/q/r/one")]
    [InlineData("/w/x/./*/q", "p/q/own p/q/r/one p2/q/r/two")]
    [InlineData("/w/x/p*/./q/**/r", "q/r/one q/r/two")]
    [InlineData("/w/x/p/q*/./r/**/three /w/x/p*/./q/**/two", "q/r/two r/s/three r/s2/three")]
    [InlineData("/w/x/p/q?/r/s*", "w/x/p/q2/r/s/three w/x/p/q2/r/s2/three")]
    [InlineData("/w/./**/one /w/./**/two", "x/p/q/r/one x/p2/q/r/two")]
    [InlineData("/./w/x/p2", "w/x/p2/q/r/two")]
    public async Task Parents_are_kept_from_the_first_pivot_on(string sources, string files)
    {
        // What BuildKit's own cases of --parents say; the frontends that are built into engines do not know the flag yet.
        using var app = new DockerfileApp(node);
        foreach (var path in (string[])["p/q/own", "p/q/r/one", "p2/q/r/two", "p/q2/r/s/three", "p/q2/r/s2/three"]) app.Write($"w/x/{path}", "");
        File.SetUnixFileMode(Path.Combine(app.Source, "w/x"), (UnixFileMode)0x1c0);
        foreach (var file in (string[])[$"FROM scratch\nCOPY --parents {sources} /\n", $"FROM scratch AS base\nCOPY w /w\nFROM scratch\nCOPY --from=base --parents {sources} /\n"])
        {
            var found = await app.FilesAsync(await app.BuildAsync(file));
            Assert.Equal(files.Split(' '), found.Where(line => line.Contains(" = ", StringComparison.Ordinal) || line.EndsWith(" =", StringComparison.Ordinal)).Select(line => line.Split(' ')[2]));
            Assert.All(found.Where(line => line.EndsWith(" w/x/", StringComparison.Ordinal)), line => Assert.StartsWith("700 0:0", line, StringComparison.Ordinal));
        }
    }

    [RootFact]
    public async Task A_registry_elsewhere_is_not_spoken_to_without_TLS_unless_told_so()
    {
        // An address of this machine, but none of its loopback.
        await using var registry = await DockerRegistry.StartAsync(address: BuildNode.Gateway);
        using var app = new DockerfileApp(node);
        app.Write("a.txt", "a");
        var told = new RegistryOptions { Insecure = new HashSet<string> { registry.Host }, Attempts = 1 };
        var below = await app.BuildAsync("FROM scratch\nCOPY a.txt /below\n");
        using (var client = Client(told)) await new ImagePusher(node.Images, client).PushAsync(below.Image, Reference.Parse($"{registry.Host}/team/base:1"), null, default);
        foreach (var instruction in (string[])[$"FROM {registry.Host}/team/base:1", $"FROM scratch\nCOPY --from={registry.Host}/team/base:1 /below /again"])
        {
            app.Pull = (reference, platform, _, ct) => new ImagePuller(node.Images, Client(told with { Insecure = new HashSet<string>() })).PullAsync(reference, platform, null, ct);
            var refused = await Assert.ThrowsAsync<RegistryException>(() => app.BuildAsync(instruction));
            Assert.Equal(RegistryFailure.NotSecure, refused.Failure);
            Assert.StartsWith($"{registry.Host} cannot be reached with TLS: ", refused.Message, StringComparison.Ordinal);
            app.Pull = (reference, platform, _, ct) => new ImagePuller(node.Images, Client(told)).PullAsync(reference, platform, null, ct);
            Assert.Single(await app.FilesAsync(await app.BuildAsync(instruction, config => config with { NoCache = true })));
            foreach (var name in node.Images.Content.References().Keys.Where(name => name.StartsWith(registry.Host, StringComparison.Ordinal))) node.Images.Content.RemoveReference(name);
        }
    }

    [GeneratedRegex(@"\b([A-Z][A-Za-z]+): .* \(line (\d+)\)$")]
    private static partial Regex CheckLine();

    private static RegistryClient Client(RegistryOptions? options = null) => new(options ?? new RegistryOptions(), _ => null, TimeProvider.System);
}
