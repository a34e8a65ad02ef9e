using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Paas.Cli.Commands;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;

namespace Paas.Cli.Connections;

/// <summary>The platform, over HTTP.</summary>
internal sealed partial class PaasClient : IPlatform, IDisposable
{
    private static readonly ApiJsonContext Json = ApiJsonContext.Default;
    private readonly PlatformAddress _address;
    private readonly HttpClient _http;

    public PaasClient(PlatformAddress address)
    {
        _address = address;
        _http = new HttpClient(Transport.For(address)) { BaseAddress = address.Url, Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", "paas/" + CliVersion.Text);
        if (address.Token is { } token) _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>The platform this talks to.</summary>
    public PlatformAddress Address => _address;

    public Task<VersionDocument> GetVersionAsync(CancellationToken ct) => GetAsync("/v1/version", Json.VersionDocument, ct);

    public Task<IdentityDocument> WhoAmIAsync(CancellationToken ct) => GetAsync("/v1/whoami", Json.IdentityDocument, ct);

    public Task<IReadOnlyList<AppDocument>> ListAppsAsync(CancellationToken ct) => GetAsync("/v1/apps", Json.IReadOnlyListAppDocument, ct);

    public Task<AppDocument> CreateAppAsync(CreateAppRequest request, CancellationToken ct) =>
        SendAsync(HttpMethod.Post, "/v1/apps", request, Json.CreateAppRequest, Json.AppDocument, ct);

    public Task<AppDocument> GetAppAsync(string app, CancellationToken ct) => GetAsync(Of(app), Json.AppDocument, ct);

    public Task DestroyAppAsync(string app, CancellationToken ct) => SlowAsync(new HttpRequestMessage(HttpMethod.Delete, Of(app)), Json.AppDocument, ct);

    public Task<ConfigDocument> GetConfigAsync(string app, CancellationToken ct) => GetAsync(Of(app) + "/config", Json.ConfigDocument, ct);

    public Task<ReleaseDocument?> ChangeConfigAsync(string app, ConfigChange change, CancellationToken ct) =>
        SlowAsync(With(HttpMethod.Patch, Of(app) + "/config", change, Json.ConfigChange), Json.ReleaseDocument, ct);

    public Task<IReadOnlyList<FormationEntry>> GetFormationAsync(string app, CancellationToken ct) =>
        GetAsync(Of(app) + "/formation", Json.IReadOnlyListFormationEntry, ct);

    public async Task<IReadOnlyList<FormationEntry>> ScaleAsync(string app, ScaleRequest request, CancellationToken ct) =>
        await SlowAsync(With(HttpMethod.Patch, Of(app) + "/formation", request, Json.ScaleRequest), Json.IReadOnlyListFormationEntry, ct) ?? [];

    public async Task<IReadOnlyList<InstanceDocument>> RestartAsync(string app, RestartRequest request, CancellationToken ct) =>
        await SlowAsync(With(HttpMethod.Post, Of(app) + "/restart", request, Json.RestartRequest), Json.IReadOnlyListInstanceDocument, ct) ?? [];

    public Task<IReadOnlyList<InstanceDocument>> ListInstancesAsync(string app, CancellationToken ct) =>
        GetAsync(Of(app) + "/instances", Json.IReadOnlyListInstanceDocument, ct);

    public Task<IReadOnlyList<ReleaseDocument>> ListReleasesAsync(string app, CancellationToken ct) =>
        GetAsync(Of(app) + "/releases", Json.IReadOnlyListReleaseDocument, ct);

    public async Task<ReleaseDocument> RollbackAsync(string app, RollbackRequest request, CancellationToken ct) =>
        await SlowAsync(With(HttpMethod.Post, Of(app) + "/rollback", request, Json.RollbackRequest), Json.ReleaseDocument, ct)
        ?? throw new PaasException(ErrorCode.Internal, "the platform made no release");

    public Task<IReadOnlyList<BuildDocument>> ListBuildsAsync(string app, CancellationToken ct) =>
        GetAsync(Of(app) + "/builds", Json.IReadOnlyListBuildDocument, ct);

    public IAsyncEnumerable<BuildEvent> SubmitBuildAsync(string app, BuildSource source, Stream tar, CancellationToken ct)
    {
        var content = new StreamContent(tar, 128 * 1024);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-tar");
        var query = Query(("commit", source.Commit), ("branch", source.Branch), ("message", source.Message), ("author", source.Author));
        return StreamAsync(() => new HttpRequestMessage(HttpMethod.Post, Of(app) + "/builds" + query) { Content = content }, Json.BuildEvent, ct);
    }

    public Task<BuildDocument> CancelBuildAsync(string app, int build, CancellationToken ct) =>
        ExchangeAsync(new HttpRequestMessage(HttpMethod.Post, $"{Of(app)}/builds/{build}/cancel"), Json.BuildDocument, ct);

    public IAsyncEnumerable<BuildEvent> ReadBuildOutputAsync(string app, int build, CancellationToken ct) =>
        StreamAsync(() => new HttpRequestMessage(HttpMethod.Get, $"{Of(app)}/builds/{build}/output"), Json.BuildEvent, ct);

    public Task<BuilderDocument> GetBuilderAsync(string app, CancellationToken ct) => GetAsync(Of(app) + "/builder", Json.BuilderDocument, ct);

    public Task<BuilderDocument> SetBuilderAsync(string app, BuilderDocument builder, CancellationToken ct) =>
        SendAsync(HttpMethod.Put, Of(app) + "/builder", builder, Json.BuilderDocument, Json.BuilderDocument, ct);

    public Task<IReadOnlyList<DeploymentDocument>> ListDeploymentsAsync(string app, CancellationToken ct) =>
        GetAsync(Of(app) + "/deployments", Json.IReadOnlyListDeploymentDocument, ct);

    public IAsyncEnumerable<LogLine> ReadLogsAsync(string app, LogQuery query, CancellationToken ct) => ReadLogsAsync(app, query, null, ct);

    /// <param name="answered">Called once the platform has begun to answer, which may be long before the first line.</param>
    public IAsyncEnumerable<LogLine> ReadLogsAsync(string app, LogQuery query, Action? answered, CancellationToken ct)
    {
        var text = Query(
            ("n", query.Tail.ToString(CultureInfo.InvariantCulture)), ("follow", query.Follow ? "true" : null),
            ("source", query.Source), ("after", query.After));
        return StreamAsync(() => new HttpRequestMessage(HttpMethod.Get, $"{Of(app)}/logs{text}"), Json.LogLine, ct, answered);
    }

    public Task<int> RunAsync(string app, RunRequest request, ExecStreams streams, CancellationToken ct) =>
        AttachAsync(app, "/run", request, Json.RunRequest, streams, ct);

    public Task<int> ExecAsync(string app, string instance, InstanceExecRequest request, ExecStreams streams, CancellationToken ct) =>
        AttachAsync(app, $"/instances/{Uri.EscapeDataString(instance)}/exec", request, Json.InstanceExecRequest, streams, ct);

    private async Task<int> AttachAsync<T>(string app, string path, T request, JsonTypeInfo<T> type, ExecStreams streams, CancellationToken ct)
    {
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        if (_address.Token is { } token) socket.Options.SetRequestHeader("Authorization", "Bearer " + token);
        using var invoker = new HttpMessageInvoker(Transport.For(_address));
        var url = new UriBuilder(new Uri(_address.Url, Of(app) + path));
        url.Scheme = url.Scheme == Uri.UriSchemeHttps ? "wss" : "ws";
        try
        {
            await socket.ConnectAsync(url.Uri, invoker, ct);
            using var client = new ExecClient(socket, streams);
            return await client.RunAsync(request, type, ct);
        }
        catch (WebSocketException error) when (socket.HttpStatusCode == HttpStatusCode.Forbidden)
        {
            throw new PaasException(ErrorCode.Forbidden, $"You may not run commands there: it takes the role {RoleWord.Of(AccessRole.Deploy)}", "Who may do what: paas access", error);
        }
        catch (WebSocketException error) when (socket.HttpStatusCode is not (0 or HttpStatusCode.SwitchingProtocols))
        {
            // An answer to a WebSocket has no words. Where it is the login or the app that is wrong, a plain question gets some.
            if (socket.HttpStatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.NotFound) await GetAppAsync(app, ct);
            throw new PaasException(
                ErrorCode.Unavailable, $"{_address.Display} answered {(int)socket.HttpStatusCode} to a WebSocket",
                "Something between here and the platform may not let WebSockets pass.", error);
        }
        catch (WebSocketException error)
        {
            throw error.InnerException is HttpRequestException inner
                ? Unreachable(inner)
                : new PaasException(ErrorCode.Unavailable, $"The connection to {_address.Display} broke before the command ended; the command was hung up", null, error);
        }
    }

    public Task<IReadOnlyList<AppImagesDocument>> ListImageUseAsync(CancellationToken ct) =>
        GetAsync("/v1/images", Json.IReadOnlyListAppImagesDocument, ct);

    public Task<IReadOnlyList<ImageDocument>> ListImagesAsync(string app, CancellationToken ct) =>
        GetAsync(Of(app) + "/images", Json.IReadOnlyListImageDocument, ct);

    public Task<ImageDetailDocument> GetImageAsync(string app, string reference, CancellationToken ct) =>
        GetAsync($"{Of(app)}/images/{string.Join('/', reference.Split('/').Select(Uri.EscapeDataString))}", Json.ImageDetailDocument, ct);

    public Task<AppRegistryDocument> GetRegistryAsync(string app, CancellationToken ct) =>
        GetAsync(Of(app) + "/registry", Json.AppRegistryDocument, ct);

    public Task<AppRegistryDocument> SetRegistryAsync(string app, AppRegistryRequest request, CancellationToken ct) =>
        SendAsync(HttpMethod.Put, Of(app) + "/registry", request, Json.AppRegistryRequest, Json.AppRegistryDocument, ct);

    public async Task<CleanupDocument> CleanUpAsync(CleanupRequest request, CancellationToken ct) =>
        await SlowAsync(With(HttpMethod.Post, "/v1/cleanup", request, Json.CleanupRequest), Json.CleanupDocument, ct)
        ?? throw new PaasException(ErrorCode.Internal, "the platform said nothing of the cleanup");

    public void Dispose() => _http.Dispose();

    private static string Of(string app) => "/v1/apps/" + Uri.EscapeDataString(app);

    private static string Query(params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        var text = "";
        foreach (var (name, value) in parameters)
        {
            if (value is not null) text += $"{(text.Length == 0 ? '?' : '&')}{name}={Uri.EscapeDataString(value)}";
        }

        return text;
    }

    private static HttpRequestMessage With<T>(HttpMethod method, string path, T document, JsonTypeInfo<T> type)
    {
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(document, type));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return new HttpRequestMessage(method, path) { Content = content };
    }

    private Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken ct) =>
        ExchangeAsync(new HttpRequestMessage(HttpMethod.Get, path), type, ct);

