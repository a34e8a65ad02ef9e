using System.Net;
using Paas.Oci;
using Paas.Testing;

namespace Paas.Daemon.Tests.Registry;

/// <summary>Pushing blobs (distribution-spec, "Pushing Blobs"), in every way and with both digests.</summary>
public sealed class UploadTests : RegistryTest
{
    private const string Uploads = "/v2/app/blobs/uploads/";

    [Theory]
    [InlineData(Digest.Sha256, 0)]
    [InlineData(Digest.Sha512, 0)]
    [InlineData(Digest.Sha256, 512)]
    [InlineData(Digest.Sha512, 700_000)]
    public async Task At_once_and_by_post_and_put(string algorithm, int size)
    {
        var one = Random(size);
        var digest = Digest.Compute(one, algorithm);
        await ArrivesAsync(await PostAsync($"{Uploads}?digest={digest}", one), digest, one);

        var two = Random(size);
        digest = Digest.Compute(two, algorithm);
        var begun = await PostAsync(Uploads);
        Assert.Equal(HttpStatusCode.Accepted, begun.Status);
        Assert.Equal("0-0", begun.Header("Range"));
        await ArrivesAsync(await PutAsync($"{begun.Location}?digest={Uri.EscapeDataString(digest.ToString())}", two), digest, two);
        // Done is done.
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(begun.Location)).Status);
    }

    [Theory]
    [InlineData(Digest.Sha256, false)]
    [InlineData(Digest.Sha512, false)]
    [InlineData(Digest.Sha256, true)]
    [InlineData(Digest.Sha512, true)]
    public async Task In_pieces_the_last_of_them_with_or_without_the_end(string algorithm, bool lastByPut)
    {
        var content = Random(3067);
        var digest = Digest.Compute(content, algorithm);
        var location = (await PostAsync($"{Uploads}?digest-algorithm={algorithm}")).Location;
        for (var at = 0; at < content.Length; at += 1024)
        {
            var piece = content[at..Math.Min(at + 1024, content.Length)];
            var range = $"{at}-{at + piece.Length - 1}";
            if (lastByPut && at + piece.Length == content.Length)
            {
                await ArrivesAsync(await PutAsync($"{location}?digest={digest}", piece, range: range), digest, content);
                return;
            }

            var patched = await PatchAsync(location, piece, range);
            Assert.Equal(HttpStatusCode.Accepted, patched.Status);
            Assert.Equal($"0-{at + piece.Length - 1}", patched.Header("Range"));
            location = patched.Location;
        }

        await ArrivesAsync(await PutAsync($"{location}?digest={digest}", []), digest, content);
    }

    [Theory]
    [InlineData("1024-2047")]
    [InlineData("0-1023")]
    public async Task A_piece_out_of_order_is_416_and_the_upload_s_state_says_where_to_go_on(string wrong)
    {
        var content = Random(2048);
        var location = (await PostAsync(Uploads)).Location;
        if (wrong.StartsWith('0')) Assert.Equal(HttpStatusCode.Accepted, (await PatchAsync(location, content[..1024], "0-1023")).Status);
        var sent = wrong.StartsWith('0') ? 1024 : 0;

        var refused = await PatchAsync(location, Random(1024), wrong);
        Assert.Equal((HttpStatusCode.RequestedRangeNotSatisfiable, "BLOB_UPLOAD_INVALID"), (refused.Status, refused.Code));
        var byPut = await PutAsync($"{location}?digest={Digest.Compute(content)}", Random(1024), range: wrong);
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, byPut.Status);
        var state = await GetAsync(location);
        Assert.Equal((HttpStatusCode.NoContent, $"0-{Math.Max(sent - 1, 0)}"), (state.Status, state.Header("Range")));

        Assert.Equal(HttpStatusCode.Accepted, (await PatchAsync(state.Location, content[sent..])).Status);
        await ArrivesAsync(await PutAsync($"{location}?digest={Digest.Compute(content)}", []), Digest.Compute(content), content);
    }

    [Fact]
    public async Task Another_length_than_the_range_s_is_refused_and_nothing_taken()
    {
        var location = (await PostAsync(Uploads)).Location;
        var refused = await PatchAsync(location, Random(10), "0-10");
        Assert.Equal((HttpStatusCode.BadRequest, "SIZE_INVALID"), (refused.Status, refused.Code));
        Assert.Equal("BLOB_UPLOAD_INVALID", (await PatchAsync(location, Random(10), "ten bytes")).Code);
        Assert.Equal("0-0", (await GetAsync(location)).Header("Range"));
    }

    [Fact]
    public async Task What_came_before_the_connection_broke_is_kept_and_continued()
    {
        var content = Random(3_000_000);
        var location = (await PostAsync(Uploads)).Location;
        using var http = Daemon.Client(Daemon.Token);
        using var broken = new HttpRequestMessage(HttpMethod.Patch, location) { Content = new StreamContent(new BreakingStream(content, 2_000_000)) };
        await Assert.ThrowsAnyAsync<Exception>(() => http.SendAsync(broken));

        var received = 0;
        await Eventually.TrueAsync("the upload knows what it got", TimeSpan.FromSeconds(20), async () =>
            (received = int.Parse((await GetAsync(location)).Header("Range")![2..]) + 1) == 2_000_000);
        Assert.Equal(HttpStatusCode.Accepted, (await PatchAsync(location, content[received..], $"{received}-{content.Length - 1}")).Status);
        await ArrivesAsync(await PutAsync($"{location}?digest={Digest.Compute(content)}", []), Digest.Compute(content), content);
    }

    [Theory]
    [InlineData(Digest.Sha256)]
    [InlineData(Digest.Sha512)]
    public async Task Content_of_another_digest_is_400_in_every_way(string algorithm)
    {
        var (content, digest) = (Random(600), Digest.Compute(Random(600), algorithm));
        var atOnce = await PostAsync($"{Uploads}?digest={digest}", content);
        Assert.Equal((HttpStatusCode.BadRequest, "DIGEST_INVALID"), (atOnce.Status, atOnce.Code));
        var location = (await PostAsync(Uploads)).Location;
        Assert.Equal("DIGEST_INVALID", (await PutAsync($"{location}?digest={digest}", content)).Code);
        location = (await PostAsync(Uploads)).Location;
        await PatchAsync(location, content);
        Assert.Equal("DIGEST_INVALID", (await PutAsync($"{location}?digest={digest}", [])).Code);
        foreach (var unusable in (string[])["", "sha256:abc", "blake3:abc", "nothing"])
        {
            location = (await PostAsync(Uploads)).Location;
            Assert.Equal("DIGEST_INVALID", (await PutAsync($"{location}?digest={unusable}", content)).Code);
        }

        Assert.Equal("DIGEST_INVALID", (await PostAsync($"{Uploads}?digest-algorithm=md5")).Code);
        Assert.Equal(HttpStatusCode.NotFound, (await HeadAsync($"/v2/app/blobs/{digest}")).Status);
    }

    [Fact]
    public async Task A_cancelled_upload_is_gone()
    {
        var location = (await PostAsync(Uploads)).Location;
        Assert.Equal(HttpStatusCode.NoContent, (await DeleteAsync(location)).Status);
        var patch = await PatchAsync(location, Random(1));
        Assert.Equal((HttpStatusCode.NotFound, "BLOB_UPLOAD_UNKNOWN"), (patch.Status, patch.Code));
        Assert.Equal("BLOB_UPLOAD_UNKNOWN", (await DeleteAsync(location)).Code);
        Assert.Equal("BLOB_UPLOAD_UNKNOWN", (await GetAsync($"{Uploads}x")).Code);
    }

    [Fact]
    public async Task An_upload_belongs_to_its_repository()
    {
        var id = (await PostAsync(Uploads)).Location.Split('/')[^1];
        Assert.Equal("BLOB_UPLOAD_UNKNOWN", (await PatchAsync($"/v2/other/blobs/uploads/{id}", Random(1))).Code);
    }

    [Theory]
    [InlineData(Digest.Sha256)]
    [InlineData(Digest.Sha512)]
    public async Task A_blob_of_another_repository_is_mounted_instead_of_sent(string algorithm)
    {
        var content = Random(512);
        var digest = await PushBlobAsync("other/base", content, algorithm);
        await ArrivesAsync(await PostAsync($"{Uploads}?mount={digest}&from=other/base"), digest, content);

        var found = await PushBlobAsync("other/base", Random(513), algorithm);
        Assert.Equal(HttpStatusCode.Created, (await PostAsync($"{Uploads}?mount={found}")).Status);

        var missing = Digest.Compute(Random(514), algorithm);
        foreach (var from in (string[])["&from=other/base", "&from=nobody", "&from=NO", ""])
        {
            var begun = await PostAsync($"{Uploads}?mount={missing}{from}");
            Assert.Equal(HttpStatusCode.Accepted, begun.Status);
            Assert.NotNull(begun.Location);
        }

        // It is there, but not where it is said to be.
        var elsewhere = await PushBlobAsync("other", Random(515), algorithm);
        Assert.Equal(HttpStatusCode.Accepted, (await PostAsync($"{Uploads}?mount={elsewhere}&from=other/base")).Status);
    }

    [Fact]
    public async Task Two_pushes_of_one_blob_at_the_same_time_both_succeed()
    {
        var content = Random(500_000);
        var digest = Digest.Compute(content);
        var pushes = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => PostAsync($"/v2/{(i % 2 == 0 ? "app" : "other")}/blobs/uploads/?digest={digest}", content)));
        Assert.All(pushes, push => Assert.Equal(HttpStatusCode.Created, push.Status));
        Assert.Equal(content, (await GetAsync($"/v2/other/blobs/{digest}")).Body);
    }

    private async Task ArrivesAsync(Reply reply, Digest digest, byte[] content)
    {
        Assert.True(reply.Status == HttpStatusCode.Created, $"{reply.Status} {reply.Text}");
        Assert.Equal(digest.ToString(), reply.Header("Docker-Content-Digest"));
        Assert.Equal(content, (await GetAsync(reply.Location)).Body);
        var head = await HeadAsync($"/v2/app/blobs/{digest}");
        Assert.Equal((HttpStatusCode.OK, (long?)content.Length, digest.ToString()), (head.Status, head.Length, head.Header("Docker-Content-Digest")));
    }

    private sealed class BreakingStream(byte[] content, int at) : MemoryStream(content)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position < at) return await base.ReadAsync(buffer[..(int)Math.Min(buffer.Length, at - Position)], cancellationToken);
            // What was sent is to arrive before the connection breaks.
            await Task.Delay(300, cancellationToken);
            throw new IOException("the line broke");
        }

        public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
        {
            var buffer = new byte[64 * 1024];
            while (true)
            {
                await destination.WriteAsync(buffer.AsMemory(0, await ReadAsync(buffer, cancellationToken)), cancellationToken);
                await destination.FlushAsync(cancellationToken);
            }
        }
    }
}

public sealed class NoRoomTests : RegistryTest
{
    protected override long DiskReserve => long.MaxValue / 2;

    [Fact]
    public async Task A_push_is_refused_before_the_disk_is_full_and_says_the_numbers()
    {
        var refused = await PostAsync("/v2/app/blobs/uploads/");
        Assert.Equal((HttpStatusCode.InsufficientStorage, "DENIED"), (refused.Status, refused.Code));
        Assert.Matches(@"the disk has [\d.]+ GB free, and [\d.]+ TB of it are kept for the apps.*paas cleanup", refused.Text);
    }
}
