using Paas.Testing;
using Xunit;

namespace Paas.Runtime.FunctionalTests.Mounts;

/// <summary>Every word a mount's options may have (runtime-spec config.md, Linux mount options), by what the kernel shows of it.</summary>
public sealed class MountOptionTests
{
    [RootTheory]
    [InlineData("ro", "ro")]
    [InlineData("rw", "rw")]
    [InlineData("nosuid", "nosuid")]
    [InlineData("nodev", "nodev")]
    [InlineData("noexec", "noexec")]
    [InlineData("noatime", "noatime")]
    [InlineData("nodiratime", "nodiratime")]
    [InlineData("relatime", "relatime")]
    public void A_word_shows_on_a_bind_mount_of_a_directory_and_of_a_file_and_on_a_tmpfs(string word, string shown)
    {
        using var container = new TestContainer();
        var source = MakeSource(container);
        container.Mount("/dir", "bind", source, "bind", word);
        container.Mount("/file", "bind", Path.Combine(source, "a"), "bind", word);
        container.Mount("/new", "tmpfs", "tmpfs", word);
        var mounts = MountTable.Of(container);
        foreach (var point in (string[])["/dir", "/file", "/new"]) Assert.Contains(shown, mounts.At(point).Options);
    }

    [RootTheory]
    [InlineData("suid", "nosuid")]
    [InlineData("dev", "nodev")]
    [InlineData("exec", "noexec")]
    [InlineData("strictatime", "relatime")]
    [InlineData("diratime", "nodiratime")]
    public void A_word_takes_another_one_away(string word, string gone)
    {
        using var container = new TestContainer();
        container.Mount("/dir", "bind", MakeSource(container), "bind", "nosuid", "nodev", "noexec", "nodiratime", "relatime", word);
        Assert.DoesNotContain(gone, MountTable.Of(container).At("/dir").Options);
    }

    [RootTheory]
    [InlineData("sync")]
    [InlineData("dirsync")]
    [InlineData("size=64k")]
    [InlineData("nr_inodes=77")]
    [InlineData("mode=1500")]
    public void Words_for_the_filesystem_reach_it(string word)
    {
        using var container = new TestContainer().Mount("/new", "tmpfs", "tmpfs", word);
        Assert.Contains(word, MountTable.Of(container).At("/new").FilesystemOptions);
    }

    [RootTheory]
    [InlineData("async")]
    [InlineData("nolazytime")]
    [InlineData("silent")]
    [InlineData("loud")]
    [InlineData("norelatime")]
    [InlineData("nostrictatime")]
    [InlineData("atime")]
    [InlineData("nomand")]
    public void Words_that_name_the_default_are_no_error(string word)
    {
        using var container = new TestContainer().Mount("/new", "tmpfs", "tmpfs", word);
        container.Mount("/dir", "bind", MakeSource(container), "bind", word);
        Assert.Contains("relatime", MountTable.Of(container).At("/new").Options);
    }

    [OlderRuntimesFailFact("runc 1.1 hands them on to a filesystem, or forgets them")]
    public void Defaults_and_recursive_words_are_for_new_filesystems_too()
    {
        using var container = new TestContainer().Mount("/new", "tmpfs", "tmpfs", "defaults", "rro");
        Assert.Contains("ro", MountTable.Of(container).At("/new").Options);
    }

    [OlderRuntimesFailFact("runc 1.1 has no nosymfollow")]
    public void Symbolic_links_are_not_followed_on_a_mount_that_says_so()
    {
        using var container = new TestContainer().Script("cat /dir/a; cat /dir/link");
        var source = MakeSource(container);
        File.CreateSymbolicLink(Path.Combine(source, "link"), "a");
        container.Mount("/dir", "bind", source, "bind", "nosymfollow");
        var outcome = container.Run();
        Assert.Equal("A\n", outcome.Output);
        Assert.Contains("Too many levels of symbolic links", outcome.Error);
    }

    [RootFact]
    public void Read_only_is_the_upper_mount_alone_and_recursively_read_only_all_of_them()
    {
        using var container = new TestContainer();
        var source = MakeSource(container);
        using var upper = new HostTmpfs(source);
        using var lower = new HostTmpfs(Path.Combine(source, "below"));
        container.Mount("/ro", "bind", source, "rbind", "ro");
        container.Mount("/rro", "bind", source, "rbind", "rro");
        container.Mount("/both", "bind", source, "rbind", "ro", "rro");
        var mounts = MountTable.Of(container);
        Assert.Equal(["ro", "rw"], Access("/ro"));
        Assert.Equal(["ro", "ro"], Access("/rro"));
        Assert.Equal(["ro", "ro"], Access("/both"));

        string[] Access(string point) => [mounts.At(point).Options[0], mounts.At(point + "/below").Options[0]];
    }

