using Paas.Testing;

namespace Paas.EndToEnd.Tests;

/// <summary>What systemd is told of the two services.</summary>
public sealed class UnitFileTests
{
    [Theory]
    [InlineData("paas-router.service")]
    [InlineData("paasd.service")]
    public async Task A_service_that_cannot_start_is_tried_again_every_second_for_ever(string unit)
    {
        var settings = await SettingsAsync(unit);
        Assert.Equal("0", settings["Unit.StartLimitIntervalSec"]);
        Assert.Equal("always", settings["Service.Restart"]);
        Assert.Equal("1s", settings["Service.RestartSec"]);
    }

    private static async Task<Dictionary<string, string>> SettingsAsync(string unit)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        var section = "";
        foreach (var line in await File.ReadAllLinesAsync(Path.Combine(Repository.Root, "src", "Paas.Daemon", "service", unit)))
        {
            if (line is ['[', .. var name, ']']) section = name;
            else if (line is not ['#', ..] && line.Split('=', 2) is [var key, var value]) settings[$"{section}.{key}"] = value;
        }

        return settings;
    }
}
