using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Paas.Oci;
using Paas.Oci.Images;

namespace Paas.Daemon.Tests.Registry;

/// <summary>
/// What a registry has to keep, of each kind that clients make: pushed blob by blob, listed, looked for, pulled by tag and digest, found
/// as what it is about, and taken away again, each answer with the headers that distribution-spec 1.1 gives it.
/// </summary>
public sealed class ConformanceTests : RegistryTest
{
    private const string Manifests = "/v2/app/manifests";
    private const string Artifact = "application/vnd.example.thing.v1";

    private readonly List<(Digest Digest, byte[] Content)> _blobs = [];
    private readonly List<(Digest Digest, byte[] Content, string Type, string? Tag)> _manifests = [];
    private readonly List<(Digest Subject, JsonObject Expected)> _referrers = [];

    private static readonly string[] Kinds =
    [
        "image", "uncompressed", "no layers", "large manifest", "index", "nested index", "empty index", "artifact", "artifact index", "artifact without layers",
        "subject", "index about an index", "missing subject", "data field", "non-distributable", "unknown fields", "sparse index",
    ];

    [Theory]
    [InlineData(Digest.Sha256)]
    [InlineData(Digest.Sha512)]
    public async Task Every_kind_of_content_is_pushed_listed_pulled_found_and_deleted(string algorithm)
    {
        foreach (var kind in Kinds)
        {
            _blobs.Clear();
            _manifests.Clear();
            _referrers.Clear();
            Make(kind, algorithm);
            try
            {
                await PushAsync();
                await AreThereAsync();
                await AreFoundAsync();
                await DeleteAsync();
            }
            catch (Exception error)
            {
                throw new InvalidOperationException($"{kind}: {error.Message}", error);
            }
        }
    }

    [Theory]
    [InlineData(Digest.Sha256)]
    [InlineData(Digest.Sha512)]
    public async Task Well_known_blobs_come_and_go_in_every_way(string algorithm)
    {
        foreach (var (content, way) in new[] { [], "{}"u8.ToArray(), Random(512) }.SelectMany(content => new[] { "post", "put", "stream" }.Select(way => (content, way))))
        {
            var digest = Digest.Compute(content, algorithm);
            var sent = way switch
            {
                "post" => await PostAsync($"/v2/app/blobs/uploads/?digest={digest}", content),
                "put" => await PutAsync($"{(await PostAsync("/v2/app/blobs/uploads/")).Location}?digest={digest}", content),
                _ => await PutAsync($"{(await PatchAsync((await PostAsync("/v2/app/blobs/uploads/")).Location, content)).Location}?digest={digest}", []),
            };
            Assert.True(sent.Status == HttpStatusCode.Created, sent.Text);
            Assert.Equal($"{digest}", sent.Header("Docker-Content-Digest"));
            Assert.Equal(content, (await GetAsync(sent.Location)).Body);
            await BlobIsThereAsync(digest, content);
            Assert.Equal(HttpStatusCode.Accepted, (await DeleteAsync($"/v2/app/blobs/{digest}")).Status);
            Assert.Equal(HttpStatusCode.NotFound, (await HeadAsync($"/v2/app/blobs/{digest}")).Status);
        }
    }