    private Task<TAnswer> SendAsync<TRequest, TAnswer>(
        HttpMethod method, string path, TRequest document, JsonTypeInfo<TRequest> type, JsonTypeInfo<TAnswer> answer, CancellationToken ct) =>
        ExchangeAsync(With(method, path, document, type), answer, ct);

    private async Task<T> ExchangeAsync<T>(HttpRequestMessage request, JsonTypeInfo<T> type, CancellationToken ct)
    {
        using (request)
        using (var response = await AskAsync(request, ct)) return await ReadAsync(response, type, ct);
    }

    private async Task<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken ct)
    {
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(ct);
            return await JsonSerializer.DeserializeAsync(body, type, ct) ?? throw Strange(response);
        }
        catch (JsonException)
        {
            throw Strange(response);
        }
    }

    private async IAsyncEnumerable<T> StreamAsync<T>(
        Func<HttpRequestMessage> make, JsonTypeInfo<T> type, [EnumeratorCancellation] CancellationToken ct, Action? answered = null)
        where T : class
    {
        using var request = make();
        using var response = await AskAsync(request, ct);
        answered?.Invoke();
        await using var body = await response.Content.ReadAsStreamAsync(ct);
        await foreach (var document in NdjsonReader.ReadAsync(body, type, ct)) yield return document;
    }

    // The one document of an answer that may be long in coming; heartbeats keep the way open until then.
    private async Task<T?> SlowAsync<T>(HttpRequestMessage request, JsonTypeInfo<T> type, CancellationToken ct)
        where T : class
    {
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/x-ndjson"));
        using (request)
        using (var response = await AskAsync(request, ct))
        {
            if (response.StatusCode == HttpStatusCode.NoContent) return null;
            await using var body = await response.Content.ReadAsStreamAsync(ct);
            try
            {
                await foreach (var line in NdjsonReader.LinesAsync(body, ct)) return NdjsonReader.Document(line, type);
            }
            catch (IOException error)
            {
                throw Broken(error);
            }
        }

        throw Broken(null);
    }

    private PaasException Broken(Exception? error) => new(
        ErrorCode.Unavailable, $"The connection to {_address.Display} broke before the answer came", "What was asked for may have been done; see: paas ps, paas releases", error);

    private async Task<HttpResponseMessage> AskAsync(HttpRequestMessage request, CancellationToken ct)
    {
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        }
        catch (HttpRequestException error)
        {
            throw Unreachable(error);
        }
        catch (TaskCanceledException error) when (!ct.IsCancellationRequested)
        {
            throw Unreachable(error);
        }

        if (response.IsSuccessStatusCode) return response;
        using (response) throw await FailureAsync(response, ct);
    }

    private async Task<PaasException> FailureAsync(HttpResponseMessage response, CancellationToken ct)
    {
        if (response.Content.Headers.ContentType?.MediaType == "application/problem+json")
        {
            var problem = await ReadAsync(response, Json.ProblemDocument, ct);
            return new PaasException(ErrorCodes.FromWire(problem.Code), problem.Title, problem.Hint);
        }

        return Strange(response);
    }

    private PaasException Strange(HttpResponseMessage response) => new(
        ErrorCode.Unavailable,
        $"{_address.Display} answered {(int)response.StatusCode} {response.ReasonPhrase}, and not as a Paas does",
        "Is the address right? It begins with paas., for example http://paas.example.com");

    private PaasException Unreachable(Exception error)
    {
        if (error is HttpRequestException { HttpRequestError: not (HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError) })
            return new(ErrorCode.Unavailable, $"The connection to {_address.Display} broke: {(error.InnerException ?? error).Message}", "Try again.", error);
        if (error.InnerException is UntrustedCertificateException untrusted)
        {
            return new(
                ErrorCode.Unavailable, $"{_address.Display} is not trusted: {untrusted.Message}",
                $"A Paas begins with a certificate of its own making. Without TLS it needs none: http://{_address.Url.Host}\n"
                + "To trust it here: put it into /usr/local/share/ca-certificates as a .crt file, then: update-ca-certificates", error);
        }

        var socket = error.InnerException as SocketException ?? error.InnerException?.InnerException as SocketException;
        if (_address.SocketPath is { } path)
        {
            return socket?.SocketErrorCode == SocketError.AccessDenied
                ? new(ErrorCode.Forbidden, $"{path} may not be opened by this user", "As root it can: sudo paas …", error)
                : new(ErrorCode.Unavailable, $"paasd does not run: nothing answers on {path}", "Start it: systemctl start paasd   (its log: journalctl -u paasd)", error);
        }

        var why = socket?.SocketErrorCode switch
        {
            SocketError.ConnectionRefused => "nothing listens there",
            SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => $"there is no host {_address.Url.Host}",
            _ when error is TaskCanceledException => "no answer came in time",
            _ => (error.InnerException ?? error).Message,
        };
        return new(ErrorCode.Unavailable, $"{_address.Display} cannot be reached: {why}", "Is the address right, and does the server run?", error);
    }
}
