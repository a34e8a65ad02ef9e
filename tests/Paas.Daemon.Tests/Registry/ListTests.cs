using System.Net;
using System.Text.Json.Nodes;
using Paas.Daemon.Registry;
using Paas.Oci;
using Paas.Oci.Images;

namespace Paas.Daemon.Tests.Registry;

/// <summary>Lists of tags, repositories and referrers.</summary>
public sealed class ListTests : RegistryTest
{
    [Fact]
    public async Task Tags_are_listed_in_order_and_in_pages()
    {
        Assert.Equal("""{"name":"app","tags":[]}""", (await GetAsync("/v2/app/tags/list")).Text);
        foreach (var tag in (string[])["b", "a", "C", "d.1", "v2"]) await PushImageAsync("app", tag);
        Assert.Equal("""{"name":"app","tags":["C","a","b","d.1","v2"]}""", (await GetAsync("/v2/app/tags/list")).Text);
        Assert.Equal("""{"name":"app","tags":["d.1","v2"]}""", (await GetAsync("/v2/app/tags/list?last=b")).Text);

        var (seen, next) = (new List<string>(), "/v2/app/tags/list?n=2");
        while (next is not null)
        {
            var page = await GetAsync(next);
            seen.AddRange(JsonNode.Parse(page.Text)!["tags"]!.AsArray().Select(tag => (string)tag!));
            next = page.Header("Link") is { } link ? link[(link.IndexOf('<') + 1)..link.IndexOf('>')] : null;
        }

        Assert.Equal(["C", "a", "b", "d.1", "v2"], seen);
        Assert.Equal("""{"name":"app","tags":[]}""", (await GetAsync("/v2/app/tags/list?n=0")).Text);
        Assert.Equal(HttpStatusCode.BadRequest, (await GetAsync("/v2/app/tags/list?n=x")).Status);
        Assert.Equal("NAME_UNKNOWN", (await GetAsync("/v2/nobody/tags/list")).Code);
    }

    [Fact]
    public async Task The_catalog_has_every_repository_with_something_in_it()
    {
        await PushImageAsync("other/b", "x");
        await PushImageAsync("app", "x");
        await PushBlobAsync("app/only-a-blob", Random(3));
        Assert.Equal("""{"repositories":["app","other/b"]}""", (await GetAsync("/v2/_catalog")).Text);
        var page = await GetAsync("/v2/_catalog?n=1");
        Assert.Equal("""</v2/_catalog?n=1&last=app>; rel="next" """.Trim(), page.Header("Link"));
    }

    [Fact]
    public async Task Referrers_are_found_by_what_they_are_about_and_by_their_type()
    {
        var (subject, content) = await PushImageAsync("app", "subject");
        var about = Descriptor(MediaTypes.Manifest, subject, content.Length);
        var plain = await ManifestAsync("app", json => json["subject"] = about.DeepClone());
        var put = await PutAsync("/v2/app/manifests/plain", plain, MediaTypes.Manifest);
        Assert.Equal(subject.ToString(), put.Header("OCI-Subject"));
        var (signature, _) = await PushImageAsync("app", "signature", json =>
            (json["subject"], json["artifactType"], json["annotations"]) = (about.DeepClone(), "application/x.signature", new JsonObject { ["by"] = "Ada" }));

        var all = await GetAsync($"/v2/app/referrers/{subject}");
        Assert.Equal((HttpStatusCode.OK, MediaTypes.Index), (all.Status, all.Type));
        var index = ImageDocuments.ParseIndex(all.Body);
        Assert.Equal(MediaTypes.Index, index.MediaType);
        Assert.Equal(new[] { Digest.Compute(plain), signature }.Select(d => d.ToString()).Order(), index.Manifests.Select(m => m.Digest.ToString()));
        Assert.Equal(MediaTypes.Config, index.Manifests.Single(m => m.Digest == Digest.Compute(plain)).ArtifactType);
        Assert.Equal("Ada", index.Manifests.Single(m => m.Digest == signature).Annotations!["by"]);

        var filtered = await GetAsync($"/v2/app/referrers/{subject}?artifactType=application/x.signature");
        Assert.Equal("artifactType", filtered.Header("OCI-Filters-Applied"));
        Assert.Equal(signature, Assert.Single(ImageDocuments.ParseIndex(filtered.Body).Manifests).Digest);

        await DeleteAsync($"/v2/app/manifests/{signature}");
        Assert.Single(ImageDocuments.ParseIndex((await GetAsync($"/v2/app/referrers/{subject}")).Body).Manifests);
        Assert.Empty(ImageDocuments.ParseIndex((await GetAsync($"/v2/app/referrers/{Digest.Compute(Random(7))}")).Body).Manifests);
        Assert.Equal("DIGEST_INVALID", (await GetAsync("/v2/app/referrers/latest")).Code);
    }

    [Theory]
    [InlineData("", "Base", "", "")]
    [InlineData("app/tags/list", "Tags", "app", "")]
    [InlineData("app/a/b/manifests/latest", "Manifest", "app/a/b", "latest")]
    [InlineData("app/blobs/uploads", "Uploads", "app", "")]
    [InlineData("app/blobs/uploads/", "Uploads", "app", "")]
    [InlineData("app/blobs/uploads/1", "Upload", "app", "1")]
    [InlineData("app/blobs/sha256:1", "Blob", "app", "sha256:1")]
    [InlineData("app/manifests/blobs/x", "Blob", "app/manifests", "x")]
    [InlineData("app/tags/list/tags/list", "Tags", "app/tags/list", "")]
    [InlineData("app/referrers/sha256:1", "Referrers", "app", "sha256:1")]
    [InlineData("_catalog", "Catalog", "", "")]
    public void Paths_are_read_from_their_end(string path, string resource, string repository, string item) =>
        Assert.Equal(new RegistryRoute(Enum.Parse<RegistryResource>(resource), repository, item), RegistryRoute.Parse(path));

    [Theory]
    [InlineData("app")]
    [InlineData("tags/list")]
    [InlineData("manifests/x")]
    [InlineData("app/manifests")]
    [InlineData("app/tags/other")]
    [InlineData("/")]
    public void Other_paths_are_nothing(string path) => Assert.Null(RegistryRoute.Parse(path));
}