    [Fact]
    public async Task What_is_not_there_is_404_and_lists_of_nothing_are_empty()
    {
        var digest = Digest.Compute(Random(20));
        var ping = await GetAsync("/v2/");
        Assert.Equal((HttpStatusCode.OK, "registry/2.0"), (ping.Status, ping.Header("Docker-Distribution-API-Version")));
        foreach (var path in (string[])[$"/v2/app/blobs/{digest}", $"{Manifests}/{digest}", $"{Manifests}/missing"]) Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(path)).Status);
        var tags = await GetAsync("/v2/app/tags/list");
        Assert.Equal((HttpStatusCode.OK, 0), (tags.Status, JsonNode.Parse(tags.Body)!["tags"]!.AsArray().Count));
        var referrers = await GetAsync($"/v2/app/referrers/{digest}");
        Assert.Equal((HttpStatusCode.OK, MediaTypes.Index), (referrers.Status, referrers.Type));
        var index = JsonNode.Parse(referrers.Body)!;
        Assert.Equal((2, MediaTypes.Index, 0), ((int)index["schemaVersion"]!, (string)index["mediaType"]!, index["manifests"]!.AsArray().Count));
        // To mount what nobody has is to begin an upload.
        var mount = await PostAsync($"/v2/app/blobs/uploads/?mount={digest}&from=other");
        Assert.Equal(HttpStatusCode.Accepted, mount.Status);
        Assert.Equal(HttpStatusCode.NoContent, (await DeleteAsync(mount.Location)).Status);
    }

    private async Task PushAsync()
    {
        foreach (var (digest, content) in _blobs) Assert.Equal(HttpStatusCode.Created, (await PostAsync($"/v2/app/blobs/uploads/?digest={digest}", content)).Status);
        foreach (var (digest, content, type, tag) in _manifests)
        {
            // A tag alone names by sha256; beside a digest it is a parameter.
            var put = await PutAsync($"{Manifests}/{digest}{(tag is null ? "" : $"?tag={tag}&tag={tag}.too")}", content, type);
            Assert.True(put.Status == HttpStatusCode.Created, put.Text);
            Assert.Equal($"{digest}", put.Header("Docker-Content-Digest"));
            if (tag is not null) Assert.Equal($"{tag},{tag}.too", put.Header("OCI-Tag"));
            if (JsonNode.Parse(content)!["subject"] is { } subject) Assert.Equal((string)subject["digest"]!, put.Header("OCI-Subject"));
            var there = await GetAsync(put.Location);
            Assert.Equal(content, there.Body);
            Assert.Equal(type, there.Type);
        }
    }

    private async Task AreThereAsync()
    {
        var tags = JsonNode.Parse((await GetAsync("/v2/app/tags/list")).Body)!["tags"]!.AsArray().Select(tag => (string)tag!).ToList();
        foreach (var (digest, content, type, tag) in _manifests)
        {
            if (tag is not null) Assert.Contains(tag, tags);
            foreach (var name in tag is null ? [$"{digest}"] : (string[])[$"{digest}", tag, $"{tag}.too"])
            {
                var head = await HeadAsync($"{Manifests}/{name}");
                Assert.Equal((HttpStatusCode.OK, type, content.Length), (head.Status, head.Type, head.Length));
                Assert.Equal($"{digest}", head.Header("Docker-Content-Digest"));
                var got = await GetAsync($"{Manifests}/{name}", ("Accept", MediaTypes.Index), ("Accept", MediaTypes.Manifest));
                Assert.Equal(content, got.Body);
            }
        }

        foreach (var (digest, content) in _blobs) await BlobIsThereAsync(digest, content);
    }

    private async Task BlobIsThereAsync(Digest digest, byte[] content)
    {
        var head = await HeadAsync($"/v2/app/blobs/{digest}");
        Assert.Equal((HttpStatusCode.OK, content.Length, 0), (head.Status, head.Length, head.Body.Length));
        Assert.Equal($"{digest}", head.Header("Docker-Content-Digest"));
        var got = await GetAsync($"/v2/app/blobs/{digest}");
        Assert.Equal((HttpStatusCode.OK, content.Length), (got.Status, got.Length));
        Assert.Equal(content, got.Body);
    }

    private async Task AreFoundAsync()
    {
        foreach (var group in _referrers.GroupBy(referrer => referrer.Subject))
        {
            var all = await GetAsync($"/v2/app/referrers/{group.Key}");
            Assert.Equal(group.Count(), JsonNode.Parse(all.Body)!["manifests"]!.AsArray().Count);
            foreach (var type in group.Select(referrer => (string)referrer.Expected["artifactType"]!).Distinct())
            {
                var wanted = group.Where(referrer => (string)referrer.Expected["artifactType"]! == type).Select(referrer => referrer.Expected).ToList();
                var filtered = await GetAsync($"/v2/app/referrers/{group.Key}?artifactType={Uri.EscapeDataString(type)}");
                Assert.Equal("artifactType", filtered.Header("OCI-Filters-Applied"));
                var found = JsonNode.Parse(filtered.Body)!["manifests"]!.AsArray();
                Assert.Equal(wanted.Count, found.Count);
                Assert.All(wanted, expected => Assert.Contains(found, actual => JsonNode.DeepEquals(expected, actual)));
            }
        }
    }

    private async Task DeleteAsync()
    {
        foreach (var (_, _, _, tag) in _manifests.Where(manifest => manifest.Tag is not null)) await GoesAsync($"{Manifests}/{tag}");
        foreach (var (digest, _, _, _) in Enumerable.Reverse(_manifests)) await GoesAsync($"{Manifests}/{digest}");
        foreach (var (digest, _) in _blobs.DistinctBy(blob => blob.Digest)) await GoesAsync($"/v2/app/blobs/{digest}");
    }

    private async Task GoesAsync(string path)
    {
        Assert.Equal(HttpStatusCode.Accepted, (await DeleteAsync(path)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await HeadAsync(path)).Status);
    }

    private void Make(string kind, string algorithm)
    {
        switch (kind)
        {
            case "image": Image(algorithm, "image"); break;
            case "uncompressed": Image(algorithm, "plain", json => json["layers"]![0]!["mediaType"] = MediaTypes.Layer); break;
            case "no layers": Image(algorithm, "none", json => json["layers"] = new JsonArray()); break;
            case "large manifest": Image(algorithm, "large", json => json["annotations"] = new JsonObject { ["a"] = new string('A', 4_000_000) }); break;
            case "index": Index(algorithm, "index", [Image(algorithm), Image(algorithm)]); break;
            case "nested index": Index(algorithm, "outer", [Index(algorithm, null, [Image(algorithm)]), Index(algorithm, null, [Image(algorithm)])]); break;
            case "empty index": Index(algorithm, "empty", []); break;
            case "artifact": Thing(algorithm, "thing"); break;
            case "artifact index": Index(algorithm, "things", [Thing(algorithm), Thing(algorithm)], json => json["artifactType"] = Artifact); break;
            case "artifact without layers": Thing(algorithm, "note", json => json["layers"] = new JsonArray(json["config"]!.DeepClone())); break;
            case "subject": About(algorithm, Image(algorithm, "image")); break;
            case "index about an index":
                var subject = Index(algorithm, "index", [Image(algorithm)]);
                Index(algorithm, "about", [Thing(algorithm)], json => (json["artifactType"], json["subject"]) = (Artifact, subject.DeepClone()));
                break;
            case "missing subject": About(algorithm, Descriptor(MediaTypes.Manifest, Digest.Compute(Random(9), algorithm), 123)); break;
            case "data field": Image(algorithm, "data", json => json["config"]!["data"] = Convert.ToBase64String(_blobs[^2].Content)); break;
            case "non-distributable":
                Image(algorithm, "foreign", json => json["layers"]!.AsArray().Insert(0, Descriptor("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", Digest.Compute(Random(9), algorithm), 12_345)));
                break;
            case "unknown fields": Index(algorithm, "extra", [Image(algorithm, null, json => json["org.example"] = "x")], json => json["org.example"] = new JsonObject { ["y"] = 1 }); break;
            case "sparse index": Index(algorithm, "sparse", [Image(algorithm), Descriptor(MediaTypes.Manifest, Digest.Compute(Random(9), algorithm), 1024)]); break;
            default: throw new ArgumentException(kind);
        }
    }

    private JsonObject Image(string algorithm, string? tag = null, Action<JsonObject>? change = null) => Manifest(algorithm, tag, change, new JsonObject
    {
        ["schemaVersion"] = 2,
        ["mediaType"] = MediaTypes.Manifest,
        ["config"] = Blob(MediaTypes.Config, Encoding.UTF8.GetBytes($$"""{"os":"linux","n":"{{Guid.NewGuid()}}"}"""), algorithm),
        ["layers"] = new JsonArray(Blob(MediaTypes.LayerGzip, Random(600), algorithm)),
    });

    private JsonObject Thing(string algorithm, string? tag = null, Action<JsonObject>? change = null) => Manifest(algorithm, tag, change, new JsonObject
    {
        ["schemaVersion"] = 2,
        ["mediaType"] = MediaTypes.Manifest,
        ["artifactType"] = Artifact,
        ["config"] = Blob("application/vnd.oci.empty.v1+json", "{}"u8.ToArray(), algorithm),
        ["layers"] = new JsonArray(Blob(Artifact, Random(60), algorithm)),
    });

    private JsonObject Index(string algorithm, string? tag, JsonObject[] manifests, Action<JsonObject>? change = null) => Manifest(algorithm, tag, change, new JsonObject
    {
        ["schemaVersion"] = 2,
        ["mediaType"] = MediaTypes.Index,
        ["manifests"] = new JsonArray([.. manifests.Select(manifest => manifest.DeepClone())]),
    });

    // Two types of referrers, one of which is an image that says no type: its config's counts then.
    private void About(string algorithm, JsonObject subject)
    {
        Image(algorithm, null, json => json["subject"] = subject.DeepClone());
        Thing(algorithm, "about", json =>
        {
            json["annotations"] = new JsonObject { ["org.example"] = $"{Guid.NewGuid()}" };
            json["subject"] = subject.DeepClone();
        });
    }

    private JsonObject Manifest(string algorithm, string? tag, Action<JsonObject>? change, JsonObject document)
    {
        change?.Invoke(document);
        var (bytes, type) = (Encoding.UTF8.GetBytes(document.ToJsonString()), (string)document["mediaType"]!);
        var digest = Digest.Compute(bytes, algorithm);
        _manifests.Add((digest, bytes, type, tag));
        var descriptor = Descriptor(type, digest, bytes.Length);
        if (document["subject"] is { } subject)
        {
            var expected = descriptor.DeepClone().AsObject();
            if (document["annotations"] is { } annotations) expected["annotations"] = annotations.DeepClone();
            expected["artifactType"] = (string?)document["artifactType"] ?? (string)document["config"]!["mediaType"]!;
            _referrers.Add((Digest.Parse((string)subject["digest"]!), expected));
        }

        return descriptor;
    }

    private JsonObject Blob(string mediaType, byte[] content, string algorithm)
    {
        var digest = Digest.Compute(content, algorithm);
        _blobs.Add((digest, content));
        return Descriptor(mediaType, digest, content.Length);
    }
}
