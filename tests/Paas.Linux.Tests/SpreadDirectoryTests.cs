using Paas.Testing;

namespace Paas.Linux.Tests;

public sealed class SpreadDirectoryTests
{
    [Fact]
    public async Task Trees_below_it_are_put_apart_where_the_filesystem_can()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.Combine("above", "trees");
        SpreadDirectory.Create(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        SpreadDirectory.Create(path);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(path));
        var type = (await new Command("stat", "--file-system", "--format", "%T", path).RunAsync()).Stdout.Trim();
        if (type != "ext2/ext3") return;
        var attributes = (await new Command("lsattr", "-d", path).RunAsync()).Stdout.Split(' ')[0];
        Assert.Contains('T', attributes);
        Assert.Contains('e', attributes);
    }

    [Fact]
    public void A_filesystem_that_knows_no_such_mark_does_without()
    {
        var path = $"/dev/shm/paas-spread-{Guid.NewGuid():N}";
        try
        {
            SpreadDirectory.Create(path);
            Assert.True(Directory.Exists(path));
        }
        finally
        {
            Directory.Delete(path);
        }
    }
}
