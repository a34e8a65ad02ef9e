using System.Net;
using Paas.Daemon.Registry;
using Paas.Oci;

namespace Paas.Daemon.Tests.Registry;

/// <summary>Pulling blobs, whole and in parts, and deleting them.</summary>
public sealed class BlobTests : RegistryTest
{
    [Theory]
    [InlineData("bytes=500-1499", 500, 1500)]
    [InlineData("bytes=500-", 500, 2048)]
    [InlineData("bytes=-500", 1548, 2048)]
    [InlineData("bytes=2000-5000", 2000, 2048)]
    [InlineData("bytes=0-0", 0, 1)]
    [InlineData("bytes=-5000", 0, 2048)]
    public async Task A_range_is_206(string range, int from, int to)
    {
        var content = Random(2048);
        var digest = await PushBlobAsync("app", content);
        var part = await GetAsync($"/v2/app/blobs/{digest}", ("Range", range));
        Assert.Equal(HttpStatusCode.PartialContent, part.Status);
        Assert.Equal(content[from..to], part.Body);
        Assert.Equal($"bytes {from}-{to - 1}/2048", part.Header("Content-Range"));
        Assert.Equal(to - from, part.Length);
    }

    [Theory]
    [InlineData("bytes=500-0")]
    [InlineData("bytes=5000-10000")]
    [InlineData("bytes=2048-")]
    [InlineData("bytes=-0")]
    public async Task A_range_of_nothing_is_416(string range)
    {
        var digest = await PushBlobAsync("app", Random(2048));
        var refused = await GetAsync($"/v2/app/blobs/{digest}", ("Range", range));
        Assert.Equal((HttpStatusCode.RequestedRangeNotSatisfiable, "bytes */2048"), (refused.Status, refused.Header("Content-Range")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("bytes=")]
    [InlineData("bytes=-")]
    [InlineData("bytes=a-b")]
    [InlineData("bytes=0-1,3-4")]
    [InlineData("lines=0-1")]
    public void What_is_no_single_range_means_the_whole(string header) => Assert.Null(ByteRange.Parse(header));

    [Fact]
    public async Task A_blob_is_pulled_only_from_where_it_was_pushed()
    {
        var digest = await PushBlobAsync("app", Random(100));
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync($"/v2/other/blobs/{digest}")).Status);
        var unknown = await GetAsync($"/v2/app/blobs/{Digest.Compute(Random(5))}");
        Assert.Equal((HttpStatusCode.NotFound, "BLOB_UNKNOWN"), (unknown.Status, unknown.Code));
        Assert.Equal("DIGEST_INVALID", (await GetAsync("/v2/app/blobs/sha256:abc")).Code);
    }

    [Fact]
    public async Task A_deleted_blob_is_gone_at_once_from_there_only()
    {
        var content = Random(100);
        var digest = await PushBlobAsync("app", content);
        await PushBlobAsync("other", content);
        Assert.Equal(HttpStatusCode.Accepted, (await DeleteAsync($"/v2/app/blobs/{digest}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await HeadAsync($"/v2/app/blobs/{digest}")).Status);
        Assert.Equal("BLOB_UNKNOWN", (await DeleteAsync($"/v2/app/blobs/{digest}")).Code);
        Assert.Equal(content, (await GetAsync($"/v2/other/blobs/{digest}")).Body);
    }
}
