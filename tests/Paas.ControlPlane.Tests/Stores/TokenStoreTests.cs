using Paas.Contracts.Errors;
using Paas.Contracts.Api;
using Paas.ControlPlane.Access;
using Paas.ControlPlane.Access.Ssh;
using Paas.ControlPlane.Store;
using Paas.Testing;

namespace Paas.ControlPlane.Tests.Stores;

public sealed class TokenStoreTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Database _database;
    private readonly Clock _clock = new();
    private readonly TokenStore _tokens;

    public TokenStoreTests()
    {
        _database = new Database(_directory.Combine("paas.db"));
        _tokens = new TokenStore(_database, _clock);
    }

    public void Dispose()
    {
        _database.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_secret_is_known_until_it_is_revoked()
    {
        var token = _tokens.Create("laptop", null);
        Assert.Equal("laptop", (await _tokens.ValidateAsync(token.Secret))!.Name);
        Assert.Null(await _tokens.ValidateAsync(token.Secret + "0"));
        Assert.Null(await _tokens.ValidateAsync(""));
        _tokens.Revoke("laptop");
        Assert.Null(await _tokens.ValidateAsync(token.Secret));
        Assert.Equal(ErrorCode.NotFound, Assert.Throws<PaasException>(() => _tokens.Revoke("laptop")).Code);
    }

    [Fact]
    public async Task A_secret_ends_with_its_lifetime_and_its_name_is_free_again()
    {
        var token = _tokens.Create("ci", TimeSpan.FromMinutes(5));
        Assert.Equal(_clock.Now + TimeSpan.FromMinutes(5), token.ExpiresAt);
        _clock.Now += TimeSpan.FromMinutes(5) - TimeSpan.FromTicks(1);
        Assert.NotNull(await _tokens.ValidateAsync(token.Secret));
        _clock.Now += TimeSpan.FromTicks(1);
        Assert.Null(await _tokens.ValidateAsync(token.Secret));
        Assert.NotEqual(token.Secret, _tokens.Create("ci", null).Secret);
    }

    [Fact]
    public void A_key_ends_with_the_token_or_the_person_that_added_it()
    {
        var (keys, people) = (new SshKeyStore(_database, _clock), new AccessStore(_database, _clock));
        people.SetUser("ann", admin: false);
        _tokens.Create("anns", null, new TokenOwner("ann", AccessRole.Admin, null));
        _tokens.Create("laptop", null);
        _tokens.Create("ci", TimeSpan.FromMinutes(5));
        foreach (var user in (string[])["ann", "anns", "laptop", "ci", "root"]) keys.Add(user, new SshPublicKey("ssh-ed25519", System.Text.Encoding.UTF8.GetBytes(user), ""), user);
        _tokens.Revoke("laptop");
        Assert.Equal(["ann", "anns", "ci", "root"], keys.List().Select(key => key.User));
        _clock.Now += TimeSpan.FromMinutes(6);
        _tokens.Create("ci", null);
        Assert.Equal(["ann", "anns", "root"], keys.List().Select(key => key.User));
        people.RemoveUser("ann");
        Assert.Equal(["root"], keys.List().Select(key => key.User));
    }

    [Fact]
    public void The_secret_is_nowhere_in_the_database()
    {
        var token = _tokens.Create("laptop", null);
        var files = Directory.EnumerateFiles(_directory.Path).Select(path =>
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(file, System.Text.Encoding.Latin1);
            return reader.ReadToEnd();
        });
        var secret = token.Secret[(token.Secret.IndexOf('_', StringComparison.Ordinal) + 1)..];
        Assert.All(files, text => Assert.DoesNotContain(secret, text, StringComparison.OrdinalIgnoreCase));
        Assert.Equal(64, secret.Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("root")]
    [InlineData("a\tb")]
    public void Bad_names(string name) => Assert.Equal(ErrorCode.InvalidRequest, Assert.Throws<PaasException>(() => _tokens.Create(name, null)).Code);

    [Fact]
    public void A_name_is_taken_once()
    {
        _tokens.Create("laptop", null);
        Assert.Equal(ErrorCode.Conflict, Assert.Throws<PaasException>(() => _tokens.Create("laptop", null)).Code);
        Assert.Equal(ErrorCode.InvalidRequest, Assert.Throws<PaasException>(() => _tokens.Create("x", TimeSpan.Zero)).Code);
    }

    private sealed class Clock : TimeProvider
    {
        internal DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
