using Paas.Testing;

namespace Paas.EndToEnd.Tests;

/// <summary>
/// <c>install.sh</c> with programs that only say how they were started, where nothing else of this host sees it: mounts, processes and
/// network are its own, and what it writes is on filesystems that end with it.
/// </summary>
public sealed class InstallSettingsTests
{
    // The directories it writes to are covered: /etc by a copy, for users are added there.
    private const string Apart =
        """
        set -euo pipefail
        ip link set lo up
        mount -t tmpfs none /opt
        mkdir /opt/{etc,dpkg,home}
        export HOME=/opt/home
        cp -a /etc/. /opt/etc
        mount --bind /opt/etc /etc
        mount --bind /var/lib/dpkg /opt/dpkg
        mount -t tmpfs -o size=8G none /var/lib
        mkdir /var/lib/dpkg
        mount --bind /opt/dpkg /var/lib/dpkg
        for covered in /run /var/log /usr/local/bin; do mount -t tmpfs none $covered; done
        tree=/opt/tree
        mkdir -p $tree/{bin,service,lib/paas-router,lib/dotnet} /run/said
        chmod 777 /run/said
        cp "$SOURCE"/src/Paas.Daemon/service/* $tree/service/
        echo one >$tree/lib/paas-router/paas-router.dll
        printf '#!/bin/bash\nexit 0\n' >$tree/bin/paas
        printf '#!/bin/bash\n[ "$1" = --data ] || { printf "%%s\\n" "$@" >/run/said/paasd-$1; exit 0; }\nprintf "%%s\\n" "$@" >/run/said/paasd\nexec sleep 1000\n' >$tree/bin/paasd
        cat >$tree/bin/paas-router <<'PERL'
        #!/usr/bin/perl
        use IO::Socket::INET;
        open my $said, '>', '/run/said/paas-router'; print $said "$_\n" for @ARGV; close $said;
        my %options = @ARGV;
        my $listening = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $options{'--http-port'}, Listen => 5, ReuseAddr => 1) or die $!;
        while (my $visitor = $listening->accept) { close $visitor }
        PERL
        chmod +x $tree/bin/*
        upgrade() { "$SOURCE/install.sh" --from $tree --http-port 8081 --https-port 8082 --domain apps.test >/run/said/install 2>&1 || { cat /run/said/install /var/log/paas/*.log; exit 1; }; }
        pids() { echo "$(cat /run/paas/paas-router.pid) $(cat /run/paas/paasd.pid)"; }
        words() { paste -sd'|' "/run/said/$1"; }

        """;

    [RootFact]
    public async Task The_machines_own_options_are_given_to_the_programs_and_kept()
    {
        var said = await RunAsync(
            """
            mkdir -p /etc/paas
            cat >/etc/paas/local.conf <<'CONF'
            # ours
            PAASD_EXTRA="--build-memory 4G --stack-mirrors 'deb [trusted=yes] http://mirror.test ./'"
            PAAS_ROUTER_EXTRA="--trusted-proxies 10.0.0.0/8"
            CONF
            before=$(sha256sum </etc/paas/local.conf)
            upgrade
            upgrade
            words paasd
            words paasd-stack
            words paas-router
            [ "$before" = "$(sha256sum </etc/paas/local.conf)" ] && echo kept
            grep -c local.conf /etc/paas/paas.conf
            "$SOURCE/install.sh" --uninstall >/run/said/install 2>&1
            ls /etc/paas
            "$SOURCE/install.sh" --uninstall --purge >/run/said/install 2>&1
            ls -d /etc/paas 2>/dev/null || echo gone
            """);
        Assert.EndsWith("|--build-memory|4G|--stack-mirrors|deb [trusted=yes] http://mirror.test ./", said[0], StringComparison.Ordinal);
        Assert.StartsWith("stack|build|--data|", said[1], StringComparison.Ordinal);
        Assert.EndsWith("|--build-memory|4G|--stack-mirrors|deb [trusted=yes] http://mirror.test ./", said[1], StringComparison.Ordinal);
        Assert.EndsWith("|--https-port|8082|--trusted-proxies|10.0.0.0/8", said[2], StringComparison.Ordinal);
        Assert.Equal(["kept", "1", "local.conf", "gone"], said[3..]);
    }

    [RootFact]
    public async Task An_upgrade_whose_base_images_cannot_be_prepared_changes_nothing()
    {
        var said = await RunAsync(
            """
            upgrade
            before=$(pids)
            echo two >$tree/lib/paas-router/paas-router.dll
            printf '#!/bin/bash\n[ "$1" = stack ] && { echo no mirror >&2; exit 1; }\nexec sleep 1000\n' >$tree/bin/paasd
            "$SOURCE/install.sh" --from $tree --http-port 8081 --https-port 8082 --domain apps.test >/run/said/install 2>&1 || echo failed
            cat /opt/paas/lib/paas-router/paas-router.dll
            ls -d /opt/paas.old 2>/dev/null || echo one tree
            [ "$before" = "$(pids)" ] && echo runs
            tail -n 1 /run/said/install
            """);
        Assert.Equal(["failed", "one", "one tree", "runs", " !     The programs of before are in place again, and what runs goes on."], said);
    }

    [RootFact]
    public async Task Without_options_of_its_own_a_machine_has_those_of_the_installer_only()
    {
        var said = await RunAsync("upgrade\nwords paas-router\nls /etc/paas");
        Assert.EndsWith("|--https-port|8082", said[0], StringComparison.Ordinal);
        Assert.Equal(["paas.conf"], said[1..]);
    }

    [RootFact]
    public async Task An_upgrade_restarts_the_router_only_if_it_changes_it()
    {
        var said = await RunAsync(
            """
            again() { read -r router daemon <<<"$(pids)"; upgrade; read -r router2 daemon2 <<<"$(pids)"; echo "$1: router $([ $router = $router2 ] && echo kept || echo new), paasd $([ $daemon = $daemon2 ] && echo kept || echo new)"; }
            upgrade
            again same
            again same
            echo two >$tree/bin/other
            again "another program"
            echo two >$tree/lib/paas-router/paas-router.dll
            again "its program"
            echo two >$tree/lib/dotnet/runtime
            again "its runtime"
            echo 'PAAS_ROUTER_EXTRA="--answer-timeout 90"' >/etc/paas/local.conf
            again "its options"
            again same
            kill "$(cat /run/paas/paas-router.pid)"
            until grep -q . /run/paas/paas-router.pid && [ "$(cat /run/paas/paas-router.pid)" != "$router2" ]; do sleep 0.1; done
            again "it ended meanwhile"
            /opt/paas/bin/paas-services stop paas-router
            upgrade
            /opt/paas/bin/paas-services status | cut -d' ' -f1-2
            """);
        Assert.Equal(
            [
                "same: router kept, paasd new",
                "same: router kept, paasd new",
                "another program: router kept, paasd new",
                "its program: router new, paasd new",
                "its runtime: router new, paasd new",
                "its options: router new, paasd new",
                "same: router kept, paasd new",
                "it ended meanwhile: router new, paasd new",
                "paasd runs",
                "paas-router runs",
            ],
            said);
    }

    private static async Task<string[]> RunAsync(string commands)
    {
        // --kill-child: what the services leave running ends with the shell.
        string[] arguments = ["--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", "bash", "-c", Apart + commands];
        var command = new Command("unshare", arguments) { Environment = new Dictionary<string, string?> { ["SOURCE"] = Repository.Root } };
        return (await command.RunAsync()).Succeeded().Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
