using System.Net;
using System.Net.Sockets;
using Paas.Build.Dockerfiles.Running;
using Paas.Build.Tests.Apps;
using Paas.Build.Tests.Dockerfiles.Building;
using Paas.Testing;

namespace Paas.Build.Tests.Dockerfiles.Running;

/// <summary>What a <c>RUN</c> reaches outside of its container: an agent, the host's network. And as whom.</summary>
[Collection(BuildNodeCollection.Name)]
public sealed class RunAccessTests(BuildNode node)
{
    private const string Base = "stack/build:bookworm";

    // Asks for the keys (SSH_AGENTC_REQUEST_IDENTITIES), then for a signature by the first, and prints its comment and the signature's kind.
    private const string Client = """
        import os, socket, struct
        s = socket.socket(socket.AF_UNIX); s.connect(os.environ["SSH_AUTH_SOCK"])
        def ask(body):
            s.sendall(struct.pack(">I", len(body)) + body)
            n = struct.unpack(">I", s.recv(4, socket.MSG_WAITALL))[0]
            return s.recv(n, socket.MSG_WAITALL)
        def text(b, at=0):
            n = struct.unpack(">I", b[at:at + 4])[0]
            return b[at + 4:at + 4 + n], at + 4 + n
        keys = ask(b"\x0b")
        blob, at = text(keys, 5)
        comment, _ = text(keys, at)
        data = b"x" * 50000
        signed = ask(b"\x0d" + struct.pack(">I", len(blob)) + blob + struct.pack(">I", len(data)) + data + b"\0\0\0\0")
        print("key", keys[0], comment.decode(), signed[0], text(text(signed, 1)[0])[0].decode())
        """;

    [RootFact]
    public async Task An_agent_signs_for_the_command_that_mounts_it_and_is_in_no_layer()
    {
        await using var agent = await SshAgent.StartAsync("of the user");
        using var app = new DockerfileApp(node);
        app.Write("client.py", Client);
        var agents = new Dictionary<string, ConnectAgent> { ["default"] = agent.Connect, ["deploy"] = agent.Connect };
        var outcome = await app.BuildAsync($"""
            FROM {Base}
            USER root
            RUN --mount=type=ssh --mount=target=/c,source=client.py echo "$SSH_AUTH_SOCK $(stat -c '%a %u:%g %F' $SSH_AUTH_SOCK)" && python3 /c && python3 /c
            RUN --mount=type=ssh,id=deploy,target=/tmp/agent,mode=0660,uid=1000,gid=1001 echo "$SSH_AUTH_SOCK $(stat -c '%a %u:%g' /tmp/agent)"
            RUN --mount=type=ssh --mount=type=ssh,id=deploy ls /run/buildkit
            USER 1000
            RUN --mount=type=ssh,uid=1000 --mount=target=/c,source=client.py python3 /c
            RUN --mount=type=ssh --mount=target=/c,source=client.py ! python3 /c
            ENV SSH_AUTH_SOCK=/mine
            RUN --mount=type=ssh echo "own $SSH_AUTH_SOCK"
            RUN echo "without ${"{SSH_AUTH_SOCK}"}"; test ! -e /run/buildkit
            """, config => config with { Agents = agents });
        foreach (var line in (string[])
            [" /run/buildkit/ssh_agent.0 600 0:0 socket", " key 12 of the user 14 ssh-ed25519", " /tmp/agent 660 1000:1001", " ssh_agent.1", "PermissionError", " own /mine", " without /mine"])
        {
            Assert.Contains(line, app.Text, StringComparison.Ordinal);
        }

        Assert.Equal(3, app.Output.Count(line => line.EndsWith(" key 12 of the user 14 ssh-ed25519", StringComparison.Ordinal)));
        Assert.DoesNotContain(await app.FilesAsync(outcome, Base), line => line.Contains("agent", StringComparison.Ordinal) || line.Contains("buildkit", StringComparison.Ordinal));
        await Eventually.TrueAsync("no conversation is left", Patience.OfSeconds(10), () => Task.FromResult(agent.Open == 0));
    }

    [RootFact]
    public async Task Without_an_agent_a_command_runs_unless_it_requires_one()
    {
        using var app = new DockerfileApp(node);
        await app.BuildAsync($"FROM {Base}\nUSER root\nRUN --mount=type=ssh test ! -e \"$SSH_AUTH_SOCK\"\n");
        var refused = await Assert.ThrowsAsync<BuildException>(() => app.BuildAsync($"FROM {Base}\nRUN --mount=type=ssh,id=deploy,required true\n"));
        Assert.Contains("Dockerfile:2: unset ssh forward key deploy", refused.Message, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task An_agent_that_goes_away_ends_the_conversation_and_not_the_build()
    {
        using var app = new DockerfileApp(node);
        app.Write("client.py", Client);
        var gone = new Dictionary<string, ConnectAgent> { ["default"] = static () => new Gone() };
        await app.BuildAsync($"FROM {Base}\nUSER root\nRUN --mount=type=ssh --mount=target=/c,source=client.py ! python3 /c\n", config => config with { Agents = gone });
    }

    [RootFact]
    public async Task The_host_s_network_is_for_who_was_allowed_it()
    {
        // What listens on loopback only is reached from nowhere else.
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        using var app = new DockerfileApp(node);
        const string Connect = "python3 -c 'import socket, sys; socket.create_connection((\"127.0.0.1\", int(sys.argv[1])), 2)'";
        var file = $"FROM {Base}\nUSER root\nRUN --network=host {Connect} {port} && grep -q ptbuild0 /proc/net/dev && ! unshare -n true\nRUN ! {Connect} {port}\n";
        var refused = await Assert.ThrowsAsync<BuildException>(() => app.BuildAsync(file));
        Assert.Contains("Dockerfile:3: network.host is not allowed", refused.Message, StringComparison.Ordinal);
        await app.BuildAsync(file, config => config with { AllowsHostNetwork = true });
        var insecure = await Assert.ThrowsAsync<BuildException>(() => app.BuildAsync($"FROM {Base}\nRUN --security=insecure true\n", config => config with { AllowsHostNetwork = true }));
        Assert.Contains("security.insecure is not allowed", insecure.Message, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task A_user_s_own_group_is_among_its_groups()
    {
        using var app = new DockerfileApp(node);
        // As BuildKit 0.25 shows them on the same image.
        await app.BuildAsync($"""
            FROM {Base}
            USER root
            RUN echo "root:$(grep Groups /proc/self/status | cut -f2)" && groupadd -g 77 more && usermod -a -G more paas
            USER paas
            RUN echo "paas:$(grep Groups /proc/self/status | cut -f2)"
            USER 4711
            RUN echo "number:$(grep Groups /proc/self/status | cut -f2)"
            USER paas:more
            RUN echo "named:$(grep Groups /proc/self/status | cut -f2)"
            """);
        foreach (var line in (string[])["root:0", "paas:77 1000", "number:0", "named:77"]) Assert.Contains(app.Output, shown => shown.TrimEnd().EndsWith($" {line}", StringComparison.Ordinal));
    }

    private sealed class Gone : IAgentConnection
    {
        public Task<byte[]?> AskAsync(byte[] request, CancellationToken ct) => Task.FromResult<byte[]?>(null);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
