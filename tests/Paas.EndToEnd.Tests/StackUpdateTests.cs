using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Paas.Contracts.Api;
using Paas.Testing;
using Paas.Testing.Servers;

namespace Paas.EndToEnd.Tests;

/// <summary>A package of which there is a newer version: into the stack, and under the apps. From a package repository of the test's own beside Debian's.</summary>
public sealed class StackUpdateTests
{
    private const string Newer = "99-newer1";

    [RootFact]
    public async Task A_newer_package_changes_the_stack_and_a_rebase_brings_it_to_every_app()
    {
        // Downloads and installs some hundred packages.
        if (Environment.GetEnvironmentVariable("PAAS_SOAK") is null) return;
        using var repository = new TemporaryDirectory();
        using var http = new HttpFileServer(repository.Path, "127.0.0.1");
        await AddPackageAsync(repository);
        var debian = await DebianAsync();
        await using var server = new PaasServer("--stack-mirrors", string.Join(',', debian.Append($"deb [trusted=yes allow-insecure=yes] {http.Address} ./")));
        await server.StartAsync();
        await using var app = await AppCheckout.CreateAsync(server, "node", "updated");
        (await app.PushAsync()).Succeeded();
        var before = await StackAsync(server);

        var updated = JsonSerializer.Deserialize((await server.PaasAsync("stack:update", "--json")).Succeeded().Stdout, ApiJsonContext.Default.StackResultDocument)!;
        Assert.True(updated.Changed);
        Assert.NotEqual(before.RunDigest, updated.RunDigest);
        Assert.NotEqual(before.BuildDigest, updated.BuildDigest);
        var change = updated.Packages.Single(package => package.Name == "tini");
        Assert.Equal((Newer, true), (change.To, change.Run));
        Assert.Equal(["updated"], updated.Behind);

        Assert.Contains("=====> Application deployed:", (await server.PaasAsync("rebase", "--all")).Succeeded().Stdout, StringComparison.Ordinal);
        var stack = await StackAsync(server);
        Assert.Equal((updated.RunDigest, false), (stack.RunDigest, stack.Apps.Single().Behind));
        Assert.Equal(200, (int)(await app.GetAsync()).Status);
        Assert.Equal("newer", (await app.PaasAsync("enter", "web.1", "--", "cat", "/usr/share/tini-newer")).Succeeded().Stdout.Trim());
    }

    private static async Task<StackDocument> StackAsync(PaasServer server) =>
        JsonSerializer.Deserialize((await server.PaasAsync("stack", "--json")).Succeeded().Stdout, ApiJsonContext.Default.StacksDocument)!.Stacks.Single(stack => stack.Name == "bookworm");

    // The lines that mmdebstrap wrote into the stack of the tests.
    private static async Task<IReadOnlyList<string>> DebianAsync()
    {
        using var held = await TestStack.HoldAsync();
        var lists = Directory.EnumerateDirectories(Path.Combine(TestStack.Directory, "images", "snapshots", "committed")).Select(layer => Path.Combine(layer, "fs", "etc", "apt", "sources.list"));
        return await File.ReadAllLinesAsync(lists.First(File.Exists));
    }

    // tini as it is in the stack, with one more file, as a version that goes before Debian's.
    private static async Task AddPackageAsync(TemporaryDirectory repository)
    {
        using var held = await TestStack.HoldAsync();
        var tini = Directory.EnumerateDirectories(Path.Combine(TestStack.Directory, "images", "snapshots", "committed")).Select(layer => Path.Combine(layer, "fs", "usr", "bin", "tini")).First(File.Exists);
        using var package = new TemporaryDirectory();
        foreach (var directory in (string[])["DEBIAN", "usr/bin", "usr/share"]) Directory.CreateDirectory(package.Combine(directory));
        File.Copy(tini, package.Combine("usr/bin/tini"));
        await File.WriteAllTextAsync(package.Combine("usr/share/tini-newer"), "newer\n");
        var control = $"Package: tini\nVersion: {Newer}\nArchitecture: amd64\nMaintainer: Nobody <nobody@invalid>\nDescription: init for containers\n";
        await File.WriteAllTextAsync(package.Combine("DEBIAN/control"), control);
        File.SetUnixFileMode(package.Path, (UnixFileMode)0x1ed);
        var file = repository.Combine("tini.deb");
        (await new Command("dpkg-deb", "--root-owner-group", "--build", package.Path, file).RunAsync()).Succeeded();
        var bytes = await File.ReadAllBytesAsync(file);
        var size = bytes.Length.ToString(CultureInfo.InvariantCulture);
        await File.WriteAllTextAsync(repository.Combine("Packages"), $"{control}Filename: ./tini.deb\nSize: {size}\nSHA256: {Convert.ToHexStringLower(SHA256.HashData(bytes))}\n\n");
    }
}
