using System.Formats.Tar;
using System.Text;
using Paas.Cli.CommandLine;
using Paas.Cli.Commands;
using Paas.Cli.Images;
using Paas.Contracts.Errors;
using Paas.Testing;

namespace Paas.Cli.Tests;

public sealed class BuildCommandTests
{
    [Fact]
    public async Task A_context_has_what_is_not_ignored_and_what_the_server_needs()
    {
        using var directory = new TemporaryDirectory();
        Directory.CreateDirectory(directory.Combine("keep/deep"));
        Directory.CreateDirectory(directory.Combine("drop"));
        foreach (var file in (string[])["Dockerfile", "keep/a", "keep/deep/b.log", "drop/c", "drop/back", "d.log"]) await File.WriteAllTextAsync(directory.Combine(file), file);
        File.SetUnixFileMode(directory.Combine("keep/a"), (UnixFileMode)0x1ed);
        File.CreateSymbolicLink(directory.Combine("keep/link"), "../drop");
        await File.WriteAllTextAsync(directory.Combine(".dockerignore"), "Dockerfile\n**/*.log\ndrop\n!drop/back\n.dockerignore\n");

        await using var archive = ContextArchive.Open(directory.Path, "Dockerfile", default);
        var entries = new Dictionary<string, (TarEntryType Type, UnixFileMode Mode)>();
        await using var tar = new TarReader(archive);
        while (await tar.GetNextEntryAsync() is { } entry) entries.Add(entry.Name, (entry.EntryType, entry.Mode));
        Assert.Equal([".dockerignore", "Dockerfile", "drop/back", "keep/", "keep/a", "keep/deep/", "keep/link"], entries.Keys.Order(StringComparer.Ordinal));
        Assert.Equal((UnixFileMode)0x1ed, entries["keep/a"].Mode);
        Assert.Equal(TarEntryType.SymbolicLink, entries["keep/link"].Type);
    }

    [Fact]
    public void A_wrong_pattern_is_said_before_anything_is_sent()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory.Combine(".dockerignore"), "[a");
        Assert.Equal(ErrorCode.InvalidRequest, Assert.Throws<PaasException>(() => ContextArchive.Open(directory.Path, "Dockerfile", default)).Code);
    }

    [Fact]
    public void Secrets_come_from_files_and_variables()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory.Combine("token"), "t");
        Environment.SetEnvironmentVariable("PAAS_TEST_SECRET", "s");
        var secrets = BuildCommand.Secrets([$"id=a,src={directory.Combine("token")}", "id=b,env=PAAS_TEST_SECRET", "id=PAAS_TEST_SECRET"]);
        Assert.Equal(["a=t", "b=s", "PAAS_TEST_SECRET=s"], secrets.Select(pair => $"{pair.Key}={Encoding.UTF8.GetString(Convert.FromBase64String(pair.Value))}"));
        Assert.Throws<UsageException>(() => BuildCommand.Secrets(["src=x"]));
        Assert.Throws<UsageException>(() => BuildCommand.Secrets(["id=a,src=/no/such/file"]));
        Assert.Throws<UsageException>(() => BuildCommand.Secrets(["id=PAAS_TEST_NOT_SET"]));
    }
}
