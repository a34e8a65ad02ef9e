using Paas.Contracts.Errors;
using Paas.Node;
using Paas.Daemon.Hosting;
using Paas.Testing;

namespace Paas.Daemon.Tests;

public sealed class DaemonOptionsTests
{
    [Fact]
    public void The_command_line_wins_over_the_environment_and_both_over_the_defaults()
    {
        var environment = new Dictionary<string, string?> { ["PAAS_HTTP_PORT"] = "8080", ["PAAS_HTTPS_PORT"] = "8443", ["PAAS_DOMAIN"] = "" };
        var options = DaemonOptions.Parse(["--http-port", "81", "token", "--max-source=2G", "create", "x"], environment.GetValueOrDefault, out var words);
        Assert.Equal(["token", "create", "x"], words);
        Assert.Equal((81, 8443, "localhost", 2L << 30), (options.HttpPort, options.HttpsPort, options.Domain, options.MaxSourceBytes));
        Assert.Equal("http://paas.localhost:81", options.Url);
        Assert.Equal("/run/paas/paasd.sock", options.Socket);
        Assert.Equal(2L << 30, options.ForControlPlane().MaxPushBytes);
    }

    [Theory]
    [InlineData("--http-port", "0")]
    [InlineData("--http-port", "65536")]
    [InlineData("--http-port", "-1")]
    [InlineData("--max-source", "0")]
    [InlineData("--max-source", "1T")]
    [InlineData("--max-source", "G")]
    [InlineData("--registry-mirrors", "docker.io")]
    [InlineData("--registry-mirrors", "docker.io=mirror.example")]
    [InlineData("--insecure-registries", "http://lab")]
    [InlineData("--stack-mirrors", "mirror.example/debian")]
    [InlineData("--data")]
    [InlineData("--no-such-option", "x")]
    public void What_cannot_be_is_refused_at_start(params string[] arguments)
    {
        var error = Assert.Throws<PaasException>(() => DaemonOptions.Parse(arguments, _ => null, out _));
        Assert.Equal(ErrorCode.InvalidRequest, error.Code);
        Assert.Contains(arguments[0], error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Development_stays_in_its_directory()
    {
        var options = DaemonOptions.Parse(["--dev", "--http-port", "9000"], _ => null, out _);
        Assert.StartsWith(Path.GetFullPath(".paas"), options.Data, StringComparison.Ordinal);
        Assert.StartsWith(Path.GetFullPath(".paas"), options.Run, StringComparison.Ordinal);
        Assert.Equal(9000, options.HttpPort);
        Assert.NotEqual(new DaemonOptions().Bridge, options.Bridge);
    }

    [Fact]
    public void Mirrors_and_registries_without_TLS_are_lists()
    {
        var options = DaemonOptions.Parse(
            ["--registry-mirrors", "docker.io=https://a.example, docker.io=http://b.example:5000/hub", "--insecure-registries=lab:5000,10.0.0.1:80"], _ => null, out _).ForControlPlane().Registries;
        Assert.Equal(["https://a.example/", "http://b.example:5000/hub"], options.Mirrors["docker.io"].Select(mirror => mirror.AbsoluteUri));
        Assert.Equal(["10.0.0.1:80", "lab:5000"], options.Insecure.Order(StringComparer.Ordinal));
        options.Validate();
    }

    [Fact]
    public void Every_option_is_in_the_help()
    {
        foreach (var property in (string[])["data", "run", "programs", "domain", "http-port", "https-port", "router-socket", "bridge", "subnet", "cgroup-parent", "max-source", "disk-reserve"])
        {
            Assert.Contains($"--{property} ", Commands.Help.Text, StringComparison.Ordinal);
            DaemonOptions.Parse([$"--{property}", "1"], _ => null, out _);
        }
    }

    [Theory]
    [InlineData(null, BuildPriority.Idle)]
    [InlineData("idle", BuildPriority.Idle)]
    [InlineData("normal", BuildPriority.Normal)]
    public void Builds_stand_behind_everything_or_do_not(string? text, BuildPriority expected)
    {
        string[] given = text is null ? [] : ["--build-priority", text];
        Assert.Equal(expected, DaemonOptions.Parse(given, _ => null, out _).ForControlPlane().BuildPriority);
        Assert.Contains("--build-priority ", Commands.Help.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_priority_of_builds_that_is_none_is_refused()
    {
        var error = Assert.Throws<PaasException>(() => DaemonOptions.Parse(["--build-priority", "low"], _ => null, out _));
        Assert.Equal("--build-priority takes idle or normal, not low", error.Message);
    }

    [Fact]
    public void A_data_directory_has_one_owner_at_a_time()
    {
        using var directory = new TemporaryDirectory();
        using (DataLock.Take(directory.Path))
        {
            var error = Assert.Throws<PaasException>(() => DataLock.Take(directory.Path));
            Assert.Contains($"(pid {Environment.ProcessId})", error.Message, StringComparison.Ordinal);
            Assert.Null(DataLock.TryTake(directory.Path));
        }

        DataLock.Take(directory.Path).Dispose();
    }

    [Fact]
    public async Task Only_a_dead_socket_is_cleared_away()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.Combine("run", "paasd.sock");
        SocketFile.Clear(path);
        var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
        socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(path));
        socket.Listen();
        Assert.Equal(ErrorCode.Conflict, Assert.Throws<PaasException>(() => SocketFile.Clear(path)).Code);
        Assert.True(File.Exists(path));
        socket.Dispose();
        // A killed process leaves the file of its socket; python's, unlike ours, stays when it ends.
        (await new Command("python3", "-c", $"import socket; socket.socket(socket.AF_UNIX).bind('{path}')").RunAsync()).Succeeded();
        Assert.True(File.Exists(path));
        SocketFile.Clear(path);
        Assert.False(File.Exists(path));
    }
}