    [OlderRuntimesFailTheory("runc 1.1 sets access times of mounts below wrongly")]
    [InlineData("rnosuid", "nosuid")]
    [InlineData("rnodev", "nodev")]
    [InlineData("rnoexec", "noexec")]
    [InlineData("rnodiratime", "nodiratime")]
    [InlineData("rnosymfollow", "nosymfollow")]
    [InlineData("rnoatime", "noatime")]
    [InlineData("ratime", "relatime")]
    [InlineData("rrelatime", "relatime")]
    [InlineData("rnorelatime", "relatime")]
    [InlineData("rnostrictatime", "relatime")]
    public void A_recursive_word_shows_on_all_mounts(string word, string shown)
    {
        using var container = new TestContainer();
        var source = MakeSource(container);
        using var upper = new HostTmpfs(source);
        using var lower = new HostTmpfs(Path.Combine(source, "below"));
        container.Mount("/dir", "bind", source, "rbind", word);
        var mounts = MountTable.Of(container);
        foreach (var point in (string[])["/dir", "/dir/below"]) Assert.Contains(shown, mounts.At(point).Options);
    }

    [OlderRuntimesFailTheory("runc 1.1 sets access times of mounts below wrongly")]
    [InlineData("rrw", "ro", "ro")]
    [InlineData("rsuid", "nosuid", "rnosuid")]
    [InlineData("rdev", "nodev", "rnodev")]
    [InlineData("rexec", "noexec", "rnoexec")]
    [InlineData("rdiratime", "nodiratime", "rnodiratime")]
    [InlineData("rsymfollow", "nosymfollow", "rnosymfollow")]
    [InlineData("rstrictatime", "relatime", "rnoatime")]
    public void A_recursive_word_takes_it_away_from_all_mounts(string word, string gone, string before)
    {
        using var container = new TestContainer();
        var source = MakeSource(container);
        using var upper = new HostTmpfs(source);
        using var lower = new HostTmpfs(Path.Combine(source, "below"));
        container.Mount("/dir", "bind", source, "rbind", before, word);
        var mounts = MountTable.Of(container);
        foreach (var point in (string[])["/dir", "/dir/below"]) Assert.DoesNotContain(gone, mounts.At(point).Options);
    }

    [RootFact]
    public void A_remounted_bind_mount_becomes_read_only_and_its_filesystem_does_not()
    {
        using var container = new TestContainer();
        container.Mount("/new", "tmpfs", "tmpfs", "mode=755");
        container.Mount("/new", "", "", "bind", "remount", "ro", "nosuid");
        var mount = MountTable.Of(container).At("/new");
        Assert.Contains("ro", mount.Options);
        Assert.Contains("nosuid", mount.Options);
        Assert.Contains("rw", mount.FilesystemOptions);
    }

    [RootFact]
    public void A_remount_changes_the_filesystem_too()
    {
        using var container = new TestContainer();
        container.Mount("/new", "tmpfs", "tmpfs", "size=64k");
        container.Mount("/new", "tmpfs", "tmpfs", "remount", "size=128k");
        Assert.Contains("size=128k", MountTable.Of(container).At("/new").FilesystemOptions);
    }

    [RootFact]
    public void An_option_that_a_filesystem_does_not_know_is_an_error_that_names_the_place()
    {
        using var container = new TestContainer().Mount("/new", "tmpfs", "tmpfs", "no-such-word");
        var outcome = container.Run();
        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains("/new", outcome.Error);
    }

    [RootFact]
    public void A_read_only_tmpfs_takes_mounts_and_devices_first()
    {
        using var container = new TestContainer().Script("grep ' /dev ' /proc/self/mounts; ls -d /dev/shm /dev/null; touch /dev/x; echo $?");
        container.Mounts[1]!["options"] = new System.Text.Json.Nodes.JsonArray("nosuid", "ro", "mode=755");
        var lines = container.Run().ShouldSucceed().Output.Split('\n');
        Assert.Contains("ro", lines[0].Split(' ')[3].Split(','));
        Assert.Equal(["/dev/null", "/dev/shm", "1", ""], lines[1..]);
    }

    private static string MakeSource(TestContainer container)
    {
        var source = container.Path("source");
        Directory.CreateDirectory(source);
        File.WriteAllText(Path.Combine(source, "a"), "A\n");
        return source;
    }
}
