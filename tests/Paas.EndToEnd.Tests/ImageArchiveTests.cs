using System.Text.Json;
using Paas.Contracts.Api;
using Paas.Testing;
using Paas.Testing.Servers;

namespace Paas.EndToEnd.Tests;

/// <summary>Images out of the platform and into it, as a person at a shell does it, with skopeo and a registry on the other side.</summary>
[Collection(ServerCollection.Name)]
public sealed class ImageArchiveTests(ServerFixture fixture)
{
    [RootFact]
    public async Task An_apps_image_goes_out_and_comes_back_the_same_and_a_running_instance_becomes_one()
    {
        await using var app = await AppCheckout.CreateAsync(fixture.Server, "node", "archived");
        (await app.PushAsync()).Succeeded();
        var live = JsonSerializer.Deserialize((await app.PaasAsync("releases", "--json")).Succeeded().Stdout, ApiJsonContext.Default.IReadOnlyListReleaseDocument)![0].ImageDigest;

        (await app.PaasAsync("images:export", "archived", "-o", "app.tar")).Succeeded();
        Assert.Equal(live, await SkopeoDigestAsync($"oci-archive:{app.PathOf("app.tar")}"));
        Assert.Contains("archived", (await new Command("tar", "-xOf", app.PathOf("app.tar"), "manifest.json").RunAsync()).Succeeded().Stdout, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(app.Directory, "*.part"));
        var imported = (await app.PaasAsync("images:import", "app.tar", "--tag", "back:v1", "--json")).Succeeded();
        Assert.Equal((live, "docker.io/library/back:v1"), Named(imported.Stdout));
        var same = (await app.PaasAsync("images:diff", "archived", "back:v1", "--json")).Succeeded();
        Assert.Empty(JsonSerializer.Deserialize(same.Stdout, ApiJsonContext.Default.ImageDiffDocument)!.Files);

        (await app.PaasAsync("enter", "web.1", "--", "sh", "-c", "echo changed > /tmp/note; rm -f /workspace/Procfile")).Succeeded();
        (await app.PaasAsync("commit", "web.1", "--tag", "archived:fixed")).Succeeded();
        var diff = (await app.PaasAsync("images:diff", "archived", "archived:fixed")).Succeeded().Stdout;
        Assert.Contains("A /tmp/note  8\n", diff, StringComparison.Ordinal);
        (await app.PaasAsync("commit", "web.1", "--no-pause", "--tag", "archived:moving")).Succeeded();
        var moving = (await app.PaasAsync("images:diff", "archived:fixed", "archived:moving", "--json")).Succeeded();
        Assert.DoesNotContain(JsonSerializer.Deserialize(moving.Stdout, ApiJsonContext.Default.ImageDiffDocument)!.Files, file => file.Path is "/tmp/note" or "/workspace/Procfile");
        Assert.Equal(1, (await app.PaasAsync("commit", "web.9")).ExitCode);
    }

    [RootFact]
    public async Task An_image_of_a_registry_is_released_and_one_that_is_not_there_is_not()
    {
        await using var registry = await DockerRegistry.StartAsync();
        await using var app = await AppCheckout.CreateAsync(fixture.Server, "node", "origin");
        (await app.PushAsync()).Succeeded();
        (await app.PaasAsync("images:export", "origin", "-o", "app.tar")).Succeeded();
        (await new Command("skopeo", "copy", "--dest-tls-verify=false", $"oci-archive:{app.PathOf("app.tar")}", $"docker://{registry.Host}/team/app:v1").RunAsync()).Succeeded();

        (await fixture.Server.PaasAsync("create", "pulled")).Succeeded();
        var missing = await fixture.Server.PaasAsync("git:from-image", "pulled", $"{registry.Host}/team/app:v2");
        Assert.Equal(1, missing.ExitCode);
        Assert.Contains($"has no image {registry.Host}/team/app:v2", missing.Stderr, StringComparison.Ordinal);
        Assert.Equal("[]", (await fixture.Server.PaasAsync("releases", "-a", "pulled", "--json")).Succeeded().Stdout.Trim());
        var deployed = (await fixture.Server.PaasAsync("git:from-image", "pulled", $"{registry.Host}/team/app:v1")).Succeeded();
        Assert.Contains("=====> Application deployed:", deployed.Stdout, StringComparison.Ordinal);
        Assert.Equal(200, (int)(await fixture.Server.Visitor.GetAsync($"pulled.{fixture.Server.Domain}")).Status);
        (await fixture.Server.PaasAsync("destroy", "pulled", "--confirm", "pulled")).Succeeded();
    }

    [RootFact]
    public async Task What_is_no_image_is_said_to_be_none()
    {
        var server = fixture.Server;
        var bad = await new Command(Programs.Paas, "images:import", "-") { Environment = server.UserEnvironment(), Stdin = "nonsense" }.RunAsync();
        Assert.Equal(1, bad.ExitCode);
        Assert.Contains("the archive", bad.Stderr, StringComparison.Ordinal);
        var missing = await server.PaasAsync("images:export", "no-such-image:v1", "-o", Path.Combine(server.Home, "x.tar"));
        Assert.Equal(1, missing.ExitCode);
        Assert.Contains("there is no app and no image no-such-image:v1", missing.Stderr, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(server.Home, "x.tar")));
        Assert.Equal(2, (await server.PaasAsync("images:export", "x", "--format", "zip")).ExitCode);
    }

    [RootFact]
    public async Task A_registry_is_logged_in_to_and_out_of_and_its_password_is_nowhere()
    {
        var server = fixture.Server;
        await using var registry = await DockerRegistry.StartAsync("ann", "pass-word-nobody-sees");
        Task<CommandResult> LoginAsync(string password) =>
            new Command(Programs.Paas, "registry:login", registry.Host, "-u", "ann", "--password-stdin") { Environment = server.UserEnvironment(), Stdin = password + "\n" }.RunAsync();

        var wrong = await LoginAsync("wrong");
        Assert.Equal(1, wrong.ExitCode);
        Assert.Contains("does not take the login", wrong.Stderr, StringComparison.Ordinal);
        (await LoginAsync("pass-word-nobody-sees")).Succeeded();
        Assert.Contains($"{registry.Host}", (await server.PaasAsync("registry:list")).Succeeded().Stdout, StringComparison.Ordinal);
        Assert.DoesNotContain("pass-word", (await server.PaasAsync("registry:list", "--json")).Succeeded().Stdout, StringComparison.Ordinal);
        Assert.DoesNotContain("pass-word", server.Diagnostics(), StringComparison.Ordinal);
        var found = await new Command("grep", "-rl", "pass-word-nobody-sees", server.DataDirectory).RunAsync();
        Assert.Equal((1, ""), (found.ExitCode, found.Stdout));
        (await server.PaasAsync("registry:logout", registry.Host)).Succeeded();
        Assert.Equal(1, (await server.PaasAsync("registry:logout", registry.Host)).ExitCode);
    }

    private static (string Digest, string Name) Named(string json)
    {
        var image = Assert.Single(JsonSerializer.Deserialize(json, ApiJsonContext.Default.IReadOnlyListImportedImageDocument)!);
        return (image.Digest, Assert.Single(image.Names));
    }

    private static async Task<string> SkopeoDigestAsync(string image) =>
        (await new Command("skopeo", "inspect", "--format", "{{.Digest}}", image).RunAsync()).Succeeded().Stdout.Trim();
}
