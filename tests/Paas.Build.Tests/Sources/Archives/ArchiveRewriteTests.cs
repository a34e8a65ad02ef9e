using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Paas.Contracts.Errors;
using Paas.Build.Sources.Archives;

namespace Paas.Build.Tests.Sources.Archives;

public sealed class ArchiveRewriteTests
{
    private static readonly ArchiveLimits Limits = new(1 << 20, 100);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_tar_becomes_one_without_the_directory_that_is_alone_at_its_top(bool gzip)
    {
        var archive = Tar(
            gzip,
            new PaxTarEntry(TarEntryType.Directory, "app-1.0/"),
            File("app-1.0/index.html", "hello"),
            File("./app-1.0/bin/run", "#!", executable: true),
            new PaxTarEntry(TarEntryType.SymbolicLink, "app-1.0/bin/again") { LinkName = "../index.html" },
            new PaxTarEntry(TarEntryType.HardLink, "app-1.0/same.html") { LinkName = "app-1.0/index.html" });
        Assert.Equal(
            ["index.html=hello", "bin/run*=#!", "bin/again->../index.html", "same.html=>index.html"], await RewriteAsync(archive));
    }

    [Fact]
    public async Task A_zip_is_read_too_and_files_at_its_top_stay_where_they_are()
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add(zip, "index.html", "hello", 0x81A4);
            Add(zip, "bin/run", "#!", 0x81ED);
            Add(zip, "link", "bin/run", 0xA1FF);
        }

        Assert.Equal(["index.html=hello", "bin/run*=#!", "link->bin/run"], await RewriteAsync(bytes));
    }

    public static TheoryData<string, TarEntry[]> Hostile => new()
    {
        { "leads out", [File("../evil", "x")] },
        { "leads out", [File("a/../../evil", "x")] },
        { "no relative path", [File("/etc/passwd", "x")] },
        { "no relative path", [File("a\\..\\evil", "x")] },
        { "link out", [new PaxTarEntry(TarEntryType.SymbolicLink, "a") { LinkName = "/etc" }, File("b", "x")] },
        { "link out", [new PaxTarEntry(TarEntryType.SymbolicLink, "d/a") { LinkName = "../../etc" }, File("b", "x")] },
        { "link out", [new PaxTarEntry(TarEntryType.SymbolicLink, "top/a") { LinkName = "../x" }, File("top/b", "x")] },
        { "behind a symbolic link", [new PaxTarEntry(TarEntryType.SymbolicLink, "a") { LinkName = "b" }, File("a/evil", "x")] },
        { "twice", [new PaxTarEntry(TarEntryType.SymbolicLink, "a") { LinkName = "b" }, File("a", "x")] },
        { "not in it", [new PaxTarEntry(TarEntryType.HardLink, "a") { LinkName = "etc/passwd" }, File("b", "x")] },
        { "leads out", [new PaxTarEntry(TarEntryType.HardLink, "a") { LinkName = "../etc/passwd" }, File("b", "x")] },
        { "neither a file", [new PaxTarEntry(TarEntryType.CharacterDevice, "null") { DeviceMajor = 1, DeviceMinor = 3 }, File("b", "x")] },
        { "neither a file", [new PaxTarEntry(TarEntryType.Fifo, "pipe"), File("b", "x")] },
        { "no files", [new PaxTarEntry(TarEntryType.Directory, "empty/")] },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task What_reaches_out_is_refused(string reason, TarEntry[] entries)
    {
        var error = await Assert.ThrowsAsync<PaasException>(() => RewriteAsync(Tar(gzip: false, entries)));
        Assert.Equal(ErrorCode.InvalidRequest, error.Code);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bomb_is_refused_by_what_comes_out_of_it()
    {
        var tar = Tar(gzip: true, File("zeros", new string('0', 2 << 20)));
        Assert.True(tar.Length < Limits.Bytes / 10);
        Assert.Equal(ErrorCode.TooLarge, (await Assert.ThrowsAsync<PaasException>(() => RewriteAsync(tar))).Code);

        using var zipped = new MemoryStream();
        using (var zip = new ZipArchive(zipped, ZipArchiveMode.Create, leaveOpen: true)) Add(zip, "zeros", new string('0', 2 << 20), 0x81A4);
        Assert.Equal(ErrorCode.TooLarge, (await Assert.ThrowsAsync<PaasException>(() => RewriteAsync(zipped))).Code);
    }

    [Fact]
    public async Task Too_many_entries_are_refused()
    {
        var entries = Enumerable.Range(0, 101).Select(i => (TarEntry)File($"f{i}", "")).ToArray();
        Assert.Equal(ErrorCode.TooLarge, (await Assert.ThrowsAsync<PaasException>(() => RewriteAsync(Tar(gzip: false, entries)))).Code);
    }

    [Fact]
    public async Task What_is_no_archive_or_half_of_one_is_refused()
    {
        var page = new MemoryStream(Encoding.UTF8.GetBytes("<html>" + new string(' ', 1000)));
        Assert.Contains("neither a tar", (await Assert.ThrowsAsync<PaasException>(() => RewriteAsync(page))).Message, StringComparison.Ordinal);
        var whole = Tar(gzip: true, File("a", Convert.ToHexString(Random.Shared.GetItems<byte>([.. Enumerable.Range(0, 256).Select(i => (byte)i)], 100_000))));
        var half = new MemoryStream(whole.ToArray()[..(int)(whole.Length / 2)]);
        Assert.Equal(ErrorCode.InvalidRequest, (await Assert.ThrowsAsync<PaasException>(() => RewriteAsync(half))).Code);
    }

    private static async Task<IReadOnlyList<string>> RewriteAsync(Stream archive)
    {
        using var output = new MemoryStream();
        await ArchiveRewrite.RunAsync(archive, null, output, Limits, CancellationToken.None);
        output.Position = 0;
        using var tar = new TarReader(output);
        var found = new List<string>();
        while (tar.GetNextEntry() is { } entry)
        {
            Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1), entry.ModificationTime);
            if (entry.EntryType == TarEntryType.Directory) continue;
            found.Add(entry.EntryType switch
            {
                TarEntryType.SymbolicLink => $"{entry.Name}->{entry.LinkName}",
                TarEntryType.HardLink => $"{entry.Name}=>{entry.LinkName}",
                _ => $"{entry.Name}{((entry.Mode & UnixFileMode.UserExecute) != 0 ? "*" : "")}={new StreamReader(entry.DataStream!).ReadToEnd()}",
            });
        }

        return found;
    }

    private static PaxTarEntry File(string name, string content, bool executable = false) => new(TarEntryType.RegularFile, name)
    {
        DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)),
        Mode = executable ? (UnixFileMode)0b111_101_101 : (UnixFileMode)0b110_100_100,
    };

    private static MemoryStream Tar(bool gzip, params TarEntry[] entries)
    {
        var bytes = new MemoryStream();
        using (Stream packed = gzip ? new GZipStream(bytes, CompressionLevel.Optimal, leaveOpen: true) : new BufferedStream(bytes))
        {
            using var tar = new TarWriter(packed, leaveOpen: true);
            foreach (var entry in entries)
            {
                if (entry.DataStream is { } content) content.Position = 0;
                tar.WriteEntry(entry);
            }

            tar.Dispose();
            packed.Flush();
            if (!gzip) return new MemoryStream(bytes.ToArray());
        }

        return bytes;
    }

    private static void Add(ZipArchive zip, string name, string content, int mode)
    {
        var entry = zip.CreateEntry(name);
        entry.ExternalAttributes = mode << 16;
        using var writer = new StreamWriter(entry.Open());
        writer.Write(content);
    }
}
