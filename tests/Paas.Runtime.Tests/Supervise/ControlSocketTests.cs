using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Paas.Contracts.Supervision;
using Paas.Runtime.Supervise;
using Paas.Testing;

namespace Paas.Runtime.Tests.Supervise;

/// <summary>The socket with a process that answers <c>state</c> at once and everything else when told to.</summary>
public sealed class ControlSocketTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();
    private readonly EventLoop loop = new(TimeProvider.System);
    private readonly ControlSocket socket;
    private readonly Thread thread;
    private readonly List<Socket> clients = [];
    private volatile bool ended;
    private Action? actions;
    private volatile int waiting;

    public ControlSocketTests()
    {
        socket = new ControlSocket(loop, SocketPath, Receive);
        thread = new Thread(() =>
        {
            while (!ended)
            {
                using (loop.After(TimeSpan.FromMilliseconds(5), () => { })) loop.RunOnce();
            }
        });
        thread.Start();
    }

    private string SocketPath => directory.Combine("s.sock");

    public void Dispose()
    {
        ended = true;
        thread.Join();
        foreach (var client in clients) client.Dispose();
        socket.Dispose();
        Assert.False(File.Exists(SocketPath));
        directory.Dispose();
    }

    [Fact]
    public void Requests_are_answered_in_order()
    {
        var client = Connect();
        Send(client, """{"version":1,"operation":"state"}""" + "\n" + """{"version":1,"operation":"other"}""" + "\n");
        Assert.Equal(("state", null), Read(client));
        Assert.Equal(("other", null), Read(client));
    }

    [Fact]
    public void Requests_may_come_in_pieces()
    {
        var client = Connect();
        foreach (var piece in """{"version":1,"operation":"state"}""" + "\n") Send(client, piece.ToString());
        Assert.Equal(("state", null), Read(client));
    }

    [Theory]
    [InlineData("hello")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("")]
    [InlineData("{\"version\":\"x\"}")]
    [InlineData("\0\u0001ÿ")]
    public void Garbage_is_answered_with_an_error_and_does_no_harm(string garbage)
    {
        var client = Connect();
        Send(client, garbage + "\n");
        Assert.StartsWith("not a request: ", Read(client).Error, StringComparison.Ordinal);
        Send(client, """{"version":9,"operation":"state","unknown":[1,{}]}""" + "\n");
        Assert.Equal(("state", null), Read(client));
    }

    [Fact]
    public void A_request_without_end_is_refused_and_others_are_served()
    {
        var client = Connect();
        Send(client, new string('x', 20_000));
        Assert.Contains("at most", Read(client).Error, StringComparison.Ordinal);
        var buffer = new byte[1];
        try
        {
            Assert.Equal(0, client.Receive(buffer));
        }
        catch (SocketException reset) when (reset.SocketErrorCode == SocketError.ConnectionReset)
        {
            // What it sent further was never read.
        }

        var other = Connect();
        Send(other, """{"version":1,"operation":"state"}""" + "\n");
        Assert.Equal(("state", null), Read(other));
    }

    [Fact]
    public void What_follows_a_request_that_waits_is_answered_after_it()
    {
        var client = Connect();
        Send(client, """{"version":1,"operation":"wait"}""" + "\n" + """{"version":1,"operation":"state"}""" + "\n");
        WaitUntil(() => waiting == 1);
        Assert.False(client.Poll(50_000, SelectMode.SelectRead));
        OnLoop(() => socket.ReplyToWaiting(State("waited")));
        Assert.Equal(("waited", null), Read(client));
        Assert.Equal(("state", null), Read(client));
    }

    [Fact]
    public void Watchers_get_every_change_and_one_that_does_not_read_is_let_go()
    {
        var (reads, sleeps, asks) = (Connect(), Connect(), Connect());
        foreach (var watcher in (Socket[])[reads, sleeps])
        {
            Send(watcher, """{"version":1,"operation":"watch"}""" + "\n");
            Assert.Equal(("watch", null), Read(watcher));
        }

        var large = new string('x', 10_000);
        for (var i = 0; i < 100; i++)
        {
            OnLoop(() => socket.Publish(State($"{i}{large}")));
            Assert.Equal(($"{i}{large}", null), Read(reads));
        }

        Send(asks, """{"version":1,"operation":"state"}""" + "\n");
        Assert.Equal(("state", null), Read(asks));
        var total = 0;
        var buffer = new byte[65536];
        for (int count; (count = sleeps.Receive(buffer)) > 0;) total += count;
        Assert.InRange(total, 1, 900_000);
    }

    [Fact]
    public void Clients_may_go_at_any_time()
    {
        for (var i = 0; i < 300; i++)
        {
            using var client = Connect();
            if (i % 3 > 0) Send(client, """{"version":1,"operation":"state"}""" + (i % 3 == 1 ? "" : "\n"));
        }

        var last = Connect();
        Send(last, """{"version":1,"operation":"state"}""" + "\n");
        Assert.Equal(("state", null), Read(last));
    }

    [Fact]
    public void A_second_supervisor_is_refused_but_a_dead_ones_socket_is_taken_over()
    {
        Assert.Throws<InvalidOperationException>(() => new ControlSocket(loop, SocketPath, Receive));
        var stale = directory.Combine("stale.sock");
        using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)) dead.Bind(new UnixDomainSocketEndPoint(stale));
        File.WriteAllText(stale, "");
        using var other = new ControlSocket(new EventLoop(TimeProvider.System), stale, Receive);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(stale));
    }

    private void Receive(ControlClient client, SupervisorRequest request)
    {
        switch (request.Operation)
        {
            case "wait":
                client.Waits = true;
                waiting++;
                break;
            case "run":
                client.Reply(new SupervisorReply(null));
                Interlocked.Exchange(ref actions, null)?.Invoke();
                break;
            default:
                client.Watches |= request.Operation == "watch";
                client.Reply(new SupervisorReply(State(request.Operation)));
                break;
        }
    }

    private static SupervisorState State(string id) =>
        new(id, 1, SupervisedStatus.Running, null, null, 0, [], null, null, new Dictionary<string, string>());

    private void OnLoop(Action action)
    {
        using var done = new ManualResetEventSlim();
        actions = () =>
        {
            action();
            done.Set();
        };

        // The loop's lists are its thread's own: a client's message is how another thread gets its turn.
        Send(Connect(), """{"version":1,"operation":"run"}""" + "\n");
        Assert.True(done.Wait(TimeSpan.FromSeconds(10)));
    }

    private Socket Connect()
    {
        var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = 10_000 };
        clients.Add(client);
        client.Connect(new UnixDomainSocketEndPoint(SocketPath));
        return client;
    }

    private static void Send(Socket client, string text) => client.Send(Encoding.UTF8.GetBytes(text));

    private static (string? Id, string? Error) Read(Socket client)
    {
        var line = new List<byte>();
        var next = new byte[1];
        while (client.Receive(next) == 1 && next[0] != '\n') line.Add(next[0]);
        var reply = JsonSerializer.Deserialize(line.ToArray(), SupervisionJsonContext.Default.SupervisorReply)!;
        return (reply.State?.ContainerId, reply.Error);
    }

    private static void WaitUntil(Func<bool> condition) =>
        Assert.True(SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(10)));
}
