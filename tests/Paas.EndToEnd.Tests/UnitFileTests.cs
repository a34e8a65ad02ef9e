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

    [Theory]
    [InlineData("paas-router.service", "/opt/paas/bin/paas-router $PAAS_ROUTER_OPTIONS $PAAS_ROUTER_EXTRA")]
    [InlineData("paasd.service", "/opt/paas/bin/paasd $PAASD_OPTIONS $PAASD_EXTRA")]
    public async Task The_machines_own_options_come_last_and_may_be_missing(string unit, string command)
    {
        var settings = await SettingsAsync(unit);
        Assert.Equal("-/etc/paas/local.conf", settings["Service.EnvironmentFile"]);
        Assert.Equal(command, settings["Service.ExecStart"]);
    }

    // Of several lines with one name the last one counts.
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
