using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Paas.Oci;
using Paas.Oci.Images;
using Paas.Testing;
using Paas.Testing.Servers;

namespace Paas.EndToEnd.Tests.Registry;

/// <summary>The container tools that people have, against the registry of a whole platform, through its router.</summary>
[Collection(ServerCollection.Name)]
public sealed class RegistryClientTests(ServerFixture fixture)
{
    private PaasServer Server => fixture.Server;

    [RootFact]
    public async Task Skopeo_pushes_and_pulls_byte_for_byte_and_the_push_of_latest_is_released()
    {
        using var client = await RegistryClient.CreateAsync(Server, "skopeo");
        await using var app = await EmptyApp.CreateAsync(Server, "pushed");
        var layout = await client.MakeImageAsync("hello from an image", 8090);
        (await client.SkopeoAsync("login", "--tls-verify=false", "-u", "me", "-p", client.Token, client.Registry)).Succeeded();
        (await client.SkopeoAsync("copy", "--dest-tls-verify=false", $"oci:{layout}:first", $"docker://{client.Registry}/pushed:latest")).Succeeded();

        await Eventually.TrueAsync("the image answers", TimeSpan.FromSeconds(60), async () =>
            await Server.Visitor.GetAsync("pushed.localhost") is { Status: HttpStatusCode.OK, Body: "hello from an image" });
        (await client.SkopeoAsync("copy", "--src-tls-verify=false", $"docker://{client.Registry}/pushed:v1", $"oci:{client.PathOf("back")}:first")).Succeeded();
        foreach (var blob in Directory.GetFiles(Path.Combine(client.PathOf("back"), "blobs/sha256")))
        {
            Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(layout, "blobs/sha256", Path.GetFileName(blob))), await File.ReadAllBytesAsync(blob));
        }

        var tags = (await client.SkopeoAsync("list-tags", "--tls-verify=false", $"docker://{client.Registry}/pushed")).Succeeded();
        Assert.Equal(["latest", "v1"], JsonNode.Parse(tags.Stdout)!["Tags"]!.AsArray().Select(tag => (string)tag!));
        // The same blobs to another repository are mounted, not sent; as Docker's types they are converted.
        (await client.SkopeoAsync("copy", "--src-tls-verify=false", "--dest-tls-verify=false", "--format", "v2s2", $"docker://{client.Registry}/pushed:v1", $"docker://{client.Registry}/pushed/copy:one")).Succeeded();
        Assert.Contains("vnd.docker", (await client.SkopeoAsync("inspect", "--raw", "--tls-verify=false", $"docker://{client.Registry}/pushed/copy:one")).Succeeded().Stdout, StringComparison.Ordinal);
        (await client.SkopeoAsync("delete", "--tls-verify=false", $"docker://{client.Registry}/pushed/copy:one")).Succeeded();
        Assert.NotEqual(0, (await client.SkopeoAsync("inspect", "--tls-verify=false", $"docker://{client.Registry}/pushed/copy:one")).ExitCode);
    }

    [RootFact]
    public async Task Skopeo_copies_between_apps_with_every_process_type_and_all_tags_and_platforms()
    {
        using var client = await RegistryClient.CreateAsync(Server, "copies");
        await using var source = await AppCheckout.CreateAsync(Server, "node", "copyfrom");
        await using var target = await EmptyApp.CreateAsync(Server, "copyto");
        await File.WriteAllTextAsync(source.PathOf("Procfile"), "web: node server.js\nworker: sleep 1000\n");
        await source.CommitAsync("Worker");
        (await source.PushAsync()).Succeeded();
        (await client.SkopeoAsync("login", "--tls-verify=false", "-u", "me", "-p", client.Token, client.Registry)).Succeeded();
        async Task<CommandResult> CopyAsync(string from, string to, params string[] options) => (await client.SkopeoAsync(
            ["copy", "--src-tls-verify=false", "--dest-tls-verify=false", .. options, from.Replace("HOST", client.Registry, StringComparison.Ordinal), to.Replace("HOST", client.Registry, StringComparison.Ordinal)])).Succeeded();

        foreach (var tag in (string[])["one", "two", "latest"]) await CopyAsync("docker://HOST/copyfrom:v1", $"docker://HOST/copyto:{tag}");
        await Eventually.TrueAsync("the copy answers", TimeSpan.FromSeconds(60), async () => await Server.Visitor.GetAsync($"copyto.{Server.Domain}") is { Status: HttpStatusCode.OK });
        var release = JsonNode.Parse((await Server.PaasAsync("releases", "-a", "copyto", "--json")).Succeeded().Stdout)![0]!;
        Assert.Equal(["web", "worker"], release["processes"]!.AsObject().Select(process => process.Key).Order());

        // An index with all that it names, and the index alone: the rest of it is not there.
        var layout = await client.MakeImageAsync("multi", 8095);
        await IndexAsync(layout);
        await CopyAsync($"oci:{layout}", "docker://HOST/copyfrom/multi:1", "--all");
        await CopyAsync("docker://HOST/copyfrom/multi:1", "docker://HOST/copyto/multi:1", "--all");
        await CopyAsync("docker://HOST/copyfrom/multi:1", "docker://HOST/copyto/sparse:1", "--multi-arch", "index-only");
        Assert.Contains("s390x", (await client.SkopeoAsync("inspect", "--raw", "--tls-verify=false", $"docker://{client.Registry}/copyto/sparse:1")).Succeeded().Stdout, StringComparison.Ordinal);
        (await client.SkopeoAsync("sync", "--src", "docker", "--dest", "dir", "--src-tls-verify=false", $"{client.Registry}/copyto", client.PathOf("synced"))).Succeeded();
        Assert.Equal(["copyto:latest", "copyto:one", "copyto:two", "copyto:v1"], Directory.GetDirectories(client.PathOf("synced")).Select(path => Path.GetFileName(path)).Order());
    }

    [RootFact]
    public async Task Podman_and_buildah_push_and_pull()
    {
        using var client = await RegistryClient.CreateAsync(Server, "podman");
        await using var app = await EmptyApp.CreateAsync(Server, "podded");
        (await client.RunAsync("podman", ["login", "--tls-verify=false", "-u", "me", "--password-stdin", client.Registry], client.Token)).Succeeded();
        await File.WriteAllTextAsync(client.PathOf("file"), "content");
        await File.WriteAllTextAsync(client.PathOf("Containerfile"), "FROM scratch\nCOPY file /file\nCMD [\"/file\"]\n");
        (await client.BuildahAsync("bud", "--isolation", "chroot", "-t", $"{client.Registry}/podded:one", client.PathOf("."))).Succeeded();
        (await client.BuildahAsync("push", "--tls-verify=false", $"{client.Registry}/podded:one")).Succeeded();
        (await client.PodmanAsync("rmi", "--force", $"{client.Registry}/podded:one")).Succeeded();
        (await client.PodmanAsync("pull", "--tls-verify=false", $"{client.Registry}/podded:one")).Succeeded();
        (await client.PodmanAsync("push", "--tls-verify=false", $"{client.Registry}/podded:one", $"docker://{client.Registry}/podded:two")).Succeeded();

        var images = JsonNode.Parse((await Server.PaasAsync("images", "-a", "podded", "--json")).Succeeded().Stdout)!.AsArray();
        Assert.Equal(["one", "two"], images.SelectMany(image => image!["names"]!.AsArray()).Select(name => (string)name!).Order());
        Assert.Contains("COPY", (await Server.PaasAsync("images:history", "one", "-a", "podded", "--json")).Succeeded().Stdout, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("/file", (await Server.PaasAsync("images:inspect", "one", "-a", "podded")).Succeeded().Stdout, StringComparison.Ordinal);
        Assert.Contains("podded", (await Server.PaasAsync("images")).Succeeded().Stdout, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task A_wrong_password_and_an_app_that_is_not_there_are_said_plainly()
    {
        using var client = await RegistryClient.CreateAsync(Server, "wrong");
        var refused = await client.SkopeoAsync("login", "--tls-verify=false", "-u", "me", "-p", "paas_wrong", client.Registry);
        Assert.NotEqual(0, refused.ExitCode);
        (await client.SkopeoAsync("login", "--tls-verify=false", "-u", "me", "-p", client.Token, client.Registry)).Succeeded();
        var layout = await client.MakeImageAsync("x", 8091);
        var unknown = await client.SkopeoAsync("copy", "--dest-tls-verify=false", $"oci:{layout}:first", $"docker://{client.Registry}/nobodys:latest");
        Assert.NotEqual(0, unknown.ExitCode);
        Assert.Contains("paas create nobodys", unknown.Output, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task A_blob_of_hundreds_of_megabytes_goes_through_the_router_over_https()
    {
        using var client = await RegistryClient.CreateAsync(Server, "large");
        await using var app = await EmptyApp.CreateAsync(Server, "large");
        var layout = await client.MakeImageAsync("large", 8092);
        var bundle = client.PathOf("large-bundle");
        (await client.RunAsync("umoci", ["unpack", "--image", $"{layout}:first", bundle])).Succeeded();
        (await client.RunAsync("sh", ["-c", $"head -c 300000000 /dev/urandom > {bundle}/rootfs/large"])).Succeeded();
        (await client.RunAsync("umoci", ["repack", "--image", $"{layout}:first", bundle])).Succeeded();
        var secure = $"paas.localhost:{Server.HttpsPort}";
        (await client.SkopeoAsync("copy", "--dest-tls-verify=false", "--dest-creds", $"me:{client.Token}", $"oci:{layout}:first", $"docker://{secure}/large/sub:one")).Succeeded();
        (await client.SkopeoAsync("copy", "--src-tls-verify=false", "--src-creds", $"me:{client.Token}", $"docker://{secure}/large/sub:one", $"dir:{client.PathOf("pulled")}")).Succeeded();
        Assert.True(new DirectoryInfo(client.PathOf("pulled")).EnumerateFiles().Sum(file => file.Length) > 300_000_000);
    }

    [RootFact]
    public async Task A_cleanup_says_what_it_would_do_and_leaves_what_runs()
    {
        await using var app = await AppCheckout.CreateAsync(Server, "static", "cleaned");
        (await app.PushAsync()).Succeeded();
        var planned = (await Server.PaasAsync("cleanup", "--dry-run")).Succeeded();
        Assert.Contains("are kept free for the apps", planned.Output, StringComparison.Ordinal);
        (await Server.PaasAsync("cleanup")).Succeeded();
        Assert.Contains("Nothing to remove.", (await Server.PaasAsync("cleanup")).Succeeded().Stdout, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync()).Status);
        (await app.PaasAsync("scale", "web=2")).Succeeded();
    }

    [RootFact]
    public async Task The_tag_that_is_released_can_be_set()
    {
        await using var app = await EmptyApp.CreateAsync(Server, "tagged");
        Assert.Equal("latest", (await Server.PaasAsync("registry:deploy-tag", "-a", "tagged")).Succeeded().Stdout.Trim());
        var set = (await Server.PaasAsync("registry:deploy-tag", "main", "-a", "tagged")).Succeeded();
        Assert.Contains($"docker push paas.localhost:{Server.HttpPort}/tagged:main", set.Stderr, StringComparison.Ordinal);
        Assert.Equal("none", (await Server.PaasAsync("registry:deploy-tag", "--none", "-a", "tagged")).Succeeded().Stdout.Trim());
        var wrong = await Server.PaasAsync("registry:deploy-tag", "not/a/tag", "-a", "tagged");
        Assert.Equal(1, wrong.ExitCode);
        Assert.Contains("is no tag", wrong.Stderr, StringComparison.Ordinal);
    }

    /// <summary>Makes a layout's one image an index of it for this platform and for another.</summary>
    private static async Task IndexAsync(string layout)
    {
        var file = Path.Combine(layout, "index.json");
        var manifest = JsonNode.Parse(await File.ReadAllTextAsync(file))!["manifests"]![0]!.AsObject();
        manifest.Remove("annotations");
        var manifests = new[] { Platform.Current.Architecture, "s390x" }.Select(architecture =>
        {
            var entry = manifest.DeepClone();
            entry["platform"] = new JsonObject { ["os"] = "linux", ["architecture"] = architecture };
            return entry;
        });
        var index = Encoding.UTF8.GetBytes(new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = MediaTypes.Index, ["manifests"] = new JsonArray([.. manifests]) }.ToJsonString());
        var digest = Digest.Compute(index);
        await File.WriteAllBytesAsync(Path.Combine(layout, "blobs/sha256", digest.Hex), index);
        var named = new JsonObject { ["mediaType"] = MediaTypes.Index, ["digest"] = $"{digest}", ["size"] = index.Length };
        await File.WriteAllTextAsync(file, new JsonObject { ["schemaVersion"] = 2, ["manifests"] = new JsonArray(named) }.ToJsonString());
    }

    /// <summary>An app that nothing has been pushed to yet.</summary>
    private sealed class EmptyApp(PaasServer server, string name) : IAsyncDisposable
    {
        public static async Task<EmptyApp> CreateAsync(PaasServer server, string name)
        {
            (await server.PaasAsync("create", name)).Succeeded();
            return new EmptyApp(server, name);
        }

        public async ValueTask DisposeAsync() => await server.PaasAsync("destroy", "-a", name, "--confirm", name);
    }
}
