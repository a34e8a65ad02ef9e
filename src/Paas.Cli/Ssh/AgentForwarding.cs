using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using Paas.Cli.CommandLine;
using Paas.Cli.Connections;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;

namespace Paas.Cli.Ssh;

/// <summary>
/// The agents that <c>paas build --ssh</c> lends to a build: the user's own, or one of this command's with the keys of files. Keys
/// never leave this machine; what does are signatures.
/// </summary>
internal sealed class AgentForwarding : IAsyncDisposable
{
    private const int LargestMessage = 256 * 1024;
    private const string Shape = "Write it like default, default=/run/agent.sock or deploy=~/.ssh/id_ed25519.";

    private readonly Dictionary<string, string> _sockets = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<int, Socket> _conversations = new();
    private readonly List<Process> _started = [];
    private readonly Lazy<string> _directory = new(() => Directory.CreateTempSubdirectory("paas-agent-").FullName);

    private AgentForwarding()
    {
    }

    /// <summary>Ids that there is an agent for.</summary>
    public IReadOnlyList<string> Ids => [.. _sockets.Keys];

    /// <summary>Finds or starts the agents.</summary>
    /// <param name="words"><c>ID</c>, <c>ID=SOCKET</c> or <c>ID=KEY[,KEY]</c>.</param>
    /// <exception cref="UsageException">One is none of these, or names nothing that is there.</exception>
    /// <exception cref="PaasException">OpenSSH takes a key not.</exception>
    public static async Task<AgentForwarding> OpenAsync(IReadOnlyList<string> words, CancellationToken ct)
    {
        var agents = new AgentForwarding();
        try
        {
            foreach (var word in words) await agents.AddAsync(word, ct);
            return agents;
        }
        catch
        {
            await agents.DisposeAsync();
            throw;
        }
    }

    /// <summary>Passes a message on and sends back what the agent says.</summary>
    public async Task PassOnAsync(AgentMessage message, PaasClient client, CancellationToken ct)
    {
        if (message.Message is not { } text)
        {
            if (_conversations.TryRemove(message.Conversation, out var ended)) ended.Dispose();
            return;
        }

        var answer = await AskAsync(message, Convert.FromBase64String(text), ct);
        try
        {
            await client.AnswerAgentAsync(message.Build, new AgentAnswer(message.Conversation, answer is null ? null : Convert.ToBase64String(answer)), ct);
        }
        catch (PaasException error) when (error.Code == ErrorCode.NotFound)
        {
            // The program did not wait for it.
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var conversation in _conversations.Values) conversation.Dispose();
        foreach (var agent in _started)
        {
            agent.Kill();
            await agent.WaitForExitAsync();
            agent.Dispose();
        }

        if (_directory.IsValueCreated) Directory.Delete(_directory.Value, recursive: true);
    }

    private async Task AddAsync(string word, CancellationToken ct)
    {
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        var id = equals < 0 ? word : word[..equals];
        if (id.Length == 0) throw new UsageException($"the agent '{word}' has no id", Shape);
        if (_sockets.ContainsKey(id)) throw new UsageException($"there are two agents for {id}", Shape);
        if (equals < 0)
        {
            _sockets[id] = Environment.GetEnvironmentVariable("SSH_AUTH_SOCK") is { Length: > 0 } own
                ? own : throw new UsageException($"no agent runs here for {id}: SSH_AUTH_SOCK is not set", $"Start one (eval $(ssh-agent); ssh-add), or name a key: --ssh {id}=~/.ssh/id_ed25519");
            return;
        }

        var paths = word[(equals + 1)..].Split(',').Select(Home).ToList();
        if (paths.FirstOrDefault(path => !File.Exists(path)) is { } missing) throw new UsageException($"there is no file {missing} for the agent {id}", Shape);
        _sockets[id] = paths is [var only] && IsSocket(only) ? only : await StartAsync(paths, ct);
    }

    private static string Home(string path) =>
        path.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? "/", path[2..]) : path;

    private static bool IsSocket(string path)
    {
        using var socket = NewSocket();
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionRefused)
        {
            // So says a file that is none; of one without a listener ssh-add then says what is wrong.
            return false;
        }
    }

    // ssh-add asks for passphrases on the terminal.
    private async Task<string> StartAsync(IReadOnlyList<string> keys, CancellationToken ct)
    {
        var socket = Path.Combine(_directory.Value, $"{_started.Count}");
        _started.Add(Start("ssh-agent", ["-D", "-a", socket], socket));
        for (var i = 0; !File.Exists(socket) && i < 200 && !_started[^1].HasExited; i++) await Task.Delay(10, ct);
        using var add = Start("ssh-add", ["-q", "--", .. keys], socket);
        await add.WaitForExitAsync(ct);
        return add.ExitCode == 0 ? socket : throw new PaasException(ErrorCode.InvalidRequest, $"ssh-add takes {string.Join(' ', keys)} not", "The lines above say why.");
    }

    private static Process Start(string program, string[] arguments, string socket)
    {
        var start = new ProcessStartInfo(program, arguments);
        if (program == "ssh-agent") start.RedirectStandardOutput = true;
        start.Environment["SSH_AUTH_SOCK"] = socket;
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw new PaasException(ErrorCode.InvalidRequest, $"{program} cannot be started: {error.Message}", "Install OpenSSH's client.", error);
        }
    }

    private async Task<byte[]?> AskAsync(AgentMessage message, byte[] request, CancellationToken ct)
    {
        try
        {
            if (!_conversations.TryGetValue(message.Conversation, out var socket))
            {
                _conversations[message.Conversation] = socket = NewSocket();
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(_sockets[message.Agent]), ct);
            }

            await using var stream = new NetworkStream(socket, ownsSocket: false);
            var framed = new byte[sizeof(int) + request.Length];
            BinaryPrimitives.WriteInt32BigEndian(framed, request.Length);
            request.CopyTo(framed, sizeof(int));
            await stream.WriteAsync(framed, ct);
            await stream.ReadExactlyAsync(framed.AsMemory(0, sizeof(int)), ct);
            var length = BinaryPrimitives.ReadUInt32BigEndian(framed);
            if (length > LargestMessage) return null;
            var answer = new byte[length];
            await stream.ReadExactlyAsync(answer, ct);
            return answer;
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException or KeyNotFoundException)
        {
            return null;
        }
    }

    private static Socket NewSocket() => new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
}
