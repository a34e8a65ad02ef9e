using System.Diagnostics;
using System.Formats.Tar;
using Paas.Build.Sources;
using Paas.Testing;

namespace Paas.Build.Tests.Sources;

public sealed class SourceTreeTests
{
    private static readonly DateTimeOffset CommitTime = new(2025, 6, 1, 12, 0, 0, TimeSpan.Zero);

    [RootFact]
    public async Task A_git_archive_becomes_a_tree_of_the_build_user()
    {
        using var directory = new TemporaryDirectory();
        Run(directory.Path, """
            git init -q -b main src && cd src && mkdir bin && echo 'web: ./bin/run' > Procfile && printf '#!/bin/sh\n' > bin/run && chmod +x bin/run && ln -s bin/run link &&
            git add -A && GIT_COMMITTER_DATE='2025-06-01T12:00:00Z' git -c user.name=a -c user.email=a@b commit -qm x && git archive --format=tar HEAD > ../src.tar
            """);
        var source = await ExtractAsync(directory);
        Assert.Equal(3, source.FileCount);
        Assert.Equal(CommitTime, source.ModifiedAt);
        Assert.Equal("./bin/run", source.ReadProcfile()!.Processes["web"]);
        Assert.True(File.GetUnixFileMode(Path.Combine(source.Path, "bin/run")).HasFlag(UnixFileMode.UserExecute));
        Assert.Equal("bin/run", new FileInfo(Path.Combine(source.Path, "link")).LinkTarget);
        foreach (var path in (string[])["", "bin", "bin/run", "link"])
        {
            var status = EntryStatus.Of(Path.Combine(source.Path, path))!.Value;
            Assert.Equal((1000, 1000), (status.UserId, status.GroupId));
        }
    }

    [RootFact]
    public async Task An_empty_source_is_refused()
    {
        using var directory = new TemporaryDirectory();
        await using (new TarWriter(File.Create(directory.Combine("src.tar"))))
        {
        }

        Assert.Equal("the source is empty", (await Assert.ThrowsAsync<BuildException>(() => ExtractAsync(directory))).Message);
    }

    [RootFact]
    public async Task A_source_over_the_limit_is_refused_with_both_numbers()
    {
        using var directory = new TemporaryDirectory();
        using (var file = File.Create(directory.Combine("src.tar"))) file.SetLength(5_000_000);
        var exception = await Assert.ThrowsAsync<BuildException>(() => ExtractAsync(directory, maximum: 1_000_000));
        Assert.Contains("5 MB, over the limit of 1 MB", exception.Message, StringComparison.Ordinal);
        Assert.NotNull(exception.Hint);
    }

    [RootFact]
    public async Task What_is_no_tar_is_refused()
    {
        using var directory = new TemporaryDirectory();
        await File.WriteAllTextAsync(directory.Combine("src.tar"), string.Concat(Enumerable.Repeat("no tar at all ", 200)));
        Assert.Contains("cannot be unpacked", (await Assert.ThrowsAsync<BuildException>(() => ExtractAsync(directory))).Message, StringComparison.Ordinal);
    }

    [RootTheory]
    [InlineData("../escaped")]
    [InlineData("link/escaped")]
    public async Task Nothing_is_written_outside(string name)
    {
        using var directory = new TemporaryDirectory();
        Directory.CreateDirectory(directory.Combine("outside"));
        await using (var tar = new TarWriter(File.Create(directory.Combine("src.tar"))))
        {
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.SymbolicLink, "link") { LinkName = directory.Combine("outside") });
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream("x"u8.ToArray()) });
        }

        await Assert.ThrowsAsync<BuildException>(() => ExtractAsync(directory));
        Assert.False(File.Exists(directory.Combine("escaped")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(directory.Combine("outside")));
    }

    [RootFact]
    public async Task A_device_is_refused()
    {
        using var directory = new TemporaryDirectory();
        await using (var tar = new TarWriter(File.Create(directory.Combine("src.tar"))))
        {
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.CharacterDevice, "null") { DeviceMajor = 1, DeviceMinor = 3 });
        }

        await Assert.ThrowsAsync<BuildException>(() => ExtractAsync(directory));
    }

    [RootFact]
    public async Task A_wrong_Procfile_is_refused_with_its_line()
    {
        using var directory = new TemporaryDirectory();
        Run(directory.Path, "mkdir src && printf 'web: a\\n<<<<<<< HEAD\\n' > src/Procfile && tar -C src -cf src.tar .");
        var source = await ExtractAsync(directory);
        Assert.Contains("Procfile line 2", Assert.Throws<BuildException>(source.ReadProcfile).Message, StringComparison.Ordinal);
    }

    private static Task<SourceTree> ExtractAsync(TemporaryDirectory directory, long maximum = 1 << 30) =>
        SourceTree.ExtractAsync(directory.Combine("src.tar"), directory.Combine("workspace"), maximum, 1000, default);

    private static void Run(string directory, string script)
    {
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-ec", script]) { WorkingDirectory = directory })!;
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }
}
