using System.Globalization;
using System.Text.Json;
using Paas.Contracts.Api;
using Paas.Testing;
using Paas.Testing.Servers;
using Xunit.Abstractions;

namespace Paas.Machine.Tests;

/// <summary>A server's life under systemd: install, push, restart of paasd, reboot, power cut, removal.</summary>
[Collection(MachineCollection.Name)]
public sealed class InstallationTests(MachineFixture fixture, ITestOutputHelper output)
{
    private const string Site = "http://site.localhost/";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private static readonly string Installer = Path.Combine(Repository.Root, "install.sh");

    /// <summary>The data on a disk of its own, as servers have it; systemd knows no device there, since there is no udev.</summary>
    private const string DataUnit =
        """
        [Unit]
        Before=paasd.service paas-router.service
        [Service]
        Type=oneshot
        RemainAfterExit=yes
        ExecStart=/bin/mount /dev/ubdb /var/lib/paas
        [Install]
        WantedBy=multi-user.target
        """;

    private const string LocalSettings =
        """
        PAASD_EXTRA="--check-timeout '70s'"
        PAAS_ROUTER_EXTRA="--answer-timeout 90"
        """;

    [MachineFact]
    public async Task It_installs_deploys_survives_restarts_and_leaves_nothing()
    {
        using var directory = new TemporaryDirectory();
        await AttachDataAsync(directory.Combine("data"));
        await InstallAsync();
        await PushAsync();
        await RestartingPaasdKeepsTheAppAsync();
        await RunsAgainAfterAsync("a reboot", fixture.Machine.RebootAsync);
        await RunsAgainAfterAsync("a power cut", fixture.Machine.CutPowerAsync);
        await RemovalLeavesNothingAsync();
    }

    /// <summary>Gives it the base images as they were made on the host; making or even copying them here would take most of the time.</summary>
    private async Task AttachDataAsync(string disk)
    {
        using (await TestStack.HoldAsync())
            (await new Command("mke2fs", "-q", "-t", "ext4", "-d", TestStack.Directory, disk, "8G").RunAsync()).Succeeded();
        await DoAsync($"mkdir -p /var/lib/paas\ncat >/etc/systemd/system/data.service <<'UNIT'\n{DataUnit}\nUNIT\nsystemctl -q enable data.service\nsync");
        fixture.Machine.DataDisk = disk;
        await fixture.Machine.RebootAsync();
    }

    private async Task InstallAsync()
    {
        await DoAsync($"mkdir -p /etc/paas\ncat >/etc/paas/local.conf <<'CONF'\n{LocalSettings}\nCONF");
        var install = await DoAsync($"{Installer} --from {Programs.Root}", TimeSpan.FromMinutes(10));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"measured: install.sh --from, with systemd: {install.Elapsed.TotalSeconds:F0} s"));
        Assert.Contains("-----> Paas runs", install.Stdout, StringComparison.Ordinal);
        await HasOptionAsync("paasd", "--check-timeout 70s");
        await HasOptionAsync("paas-router", "--answer-timeout 90");
        await BuildsAreBehindAsync();
    }

    private Task HasOptionAsync(string service, string option) =>
        DoAsync($"tr '\\0' ' ' <\"/proc/$(systemctl show -p MainPID --value {service})/cmdline\" | grep -F -- '{option}'");

    private async Task PushAsync()
    {
        var push = await DoAsync(
            $"""
            cp -R {Programs.Root}/samples/static /root/site && cd /root/site && git init -q -b main . && git add -A
            git -c user.name=Ada -c user.email=ada@example.com commit -q -m First
            paas create site && git push paas main
            """, TimeSpan.FromMinutes(10));
        Assert.Contains("=====> Application deployed:", push.Output, StringComparison.Ordinal);
        await AnswersAsync("after the push");
        // The limits hold where systemd keeps them: in the slice, in the one hierarchy.
        var group = await DoAsync($"cat /proc/{await PidAsync()}/cgroup");
        Assert.StartsWith("0::/paas.slice/", group.Stdout, StringComparison.Ordinal);
    }

    private async Task RestartingPaasdKeepsTheAppAsync()
    {
        var before = await PidAsync();
        await DoAsync("systemctl restart paasd");
        await AnswersAsync("while paasd starts");
        await Eventually.TrueAsync("paasd answers again", Patience, async () => (await fixture.Machine.ShellAsync("paas apps")).ExitCode == 0);
        Assert.Equal(before, await PidAsync());
    }

    private async Task RunsAgainAfterAsync(string what, Func<Task> interruption)
    {
        var boot = await BootIdAsync();
        await interruption();
        Assert.NotEqual(boot, await BootIdAsync());
        await AnswersAsync($"after {what}");
        await BuildsAreBehindAsync();
    }

    // In a slice of their own beside the apps', which systemd knows of, also after a start.
    private async Task BuildsAreBehindAsync()
    {
        await DoAsync("systemctl is-active paasd paas-router paas.slice paas_builds.slice");
        await DoAsync("! grep -qw cpu /sys/fs/cgroup/cgroup.controllers || [ \"$(cat /sys/fs/cgroup/paas_builds.slice/cpu.idle)\" = 1 ]");
    }

    private async Task RemovalLeavesNothingAsync()
    {
        await DoAsync($"{Installer} --uninstall", TimeSpan.FromMinutes(10));
        await DoAsync("[ -d /var/lib/paas/images ] && systemctl -q disable data.service && rm /etc/systemd/system/data.service && systemctl daemon-reload && umount /var/lib/paas");
        await DoAsync($"{Installer} --uninstall --purge", TimeSpan.FromMinutes(10));
        var left = await DoAsync(
            """
            set +e
            ls -d /opt/paas /etc/paas /var/lib/paas /run/paas /run/paas-router /var/log/paas /usr/local/bin/paas /etc/systemd/system/paas* 2>/dev/null
            ls -d /sys/class/net/paas* 2>/dev/null
            grep paas /proc/self/mounts | grep -v hostfs
            find /sys/fs/cgroup -name '*paas*'
            systemctl list-units --all --no-legend 'paas*'
            iptables-save | grep -i paas
            ps -eo comm= | grep ^paas
            getent passwd paas-router
            true
            """);
        Assert.Equal("", left.Stdout);
    }

    private Task AnswersAsync(string when) => Eventually.TrueAsync($"the site answers {when}", Patience, async () =>
        (await fixture.Machine.ShellAsync($"curl -sS --max-time 20 -o /dev/null -w '%{{http_code}}' --resolve site.localhost:80:127.0.0.1 {Site}")).Stdout == "200");

    private async Task<int> PidAsync()
    {
        var result = await DoAsync("paas ps -a site --json");
        return JsonSerializer.Deserialize(result.Stdout, ApiJsonContext.Default.IReadOnlyListInstanceDocument)!.Single().Pid!.Value;
    }

    private async Task<string> BootIdAsync() => (await DoAsync("cat /proc/sys/kernel/random/boot_id")).Stdout;

    private async Task<CommandResult> DoAsync(string commands, TimeSpan? timeout = null) =>
        (await fixture.Machine.ShellAsync($"set -e\n{commands}", timeout)).Succeeded();
}
