using Paas.Testing;

namespace Paas.EndToEnd.Tests;

/// <summary><c>paas-keep</c>, which stands in for systemd.</summary>
public sealed class KeepTests
{
    [Fact]
    public async Task A_program_that_ends_at_once_is_started_again_less_and_less_often()
    {
        using var directory = new TemporaryDirectory();
        var keep = Path.Combine(Repository.Root, "src", "Paas.Daemon", "service", "paas-keep");
        var result = await new Command("timeout", "--foreground", "4", "bash", keep, "ending", "sh", "-c", "echo started")
        {
            Directory = directory.Path,
            Environment = new Dictionary<string, string?> { ["PAAS_RUN"] = directory.Path, ["PAAS_LOG"] = directory.Path },
        }.RunAsync();
        Assert.Equal("", result.Output);

        // After 0, 0.2, 0.6, 1.4 and 3 s.
        Assert.InRange((await File.ReadAllLinesAsync(directory.Combine("ending.log"))).Length, 2, 5);
        Assert.Equal(["ending.log"], Directory.EnumerateFiles(directory.Path).Select(Path.GetFileName));
    }
}
