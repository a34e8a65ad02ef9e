using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Paas.Runtime.FunctionalTests;

/// <summary>A container that says when it is ready (sd_notify(3)), under a systemd that the test is. A Perl of the host's speaks for it.</summary>
public sealed class NotifySocketTests : IDisposable
{
    private const string SayReady = """perl -MIO::Socket::UNIX -e '$s = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Peer => $ENV{NOTIFY_SOCKET}) or die "$ENV{NOTIFY_SOCKET}: $!"; $s->send("STATUS=warm"); $s->send("READY=1\nSTATUS=hot")'""";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TestContainer _container = new();
    private readonly Socket _systemd = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    public NotifySocketTests()
    {
        foreach (var place in (string[])["/usr", "/lib", "/lib64", "/etc/perl"])
        {
            if (!Directory.Exists(place)) continue;
            Directory.CreateDirectory($"{_container.Rootfs}{place}");
            _container.Mount(place, "bind", place, "rbind", "ro");
        }

        // A root of a user namespace could not make it.
        Directory.CreateDirectory($"{_container.Rootfs}/run/notify");

        _systemd.Bind(new UnixDomainSocketEndPoint(Address));
        _systemd.ReceiveTimeout = (int)Patience.TotalMilliseconds;
    }

    private string Address => _container.Path("systemd.sock");

    public void Dispose()
    {
        _systemd.Dispose();
        _container.Dispose();
    }

    [RootFact]
    public void What_a_container_says_is_passed_on_with_the_pid_of_who_stays() => IsPassedOn();

    [OwnRootFact]
    public void A_user_namespace_is_no_hindrance()
    {
        _container.WithUserNamespace();
        IsPassedOn();
    }

    [RootFact]
    public void A_start_ends_when_the_container_is_ready()
    {
        _container.Script($"sleep 1; {SayReady}; sleep 1000").WriteConfig();
        using var create = Start("create");
        Assert.True(create.WaitForExit(Patience));
        Assert.Equal(0, create.ExitCode);
        var before = Stopwatch.StartNew();
        using var start = Start("start");
        Assert.Equal(_container.Pid, Told().Pid);
        Assert.True(start.WaitForExit(Patience));
        Assert.Equal(0, start.ExitCode);
        Assert.InRange(before.Elapsed.TotalSeconds, 0.9, Patience.TotalSeconds);
        Assert.Equal("running", _container.Status);
    }

    [RootFact]
    public void A_start_ends_with_a_container_that_says_nothing()
    {
        _container.Script("exit 3").WriteConfig();
        using var create = Start("create");
        Assert.True(create.WaitForExit(Patience));
        using var start = Start("start");
        Assert.True(start.WaitForExit(Patience));
        TestContainer.Eventually(() => _container.Status == "stopped", "the container has ended");
        Assert.Equal(0, _systemd.Available);
    }

    [OwnRootFact]
    public void Where_nobody_listens_the_container_runs_all_the_same_and_that_is_said()
    {
        _container.Script($"{SayReady} 2>&1; echo done").WriteConfig();
        _systemd.Dispose();
        using var run = Start("run");
        var said = run.StandardError.ReadToEnd();
        Assert.True(run.WaitForExit(Patience));
        Assert.Contains($"nobody will be told that the container is ready (NOTIFY_SOCKET={Address})", said);
        Assert.EndsWith("done\n", run.StandardOutput.ReadToEnd());
    }

    private void IsPassedOn()
    {
        _container.Script($"{SayReady}; sleep 1000").WriteConfig();
        using var run = Start("run");
        var (text, pid) = Told();
        Assert.Contains("READY=1", text);
        Assert.DoesNotContain("STATUS", text);
        Assert.Equal(run.Id, pid);
        _container.Verb("kill", "KILL").ShouldSucceed();
        Assert.True(run.WaitForExit(Patience));
    }

    private Process Start(string verb)
    {
        string[] bundle = verb == "start" ? [] : ["--bundle", _container.Bundle];
        var start = new ProcessStartInfo(RuntimeUnderTest.Program, ["--root", _container.Root, verb, .. bundle, _container.Id])
        {
            RedirectStandardOutput = verb == "run", RedirectStandardError = verb == "run", Environment = { ["NOTIFY_SOCKET"] = Address },
        };
        return Process.Start(start)!;
    }

    /// <summary>What has been told until a pid was among it. runc tells it in a message of its own.</summary>
    private (string Text, int Pid) Told()
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (true)
        {
            text.Append(Encoding.UTF8.GetString(buffer, 0, _systemd.Receive(buffer))).Append('\n');
            var line = text.ToString().Split('\n').FirstOrDefault(line => line.StartsWith("MAINPID=", StringComparison.Ordinal));
            if (line is not null) return (text.ToString(), int.Parse(line["MAINPID=".Length..]));
        }
    }
}
