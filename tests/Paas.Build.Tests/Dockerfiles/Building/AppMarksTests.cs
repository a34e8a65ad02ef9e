using System.Security.Cryptography;
using Paas.Build.Dockerfiles.Building;
using Paas.Testing;

namespace Paas.Build.Tests.Dockerfiles.Building;

public sealed class AppMarksTests : IDisposable
{
    private static readonly byte[] Secret = "1234"u8.ToArray();

    private readonly TemporaryDirectory _directory = new();

    private string KeyPath => _directory.Combine("mounts", "a", ".key");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_mark_is_the_same_for_the_same_content_and_no_hash_that_anybody_can_make()
    {
        var mark = New().Of(Secret);
        Assert.Equal(mark, New().Of(Secret));
        Assert.NotEqual(mark, New().Of("1235"u8.ToArray()));
        Assert.NotEqual(Convert.ToHexStringLower(SHA256.HashData(Secret)), mark);
        Assert.NotEqual(mark, new AppMarks(_directory.Path, "b").Of(Secret));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyPath));
    }

    [Fact]
    public void A_key_that_is_damaged_is_made_anew()
    {
        var mark = New().Of(Secret);
        File.WriteAllBytes(KeyPath, []);
        Assert.NotEqual(mark, New().Of(Secret));
        Assert.Equal(32, new FileInfo(KeyPath).Length);
    }

    [Fact]
    public void All_who_begin_at_one_time_have_one_key() => Assert.Single(
        Enumerable.Range(0, 16).AsParallel().WithDegreeOfParallelism(16).Select(_ => New().Of(Secret)).ToHashSet());

    private AppMarks New() => new(_directory.Path, "a");
}
