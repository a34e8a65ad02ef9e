using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Paas.Oci;
using Paas.Oci.Images;

namespace Paas.Daemon.Tests.Registry;

/// <summary>Pushing, pulling and deleting manifests and tags.</summary>
public sealed class ManifestTests : RegistryTest
{
    private const string Manifests = "/v2/app/manifests";

    [Theory]
    [InlineData(Digest.Sha256)]
    [InlineData(Digest.Sha512)]
    public async Task A_manifest_comes_back_byte_for_byte_by_digest(string algorithm)
    {
        var manifest = await ManifestAsync("app", json => json["unknown field"] = "kept  as it\tis", algorithm);
        var digest = Digest.Compute(manifest, algorithm);
        var put = await PutAsync($"{Manifests}/{digest}", manifest, MediaTypes.Manifest);
        Assert.True(put.Status == HttpStatusCode.Created, put.Text);
        Assert.Equal($"{Manifests}/{digest}", put.Location);
        await IsAsync(digest.ToString(), digest, manifest);
        await IsAsync(digest.ToString(), digest, manifest, "text/html");
    }

    [Fact]
    public async Task A_tag_names_the_newest_and_the_old_one_is_still_there_by_its_digest()
    {
        var (one, first) = await PushImageAsync("app", "v");
        var (two, second) = await PushImageAsync("app", "v");
        await IsAsync("v", two, second);
        await IsAsync(one.ToString(), one, first);
    }

    [Theory]
    [InlineData(Digest.Sha256)]
    [InlineData(Digest.Sha512)]
    public async Task Tags_given_beside_a_digest_are_all_set_and_told(string algorithm)
    {
        var manifest = await ManifestAsync("app");
        var digest = Digest.Compute(manifest, algorithm);
        var put = await PutAsync($"{Manifests}/{digest}?tag=a&tag=b", manifest, MediaTypes.Manifest);
        Assert.Equal((HttpStatusCode.Created, "a,b"), (put.Status, put.Header("OCI-Tag")));
        await IsAsync("a", digest, manifest);
        await IsAsync("b", digest, manifest);
    }

    [Fact]
    public async Task Docker_s_manifests_and_lists_keep_their_types()
    {
        var (image, _) = await PushImageAsync("app", "docker", json => json["mediaType"] = MediaTypes.DockerManifest);
        var list = Json(new JsonObject
        {
            ["schemaVersion"] = 2, ["mediaType"] = MediaTypes.DockerManifestList, ["manifests"] = new JsonArray(Descriptor(MediaTypes.DockerManifest, image, 1)),
        });
        Assert.Equal(HttpStatusCode.Created, (await PutAsync($"{Manifests}/list", list, MediaTypes.DockerManifestList)).Status);
        Assert.Equal(MediaTypes.DockerManifest, (await HeadAsync($"{Manifests}/docker")).Type);
        await IsAsync("list", Digest.Compute(list), list, expectedType: MediaTypes.DockerManifestList);
    }

    [Fact]
    public async Task Indexes_of_indexes_of_nothing_and_artifacts_are_taken()
    {
        var (image, _) = await PushImageAsync("app", "image", json => json["layers"] = new JsonArray());
        var empty = Index();
        var inner = Index(Descriptor(MediaTypes.Manifest, image, 1));
        foreach (var (tag, index) in new[] { ("empty", empty), ("inner", inner) }) await PutIndexAsync(tag, index);
        var outer = Index(Descriptor(MediaTypes.Index, Digest.Compute(inner), inner.Length), Descriptor(MediaTypes.Index, Digest.Compute(empty), empty.Length));
        await PutIndexAsync("outer", outer);
        await IsAsync("outer", Digest.Compute(outer), outer, expectedType: MediaTypes.Index);
        // Without a type of its own it is what it was sent as.
        await PushImageAsync("app", "artifact", json => (json["artifactType"], json["config"]!["mediaType"]) = ("application/x.example", "application/vnd.oci.empty.v1+json"));
    }

