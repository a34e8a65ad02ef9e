using System.Security.Cryptography;
using Paas.Images.Uploads;
using Paas.Oci;
using Paas.Testing;

namespace Paas.Images.Tests;

public sealed class UploadStoreTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Root => _directory.Combine("store");

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(Digest.Sha256, Digest.Sha256)]
    [InlineData(Digest.Sha256, Digest.Sha512)]
    [InlineData(Digest.Sha512, Digest.Sha512)]
    public async Task An_upload_goes_on_after_a_restart_whatever_digest_it_is_asked_for(string begun, string asked)
    {
        var content = RandomNumberGenerator.GetBytes(900_000);
        var id = "";
        {
            var store = new UploadStore(new ContentStore(Root));
            var upload = store.Start("app", begun);
            Assert.Equal(500_000, await upload.AppendAsync(new MemoryStream(content, 0, 500_000), null, default));
            id = upload.Id;
        }

        var after = new ContentStore(Root);
        var uploads = new UploadStore(after);
        var found = uploads.Find("app", id)!;
        Assert.Equal(500_000, found.Size);
        await found.AppendAsync(new MemoryStream(content, 500_000, 400_000), null, default);
        var digest = Digest.Compute(content, asked);
        var wrong = await Assert.ThrowsAsync<ContentMismatchException>(() => found.CompleteAsync(Digest.Compute("x"u8, asked), default));
        Assert.Equal(digest, wrong.Actual);
        await found.CompleteAsync(digest, default);
        uploads.Remove(found);
        Assert.Equal(content, await after.ReadAsync(digest, default));
        Assert.Null(uploads.Find("app", id));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(Root, "uploads")));
    }

    [Fact]
    public async Task Only_its_owner_finds_an_upload_and_only_by_a_name_that_was_given()
    {
        var store = new UploadStore(new ContentStore(Root));
        var upload = store.Start("app", Digest.Sha256);
        await upload.AppendAsync(new MemoryStream([1]), null, default);
        Assert.NotNull(store.Find("app", upload.Id));
        Assert.Null(store.Find("app/sub", upload.Id));
        foreach (var id in (string[])["", "..", "../blobs", upload.Id.ToUpperInvariant() + "/", $"{Guid.NewGuid()}"]) Assert.Null(store.Find("app", id));
    }

    [Fact]
    public async Task What_came_before_a_check_refused_more_is_kept()
    {
        var store = new UploadStore(new ContentStore(Root));
        var upload = store.Start("app", Digest.Sha256);
        var content = RandomNumberGenerator.GetBytes(2_000_000);
        await Assert.ThrowsAsync<IOException>(() => upload.AppendAsync(
            new MemoryStream(content), written => { if (written > 500_000) throw new IOException("no room"); }, default));
        var kept = (int)upload.Size;
        Assert.InRange(kept, 500_001, content.Length - 1);
        await upload.AppendAsync(new MemoryStream(content, kept, content.Length - kept), null, default);
        await upload.CompleteAsync(Digest.Compute(content), default);
    }

    [Fact]
    public async Task Uploads_that_nobody_went_on_with_and_those_of_nobody_expire()
    {
        var store = new UploadStore(new ContentStore(Root));
        var (old, fresh, orphan, busy) = (store.Start("app", Digest.Sha256), store.Start("app", Digest.Sha256), store.Start("gone", Digest.Sha256), store.Start("app", Digest.Sha256));
        foreach (var upload in (Upload[])[old, fresh, orphan, busy]) await upload.AppendAsync(new MemoryStream(new byte[10]), null, default);
        foreach (var upload in (Upload[])[old, busy]) File.SetLastWriteTimeUtc(Path.Combine(Root, "uploads", upload.Id, "data"), DateTime.UtcNow.AddHours(-25));
        using var turn = await busy.TakeAsync(default);
        var before = DateTimeOffset.UtcNow.AddHours(-24);
        Assert.Equal((2, 20L), store.Expire(before, owner => owner == "app", remove: false));
        Assert.NotNull(store.Find("app", old.Id));
        Assert.Equal((2, 20L), store.Expire(before, owner => owner == "app", remove: true));
        Assert.Null(store.Find("app", old.Id));
        Assert.Null(store.Find("gone", orphan.Id));
        Assert.NotNull(store.Find("app", fresh.Id));
        Assert.NotNull(store.Find("app", busy.Id));
    }
}
