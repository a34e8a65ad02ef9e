using System.Formats.Tar;
using System.Net;
using System.Text.Json;
using Paas.Contracts.Api;

namespace Paas.Daemon.Tests;

public sealed class ImageBuildTests : IAsyncLifetime
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

    [Fact]
    public async Task The_request_comes_in_a_header_and_the_context_as_the_body()
    {
        using var response = await SendAsync(new ImageBuildRequest(["x:1"], Target: "build", Secrets: new Dictionary<string, string> { ["id"] = "c2VjcmV0" }));
        var lines = (await response.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["""{"line":"       #1 [1/1] FROM scratch"}""", $$"""{"image":"sha256:{{new string('a', 64)}}"}"""], lines);
        var (request, files) = _daemon.Platform.LastImageBuild!.Value;
        Assert.Equal(("x:1", "build", "c2VjcmV0"), (request.Tags[0], request.Target, request.Secrets!["id"]));
        Assert.Equal(["Dockerfile"], files);
    }

    [Fact]
    public async Task A_failure_ends_the_stream_with_its_problem()
    {
        using var response = await SendAsync(new ImageBuildRequest([], Target: "missing"));
        Assert.Contains("could not be found", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_client_s_agent_answers_comes_in_requests_of_their_own()
    {
        using var given = await _http.PostAsync("/v1/image-builds/running/agent", new StringContent("{\"conversation\":3,\"message\":\"Bg==\"}"));
        Assert.Equal((HttpStatusCode.NoContent, new AgentAnswer(3, "Bg==")), (given.StatusCode, _daemon.Platform.LastAgentAnswer));
        using var late = await _http.PostAsync("/v1/image-builds/over/agent", new StringContent("{\"conversation\":3}"));
        Assert.Equal(HttpStatusCode.NotFound, late.StatusCode);
        using var nobody = await _daemon.Client("none").PostAsync("/v1/image-builds/running/agent", new StringContent("{}"));
        Assert.Equal(HttpStatusCode.Unauthorized, nobody.StatusCode);
    }

    [Fact]
    public async Task A_header_that_is_no_request_is_refused()
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, "/v1/image-builds") { Content = new ByteArrayContent([]) };
        message.Headers.Add("Paas-Image-Build", "%%%");
        using var response = await _http.SendAsync(message);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task An_app_s_builder_is_set_and_told()
    {
        using var content = new StringContent("""{"selected":"dockerfile","dockerfilePath":"docker/Dockerfile"}""", new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"));
        using var set = await _http.PutAsync("/v1/apps/hello/builder", content);
        Assert.Equal(HttpStatusCode.OK, set.StatusCode);
        Assert.Equal("""{"selected":"dockerfile","dockerfilePath":"docker/Dockerfile"}""", await _http.GetStringAsync("/v1/apps/hello/builder"));
    }

    private async Task<HttpResponseMessage> SendAsync(ImageBuildRequest request)
    {
        using var body = new MemoryStream();
        await using (var tar = new TarWriter(body, leaveOpen: true))
        {
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, "Dockerfile") { DataStream = new MemoryStream("FROM scratch"u8.ToArray()) });
        }

        using var message = new HttpRequestMessage(HttpMethod.Post, "/v1/image-builds") { Content = new ByteArrayContent(body.ToArray()) };
        message.Headers.Add("Paas-Image-Build", Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(request, ApiJsonContext.Default.ImageBuildRequest)));
        return await _http.SendAsync(message);
    }
}