    [Fact]
    public async Task Blobs_that_it_names_have_to_be_there_but_not_its_subject_nor_manifests_nor_what_may_not_be_distributed()
    {
        var missing = Digest.Compute(Random(9));
        var layer = await PutAsync($"{Manifests}/x", await ManifestAsync("app", json => json["layers"]!.AsArray().Add(Descriptor(MediaTypes.Layer, missing, 9))), MediaTypes.Manifest);
        Assert.Equal((HttpStatusCode.NotFound, "MANIFEST_BLOB_UNKNOWN"), (layer.Status, layer.Code));
        // Elsewhere is not here.
        var elsewhere = await PushBlobAsync("other", Random(11));
        Assert.Equal("MANIFEST_BLOB_UNKNOWN", (await PutAsync($"{Manifests}/x", await ManifestAsync("app", json => json["layers"]!.AsArray().Add(Descriptor(MediaTypes.Layer, elsewhere, 11))), MediaTypes.Manifest)).Code);
        Assert.Equal(HttpStatusCode.NotFound, (await HeadAsync($"{Manifests}/x")).Status);

        await PushImageAsync("app", "foreign", json => json["layers"]!.AsArray().Add(Descriptor("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", missing, 9)));
        Assert.Equal(HttpStatusCode.Created, (await PutAsync($"{Manifests}/sparse", Index(Descriptor(MediaTypes.Manifest, missing, 9)), MediaTypes.Index)).Status);
        await PushImageAsync("app", "about-nothing", json => json["subject"] = Descriptor(MediaTypes.Manifest, missing, 9));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"schemaVersion":1}""")]
    [InlineData("""{"schemaVersion":2}""")]
    [InlineData("""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}""")]
    [InlineData("""{"schemaVersion":2,"manifests":[],"layers":[],"config":{"mediaType":"a/b","digest":"sha256:abc","size":1}}""")]
    [InlineData("""{"schemaVersion":2,"config":{"mediaType":"a/b","digest":"sha256:abc","size":1},"layers":[]}""")]
    public async Task What_is_no_manifest_is_400(string document)
    {
        var refused = await PutAsync($"{Manifests}/x", Encoding.UTF8.GetBytes(document), MediaTypes.Manifest);
        Assert.Equal((HttpStatusCode.BadRequest, "MANIFEST_INVALID"), (refused.Status, refused.Code));
    }

    [Fact]
    public async Task A_wrong_digest_name_or_type_is_400()
    {
        var manifest = await ManifestAsync("app");
        Assert.Equal("DIGEST_INVALID", (await PutAsync($"{Manifests}/{Digest.Compute(manifest)}", [.. manifest, .. "  "u8], MediaTypes.Manifest)).Code);
        var bad = await PutAsync($"{Manifests}/sha256:baddigeststring", manifest, MediaTypes.Manifest);
        Assert.Equal((HttpStatusCode.BadRequest, "DIGEST_INVALID"), (bad.Status, bad.Code));
        Assert.Equal(HttpStatusCode.BadRequest, (await GetAsync($"{Manifests}/sha256:baddigeststring")).Status);
        Assert.Equal("MANIFEST_INVALID", (await PutAsync($"{Manifests}/.tag", manifest, MediaTypes.Manifest)).Code);
        Assert.Equal("MANIFEST_INVALID", (await PutAsync($"{Manifests}/tag", manifest, "application/json")).Code);
        Assert.Equal("NAME_INVALID", (await PutAsync("/v2/app/UPPER/manifests/tag", manifest, MediaTypes.Manifest)).Code);
        var unknown = await PutAsync("/v2/nobody/x/manifests/tag", manifest, MediaTypes.Manifest);
        Assert.Equal((HttpStatusCode.NotFound, "NAME_UNKNOWN"), (unknown.Status, unknown.Code));
        Assert.Contains("paas create nobody", unknown.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_large_manifest_is_taken_and_a_too_large_one_is_413()
    {
        await PushImageAsync("app", "large", json => json["annotations"] = Annotations(3_900_000));
        var refused = await PutAsync($"{Manifests}/larger", await ManifestAsync("app", json => json["annotations"] = Annotations(9_000_000)), MediaTypes.Manifest);
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "SIZE_INVALID"), (refused.Status, refused.Code));
        static JsonObject Annotations(int size) => new() { ["a"] = new string('A', size) };
    }

    [Fact]
    public async Task A_deleted_tag_leaves_the_manifest_and_a_deleted_manifest_takes_its_tags()
    {
        var (digest, manifest) = await PushImageAsync("app", "a");
        Assert.Equal(HttpStatusCode.Created, (await PutAsync($"{Manifests}/b", manifest, MediaTypes.Manifest)).Status);
        Assert.Equal(HttpStatusCode.Accepted, (await DeleteAsync($"{Manifests}/a")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await HeadAsync($"{Manifests}/a")).Status);
        await IsAsync("b", digest, manifest);
        Assert.Equal(HttpStatusCode.Accepted, (await DeleteAsync($"{Manifests}/{digest}")).Status);
        var gone = await GetAsync($"{Manifests}/b");
        Assert.Equal((HttpStatusCode.NotFound, "MANIFEST_UNKNOWN"), (gone.Status, gone.Code));
        Assert.Equal(HttpStatusCode.NotFound, (await HeadAsync($"{Manifests}/{digest}")).Status);
        Assert.Equal("MANIFEST_UNKNOWN", (await DeleteAsync($"{Manifests}/{digest}")).Code);
        Assert.Equal("MANIFEST_UNKNOWN", (await DeleteAsync($"{Manifests}/b")).Code);
    }

    private static byte[] Index(params JsonNode[] manifests) =>
        Json(new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = MediaTypes.Index, ["manifests"] = new JsonArray(manifests) });

    private static byte[] Json(JsonObject document) => Encoding.UTF8.GetBytes(document.ToJsonString());

    private async Task PutIndexAsync(string tag, byte[] index)
    {
        var put = await PutAsync($"{Manifests}/{tag}", index, MediaTypes.Index);
        Assert.True(put.Status == HttpStatusCode.Created, put.Text);
    }

    private async Task IsAsync(string reference, Digest digest, byte[] manifest, string? accept = null, string expectedType = MediaTypes.Manifest)
    {
        var get = await GetAsync($"{Manifests}/{reference}", ("Accept", accept ?? $"{MediaTypes.Index}, {MediaTypes.Manifest}"));
        Assert.Equal(manifest, get.Body);
        Assert.Equal((HttpStatusCode.OK, digest.ToString(), expectedType), (get.Status, get.Header("Docker-Content-Digest"), get.Type));
        var head = await HeadAsync($"{Manifests}/{reference}");
        Assert.Equal((HttpStatusCode.OK, digest.ToString(), (long?)manifest.Length), (head.Status, head.Header("Docker-Content-Digest"), head.Length));
        Assert.Empty(head.Body);
    }
}
