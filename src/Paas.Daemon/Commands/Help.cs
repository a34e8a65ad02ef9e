namespace Paas.Daemon.Commands;

/// <summary>What <c>paasd help</c> prints.</summary>
internal static class Help
{
    public const string Text = """
        paasd: the control plane of Paas

          paasd                      run
          paasd --dev                run with a router of its own and everything under ./.paas
          paasd token create NAME    make a token and print it
          paasd stack build          build the base images
          paasd ssh config           print what the machine's own sshd needs to take the platform's keys on port 22
          paasd teardown             stop every app and remove what is on the host for them; the data stays
          paasd version | help

          --data DIR           what survives a reboot (/var/lib/paas)
          --run DIR            sockets (/run/paas)
          --programs DIR       the programs and buildpacks (/opt/paas)
          --domain NAME        apps answer at APP.NAME, this at paas.NAME (localhost)
          --http-port N        the router's port for HTTP (80)
          --https-port N       and for HTTPS (443)
          --ssh-port N         port for git push and commands over SSH; 0 for none (2222)
          --sshd PATH          OpenSSH's server (/usr/sbin/sshd)
          --router-socket PATH the router's control socket (router.sock in the --run directory)
          --bridge NAME        bridge that apps are attached to (paas0)
          --subnet CIDR        their addresses (10.213.0.0/16)
          --cgroup-parent PATH parent of every cgroup (/paas)
          --max-source SIZE    largest source tree and push, e.g. 2G (1G)
          --step-cache SIZE    layers of Dockerfiles' steps that are kept for later builds (10G)
          --disk-reserve SIZE  left free by builds and pushes, e.g. 5G (a twentieth of the disk, 1G to 10G)
          --build-memory SIZE  memory of a build (2G)
          --build-priority P   idle: builds get the processors that nobody else wants, and now and then a turn (the default);
                               normal: as much as all apps together
          --build-time TIME    how long one buildpack may build, e.g. 90s or 1h (30m)
          --check-timeout TIME how long a new web process has to listen (60s)
          --registry-mirrors HOST=URL,…   registries to pull from before HOST, e.g. docker.io=https://mirror.example
          --insecure-registries HOST,…    registries that may be spoken to without TLS; those on this machine always may
          --stack-mirrors URL,…           where the base images' packages come from; also lines of sources.list (Debian's own)

        Each option is also read from the environment: --http-port is PAAS_HTTP_PORT.
        """;
}
