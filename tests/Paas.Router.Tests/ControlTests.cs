using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Paas.Contracts.Api;
using Paas.Contracts.Routing;
using Paas.Testing;

namespace Paas.Router.Tests;

public sealed partial class ControlTests : IAsyncLifetime
{
    private const int Nobody = 65534;

    private readonly RouterProcess router = new();

    public async Task InitializeAsync() => await router.StartAsync();

    public async Task DisposeAsync() => await router.DisposeAsync();

    [Fact]
    public async Task Generations_only_grow()
    {
        await router.ApplyAsync(new RouterSnapshot(5, [Idle("five")]));
        using var older = await router.PutAsync(new RouterSnapshot(4, [Idle("four")]));
        Assert.Equal(HttpStatusCode.Conflict, older.StatusCode);
        Assert.Equal(5, (await older.Content.ReadFromJsonAsync(RoutingJsonContext.Default.RouterAck))!.Generation);
        await router.ApplyAsync(new RouterSnapshot(5, [Idle("five"), Idle("again")]));
        await router.ApplyAsync(new RouterSnapshot(9, [Idle("nine")]));
        var status = await router.Control.GetFromJsonAsync("/status", RoutingJsonContext.Default.RouterStatus);
        Assert.Equal((9, 1, 1), (status!.Generation, status.Apps, status.Hosts));
    }

    [Theory]
    [InlineData("{\"generation\":2,\"apps\":[{\"name\":\"a\",\"hosts\":[\"x.test\"],\"endpoints\":[]},{\"name\":\"b\",\"hosts\":[\"x.test\"],\"endpoints\":[]}]}", "x.test is routed to a and to b")]
    [InlineData("{\"generation\":2,\"apps\":[{\"name\":\"a\",\"hosts\":[],\"endpoints\":[{\"name\":\"web.1\",\"process\":\"web\",\"address\":\"nowhere\"}]}]}", "nowhere")]
    [InlineData("{\"generation\":2}", "apps is missing")]
    [InlineData("{\"generation\":2,\"apps\":[{}]}", "no app name")]
    [InlineData("{\"generation\":2,\"apps\":[null]}", "no app name")]
    [InlineData("null", "null")]
    [InlineData("{\"generation\":", "refused")]
    [InlineData("", "refused")]
    public async Task A_bad_snapshot_is_400_with_what_is_wrong_and_changes_nothing(string json, string problem)
    {
        await router.ApplyAsync(new RouterSnapshot(1, [Idle("kept")]));
        using var answer = await router.Control.PutAsync("/snapshot", new StringContent(json));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        var document = await answer.Content.ReadFromJsonAsync(ApiJsonContext.Default.ProblemDocument);
        Assert.Contains(problem, document!.Title, StringComparison.Ordinal);
        Assert.Equal("invalid-request", document.Code);
        using var visitor = router.Visitor();
        using var still = await visitor.GetAsync("http://kept.test/");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, still.StatusCode);
    }

    [Fact]
    public async Task What_is_not_there_is_404_with_what_is()
    {
        using var answer = await router.Control.GetAsync("/routes");
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("/snapshot", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public void Its_socket_is_for_owner_and_group_only() => Assert.Equal(
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite, File.GetUnixFileMode(router.Socket));

    [Fact]
    public async Task Visitors_never_reach_control()
    {
        await router.ApplyAsync(new RouterSnapshot(1, [Idle("kept")]));
        using var visitor = router.Visitor();
        foreach (var host in (string[])["router", "kept.test", "localhost"])
        {
            using var answer = await visitor.PutAsync($"http://{host}/snapshot", new StringContent("{\"generation\":9,\"apps\":[]}"));
            Assert.True((int)answer.StatusCode is 404 or 503, answer.StatusCode.ToString());
        }

        Assert.Equal(1, (await router.Control.GetFromJsonAsync("/status", RoutingJsonContext.Default.RouterStatus))!.Generation);
    }

    [RootFact]
    public void Another_user_is_kept_out_by_the_file_and_by_its_credentials()
    {
        // The directories above are as open as they can be; the file's mode stands alone, then not even that.
        File.SetUnixFileMode(Path.GetDirectoryName(router.Run)!, Everything);
        File.SetUnixFileMode(router.Run, Everything);
        Assert.Equal(SocketError.AccessDenied, Assert.IsType<SocketException>(As(Nobody, Ask)).SocketErrorCode);
        File.SetUnixFileMode(router.Socket, Everything);
        Assert.StartsWith("HTTP/1.1 403 ", Assert.IsType<string>(As(Nobody, Ask)), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200 ", Assert.IsType<string>(As(0, Ask)), StringComparison.Ordinal);
    }

    private static UnixFileMode Everything => (UnixFileMode)0b111_111_111;

    private static RoutedApp Idle(string name) => new(name, [$"{name}.test"], [], $"{name} is scaled to zero");

    private object Ask()
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Connect(new UnixDomainSocketEndPoint(router.Socket));
            socket.Send("GET /status HTTP/1.1\r\nHost: router\r\nConnection: close\r\n\r\n"u8);
            var buffer = new byte[4096];
            return Encoding.ASCII.GetString(buffer, 0, socket.Receive(buffer));
        }
        catch (SocketException error)
        {
            return error;
        }
    }

    // Raw system calls change the user of one thread only; libc's functions would change the whole process.
    private static object As(int user, Func<object> ask)
    {
        object result = "";
        var thread = new Thread(() =>
        {
            _ = SystemCall(SetGroups, 0, 0, 0);
            _ = SystemCall(SetResGid, -1, user, -1);
            _ = SystemCall(SetResUid, -1, user, -1);
            result = ask();
            _ = SystemCall(SetResUid, -1, 0, -1);
        });
        thread.Start();
        thread.Join();
        return result;
    }

    private static int SetResUid => RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 117 : 147;

    private static int SetResGid => RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 119 : 149;

    private static int SetGroups => RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 116 : 159;

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial long SystemCall(long number, long first, long second, long third);
}
