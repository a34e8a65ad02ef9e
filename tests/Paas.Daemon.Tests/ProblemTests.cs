using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;

namespace Paas.Daemon.Tests;

public sealed partial class ProblemTests : IAsyncLifetime
{
    private TestDaemon _daemon = null!;
    private HttpClient _http = null!;

    public async Task InitializeAsync()
    {
        _daemon = await TestDaemon.StartAsync();
        _http = _daemon.Client(_daemon.Token);
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _daemon.DisposeAsync();
    }

    public static TheoryData<ErrorCode> Codes => [.. Enum.GetValues<ErrorCode>()];

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task Every_kind_of_failure_has_its_status_code_and_hint(ErrorCode code)
    {
        _daemon.Platform.Failure = new PaasException(code, "It is so", "Do that");
        var problem = await ProblemAsync(await _http.GetAsync("/v1/apps/hello"), (HttpStatusCode)ErrorCodes.HttpStatus(code));
        Assert.Equal(new ProblemDocument("It is so", ErrorCodes.HttpStatus(code), ErrorCodes.ToWire(code), "Do that"), problem);
    }

    [Fact]
    public async Task An_unknown_failure_is_a_500_whose_id_is_in_the_log_and_which_tells_nothing_else()
    {
        _daemon.Platform.Failure = new InvalidDataException("secret detail");
        var problem = await ProblemAsync(await _http.GetAsync("/v1/apps/hello"), HttpStatusCode.InternalServerError);
        Assert.DoesNotContain("secret", problem.Title + problem.Hint, StringComparison.Ordinal);
        var id = Id().Match(problem.Title).Groups[1].Value;
        Assert.NotEqual("", id);
        Assert.Contains(_daemon.Log, line => line.Contains(id, StringComparison.Ordinal) && line.Contains("secret detail", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_unknown_path_and_method_are_problems_too()
    {
        Assert.Equal("not-found", (await ProblemAsync(await _http.GetAsync("/v1/nothing"), HttpStatusCode.NotFound)).Code);
        Assert.Equal("invalid-request", (await ProblemAsync(await _http.DeleteAsync("/v1/apps"), HttpStatusCode.MethodNotAllowed)).Code);
    }

    [Theory]
    [InlineData("POST", "/v1/apps", "{")]
    [InlineData("POST", "/v1/apps", "null")]
    [InlineData("POST", "/v1/apps", "[]")]
    [InlineData("POST", "/v1/apps", "")]
    [InlineData("PATCH", "/v1/apps/hello/formation", "{}")]
    [InlineData("PATCH", "/v1/apps/hello/formation", """{"quantities":{"web":"three"}}""")]
    [InlineData("PATCH", "/v1/apps/hello/config", "{}")]
    [InlineData("POST", "/v1/tokens", """{"name":" "}""")]
    [InlineData("GET", "/v1/apps/hello/logs?n=many", null)]
    [InlineData("GET", "/v1/apps/hello/logs?n=10001", null)]
    public async Task A_request_that_makes_no_sense_is_a_400(string method, string path, string? body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        Assert.Equal("invalid-request", (await ProblemAsync(await _http.SendAsync(request), HttpStatusCode.BadRequest)).Code);
    }

    [Fact]
    public async Task A_document_over_a_mebibyte_is_refused()
    {
        using var body = new StringContent($$"""{"name":"{{new string('a', 2 << 20)}}"}""");
        Assert.Equal("too-large", (await ProblemAsync(await _http.PostAsync("/v1/apps", body), HttpStatusCode.RequestEntityTooLarge)).Code);
    }

    [Fact]
    public async Task A_source_over_the_limit_is_refused_with_an_answer_the_sender_sees()
    {
        await using var daemon = await TestDaemon.StartAsync(maxSource: 1 << 20);
        daemon.Platform.Add("hello");
        using var http = daemon.Client(daemon.Token);
        using var tar = new StreamContent(new Zeros(3 << 20));
        var problem = await ProblemAsync(await http.PostAsync("/v1/apps/hello/builds", tar), HttpStatusCode.RequestEntityTooLarge);
        Assert.Contains("limit of 1 MiB", problem.Title, StringComparison.Ordinal);
        Assert.Empty(daemon.Platform.Builds);
    }

    [Fact]
    public async Task Null_in_a_config_change_reaches_the_platform_as_removal()
    {
        using var body = new StringContent("""{"vars":{"A":null,"B":"c"}}""");
        Assert.Equal(HttpStatusCode.NoContent, (await _http.PatchAsync("/v1/apps/hello/config", body)).StatusCode);
        Assert.Equal([new("A", null), new("B", "c")], _daemon.Platform.LastConfig!.Vars);
    }

    private static async Task<ProblemDocument> ProblemAsync(HttpResponseMessage response, HttpStatusCode expected)
    {
        using (response)
        {
            var text = await response.Content.ReadAsStringAsync();
            Assert.True(expected == response.StatusCode, $"{response.StatusCode}: {text}");
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
            return JsonSerializer.Deserialize(text, ApiJsonContext.Default.ProblemDocument)!;
        }
    }

    [GeneratedRegex(@"\(id ([^)]+)\)")]
    private static partial Regex Id();

    // A tar of one large file of zeros: 512 zero bytes would end it, so it starts with a header.
    private sealed class Zeros : MemoryStream
    {
        public Zeros(int length)
        {
            using (var writer = new System.Formats.Tar.TarWriter(this, leaveOpen: true))
            {
                writer.WriteEntry(new System.Formats.Tar.PaxTarEntry(System.Formats.Tar.TarEntryType.RegularFile, "zeros") { DataStream = new MemoryStream(new byte[length]) });
            }

            Position = 0;
        }
    }
}
