using System.Security.Cryptography;
using System.Text;
using Paas.Testing;
using Paas.Testing.Servers;

namespace Paas.EndToEnd.Tests;

/// <summary>Apps with a Dockerfile, and <c>paas build</c>.</summary>
[Collection(ServerCollection.Name)]
public sealed class DockerfileTests(ServerFixture fixture)
{
    private const string Secret = "a-greeting-that-no-layer-keeps";

    [RootFact]
    public async Task A_pushed_Dockerfile_answers_on_the_port_it_exposes_and_keeps_no_secret()
    {
        await using var app = await AppCheckout.CreateAsync(fixture.Server, "dockerfile", "dockerfile");
        (await app.PaasAsync("config:set", $"GREETING={Secret}")).Succeeded();
        // A step of its own: the cache does not look at secrets, and another app may have done the sample's without one.
        app.Replace("Dockerfile", "> /proof", "> /proof; true");
        await app.CommitAsync("Make it mine");
        var push = (await app.PushAsync()).Succeeded();
        Assert.Contains("-----> Dockerfile app detected", push.Stderr, StringComparison.Ordinal);
        var proof = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Secret)))[..8];
        Assert.Equal($"Hello from port 8080, proof {proof}\n", (await app.GetAsync()).Body);
        foreach (var blob in Directory.EnumerateFiles(Path.Combine(fixture.Server.DataDirectory, "images", "blobs", "sha256")))
        {
            Assert.True(File.ReadAllBytes(blob).AsSpan().IndexOf(Encoding.UTF8.GetBytes(Secret)) < 0, $"{blob} has the secret");
        }

        app.Replace("server.pl", "Hello", "Goodbye");
        await app.CommitAsync("Say goodbye");
        var second = (await app.PushAsync()).Succeeded();
        Assert.Contains("CACHED", second.Stderr, StringComparison.Ordinal);
        Assert.StartsWith("Goodbye", (await app.GetAsync()).Body, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task A_wrong_Dockerfile_refuses_the_push_and_shows_its_line()
    {
        await using var app = await AppCheckout.CreateAsync(fixture.Server, "dockerfile", "wrongfile");
        app.Replace("Dockerfile", "EXPOSE 8080", "EXPSE 8080");
        await app.CommitAsync("A slip");
        var push = await app.PushAsync();
        Assert.NotEqual(0, push.ExitCode);
        Assert.Contains("Dockerfile:10: unknown instruction: EXPSE (did you mean EXPOSE?)", push.Stderr, StringComparison.Ordinal);
        Assert.Contains("^^^^^", push.Stderr, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task A_directory_is_built_for_no_app()
    {
        await using var app = await AppCheckout.CreateAsync(fixture.Server, "dockerfile", "sent");
        app.Replace("Dockerfile", "COPY server.pl .", "ARG WHO\nCOPY . .\nRUN test ! -e left-out && echo \"$WHO\"");
        await File.WriteAllTextAsync(Path.Combine(app.Directory, "left-out"), "");
        await File.WriteAllTextAsync(Path.Combine(app.Directory, ".dockerignore"), "left-out\n.git\n");
        var built = (await app.PaasAsync("build", "-t", "team/tool:1", "--build-arg", "WHO=world", "--secret", "id=GREETING,src=server.pl", ".")).Succeeded();
        Assert.Matches("^sha256:[0-9a-f]{64}\n$", built.Stdout);
        Assert.Contains(" world", built.Stderr, StringComparison.Ordinal);
        Assert.Matches(@"\n\(steps of Dockerfiles\) +[1-9]\d* +\d", (await app.PaasAsync("images")).Succeeded().Stdout);
        await BuildWithAgentAsync(app);
        var failed = await app.PaasAsync("build", "--target", "nowhere", ".");
        Assert.Equal(1, failed.ExitCode);
        Assert.Contains("target stage \"nowhere\" could not be found", failed.Stderr, StringComparison.Ordinal);
    }

    // The command line's whole way: an agent with a key of this machine signs for a command on the server.
    private static async Task BuildWithAgentAsync(AppCheckout app)
    {
        using var keys = new TemporaryDirectory();
        var (key, context) = (keys.Combine("own-key"), Directory.CreateDirectory(Path.Combine(app.Directory, "agent")).FullName);
        (await new Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "of-the-user", "-f", key).RunAsync()).Succeeded();
        await File.WriteAllTextAsync(Path.Combine(context, "Dockerfile"), """
            FROM stack/build:bookworm
            USER root
            RUN --mount=type=ssh python3 -c 'import os, socket; s = socket.socket(socket.AF_UNIX); s.connect(os.environ["SSH_AUTH_SOCK"]); s.sendall(b"\0\0\0\1\x0b"); print("keys:", s.recv(4096)[-11:].decode())'
            RUN --network=host grep -c . /proc/net/dev
            """);
        var built = (await app.PaasAsync("build", "--ssh", $"default={key}", "--allow", "network.host", context)).Succeeded();
        Assert.Contains(" keys: of-the-user", built.Stderr, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.EnumerateFiles(context), path => path.Contains("key", StringComparison.Ordinal));
        var refused = await app.PaasAsync("build", "--no-cache", "--ssh", $"default={key}", context);
        Assert.Contains("network.host is not allowed", refused.Stderr, StringComparison.Ordinal);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("security.insecure is not allowed by this server", (await app.PaasAsync("build", "--allow", "security.insecure", context)).Stderr, StringComparison.Ordinal);
        foreach (var wrong in (string[])["", "default=/no/such", "=x"]) Assert.Equal(2, (await app.PaasAsync("build", "--ssh", wrong, context)).ExitCode);
    }
}
