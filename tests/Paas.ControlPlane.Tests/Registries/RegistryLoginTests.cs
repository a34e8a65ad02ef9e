using System.Text;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Registries;
using Paas.Images.Remote;
using Paas.Testing;
using Paas.Testing.Servers;

namespace Paas.ControlPlane.Tests.Registries;

public sealed class RegistryLoginTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 5, 4, 3, 2, 1, TimeSpan.Zero);

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_login_is_kept_encrypted_and_found_again()
    {
        var logins = Logins();
        logins.Set("ghcr.io", new("ann", "first secret"), Now);
        logins.Set("docker.io", new("bob", "pässword"), Now);
        logins.Set("ghcr.io", new("ann", "second secret"), Now);

        Assert.Equal([new("docker.io", "bob", Now), new RegistryDocument("ghcr.io", "ann", Now)], Logins().List());
        Assert.Equal(new RegistryCredential("ann", "second secret"), Logins().Find("ghcr.io"));
        Assert.Equal(new RegistryCredential("bob", "pässword"), Logins().Find("docker.io"));
        Assert.Null(Logins().Find("quay.io"));
        foreach (var file in Directory.EnumerateFiles(_directory.Path))
        {
            Assert.DoesNotContain("secret", Encoding.Latin1.GetString(File.ReadAllBytes(file)), StringComparison.Ordinal);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    [Fact]
    public void A_login_that_is_forgotten_is_gone()
    {
        Logins().Set("ghcr.io", new("ann", "x"), Now);
        Assert.True(Logins().Remove("ghcr.io"));
        Assert.False(Logins().Remove("ghcr.io"));
        Assert.Empty(Logins().List());
    }

    [Fact]
    public void A_password_moved_to_another_registry_or_under_another_key_is_not_given_away()
    {
        Logins().Set("ghcr.io", new("ann", "x"), Now);
        var path = _directory.Combine("registries.json");
        var whole = File.ReadAllText(path);
        File.WriteAllText(path, whole.Replace("ghcr.io", "evil.io", StringComparison.Ordinal));
        var error = Assert.Throws<PaasException>(() => Logins().Find("evil.io"));
        Assert.Contains("paas registry:login evil.io -u ann", error.Hint, StringComparison.Ordinal);
        File.WriteAllText(path, whole);
        File.WriteAllBytes(_directory.Combine("registries.key"), new byte[32]);
        Assert.Equal(ErrorCode.Unavailable, Assert.Throws<PaasException>(() => Logins().Find("ghcr.io")).Code);
        File.Delete(_directory.Combine("registries.key"));
        Assert.Throws<PaasException>(() => Logins().Find("ghcr.io"));
    }

    [Theory]
    [InlineData("ghcr.io", "ghcr.io")]
    [InlineData("GHCR.io", "ghcr.io")]
    [InlineData("https://index.docker.io/v1/", "docker.io")]
    [InlineData("docker.io", "docker.io")]
    [InlineData("http://localhost:5000/", "localhost:5000")]
    public void A_registry_has_one_name(string text, string name) => Assert.Equal(name, RegistryName.Normalize(text));

    [Theory]
    [InlineData("")]
    [InlineData("docker")]
    [InlineData("ghcr.io/team/app")]
    [InlineData("a b.io")]
    public void What_is_no_registry_is_refused(string text) => Assert.Equal(ErrorCode.InvalidRequest, Assert.Throws<PaasException>(() => RegistryName.Normalize(text)).Code);

    [Fact]
    public async Task A_login_is_tried_before_it_is_kept()
    {
        await using var registry = await DockerRegistry.StartAsync("ann", "right");
        using var client = new RegistryClient(new RegistryOptions { Attempts = 1 }, Logins().Find, TimeProvider.System);
        IRegistries desk = new RegistryDesk(Logins(), client, TimeProvider.System);
        var error = await Assert.ThrowsAsync<PaasException>(() => desk.LogInToRegistryAsync(registry.Host, new("ann", "wrong"), default));
        Assert.Equal(ErrorCode.InvalidRequest, error.Code);
        Assert.DoesNotContain("wrong", error.ToString(), StringComparison.Ordinal);
        Assert.Empty(await desk.ListRegistriesAsync(default));
        error = await Assert.ThrowsAsync<PaasException>(() => desk.LogInToRegistryAsync($"127.0.0.1:{Ports.Free()}", new("ann", "x"), default));
        Assert.Equal(ErrorCode.Unavailable, error.Code);

        await desk.LogInToRegistryAsync(registry.Host, new("ann", "right"), default);
        Assert.Equal((registry.Host, "ann"), (Assert.Single(await desk.ListRegistriesAsync(default)).Registry, Logins().Find(registry.Host)!.UserName));
        await desk.LogOutOfRegistryAsync(registry.Host, default);
        Assert.Equal(ErrorCode.NotFound, (await Assert.ThrowsAsync<PaasException>(() => desk.LogOutOfRegistryAsync(registry.Host, default))).Code);
    }

    private RegistryLogins Logins() => new(_directory.Path);
}
