using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Paas.ControlPlane.Store;
using Paas.Oci;
using Paas.Oci.Images;

namespace Paas.Daemon.Tests.Registry;

/// <summary>The registry over real HTTP, on a real content store and database, with the apps <c>app</c> and <c>other</c>.</summary>
public abstract class RegistryTest : IAsyncLifetime
{
    private HttpClient _http = null!;

    internal TestDaemon Daemon { get; private set; } = null!;

    protected virtual long DiskReserve => 0;

    public async Task InitializeAsync()
    {
        Daemon = await TestDaemon.StartAsync(diskReserve: DiskReserve);
        foreach (var app in (string[])["app", "other"]) AddApp(app);
        _http = Daemon.Client(Daemon.Token);
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await Daemon.DisposeAsync();
    }

    protected void AddApp(string name) => Daemon.Services.GetRequiredService<Database>().Write(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = "INSERT INTO apps (name, created_at) VALUES ($name, '2026-01-01T00:00:00.0000000Z')";
        command.Parameters.AddWithValue("$name", name);
        return command.ExecuteNonQuery();
    });

    protected async Task<Reply> SendAsync(HttpMethod method, string path, byte[]? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = new ByteArrayContent(body);
        foreach (var (name, value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value)) request.Content!.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await _http.SendAsync(request);
        return new Reply(response, await response.Content.ReadAsByteArrayAsync());
    }

    protected Task<Reply> GetAsync(string path, params (string, string)[] headers) => SendAsync(HttpMethod.Get, path, null, headers);

    protected Task<Reply> HeadAsync(string path) => SendAsync(HttpMethod.Head, path);

    protected Task<Reply> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path);

    protected Task<Reply> PostAsync(string path, byte[]? body = null) => SendAsync(HttpMethod.Post, path, body ?? [], ("Content-Type", "application/octet-stream"));

    protected Task<Reply> PutAsync(string path, byte[] body, string? mediaType = null, string? range = null) =>
        SendAsync(HttpMethod.Put, path, body, [("Content-Type", mediaType ?? "application/octet-stream"), .. range is null ? [] : new[] { ("Content-Range", range) }]);

    protected Task<Reply> PatchAsync(string path, byte[] body, string? range = null) =>
        SendAsync(HttpMethod.Patch, path, body, [("Content-Type", "application/octet-stream"), .. range is null ? [] : new[] { ("Content-Range", range) }]);

    protected async Task<Digest> PushBlobAsync(string repository, byte[] content, string algorithm = Digest.Sha256)
    {
        var digest = Digest.Compute(content, algorithm);
        Assert.Equal(HttpStatusCode.Created, (await PostAsync($"/v2/{repository}/blobs/uploads/?digest={digest}", content)).Status);
        return digest;
    }

    /// <summary>Pushes blobs and manifest of a small image.</summary>
    protected async Task<(Digest Digest, byte[] Manifest)> PushImageAsync(string repository, string reference, Action<JsonObject>? change = null)
    {
        var manifest = await ManifestAsync(repository, change);
        var put = await PutAsync($"/v2/{repository}/manifests/{reference}", manifest, (string)JsonNode.Parse(manifest)!["mediaType"]!);
        Assert.True(put.Status == HttpStatusCode.Created, put.Text);
        return (Digest.Compute(manifest), manifest);
    }

    /// <summary>The manifest of a small image whose blobs have been pushed.</summary>
    protected async Task<byte[]> ManifestAsync(string repository, Action<JsonObject>? change = null, string algorithm = Digest.Sha256)
    {
        var (config, layer) = (Encoding.UTF8.GetBytes($$"""{"n":"{{Guid.NewGuid()}}"}"""), RandomNumberGenerator.GetBytes(600));
        var manifest = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = MediaTypes.Manifest,
            ["config"] = Descriptor(MediaTypes.Config, await PushBlobAsync(repository, config, algorithm), config.Length),
            ["layers"] = new JsonArray(Descriptor(MediaTypes.LayerGzip, await PushBlobAsync(repository, layer, algorithm), layer.Length)),
        };
        change?.Invoke(manifest);
        return Encoding.UTF8.GetBytes(manifest.ToJsonString());
    }

    protected static JsonObject Descriptor(string mediaType, Digest digest, long size) =>
        new() { ["mediaType"] = mediaType, ["digest"] = digest.ToString(), ["size"] = size };

    protected static byte[] Random(int size) => RandomNumberGenerator.GetBytes(size);
}

/// <summary>An answer, read whole.</summary>
public sealed class Reply(HttpResponseMessage response, byte[] body)
{
    public HttpStatusCode Status { get; } = response.StatusCode;

    public byte[] Body { get; } = body;

    public string Text => Encoding.UTF8.GetString(Body);

    public string Location => Header("Location")!;

    public long? Length { get; } = response.Content.Headers.ContentLength;

    public string? Type { get; } = response.Content.Headers.ContentType?.MediaType;

    /// <summary>The code of a refusal.</summary>
    public string? Code => JsonNode.Parse(Body)?["errors"]?[0]?["code"]?.GetValue<string>();

    private HttpResponseHeaders Headers { get; } = response.Headers;

    private HttpContentHeaders ContentHeaders { get; } = response.Content.Headers;

    public string? Header(string name) =>
        Headers.TryGetValues(name, out var values) || ContentHeaders.TryGetValues(name, out values) ? string.Join(",", values) : null;
}
