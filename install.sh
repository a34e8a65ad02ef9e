#!/usr/bin/env bash
# Installs, upgrades and removes Paas. ./install.sh --help
set -euo pipefail
source_tree=$(dirname "$(readlink -f "$0")")
cd "$source_tree"

readonly prefix=/opt/paas data=/var/lib/paas run=/run/paas settings=/etc/paas/paas.conf local_settings=/etc/paas/local.conf
# This machine's own platform, also where root is logged in to another one.
export PAAS_SOCKET=$run/paasd.sock
http_port=80 https_port=443 ssh_port=2222 domain=localhost
from= pack= demo= uninstall= purge=

usage() {
    cat <<'TEXT'
usage: ./install.sh [--demo] [--from DIR] [--http-port N] [--https-port N] [--ssh-port N] [--domain NAME]
       ./install.sh --pack DIR
       ./install.sh --uninstall [--purge]

  --demo            after installing, deploy a sample app with a real git push
  --from DIR        install a prebuilt tree (made by --pack) instead of building; needs no .NET SDK
  --pack DIR        only build, and lay the prebuilt tree out in DIR
  --http-port N     port visitors reach apps on, default 80
  --https-port N    the same for HTTPS, default 443
  --ssh-port N      port for git push and commands over SSH, default 2222; 0 for none
  --domain NAME     apps answer at APP.NAME and the dashboard at paas.NAME, default localhost
  --uninstall       stop and remove everything but the data in /var/lib/paas and the options in /etc/paas/local.conf
  --purge           with --uninstall: remove these too

Run it again to upgrade in place; apps keep running. Ports and domain are remembered, and so are
options of paasd and paas-router in /etc/paas/local.conf.
TEXT
}

step() { printf -- '-----> %s\n' "$*"; }
detail() { printf '       %s\n' "$*"; }
fail() { printf ' !     %s\n' "$@" >&2; exit 1; }
quietly() { local log; log=$(mktemp); "$@" >"$log" 2>&1 || { tail -n 40 "$log" >&2; fail "this failed: $*" "its full output is in $log"; }; rm -f "$log"; }
has() { command -v "$1" >/dev/null 2>&1; }
with_systemd() { [ -d /run/systemd/system ]; }

parse() {
    if [ -r "$settings" ]; then
        http_port=$(. "$settings"; echo "$PAAS_HTTP_PORT") https_port=$(. "$settings"; echo "$PAAS_HTTPS_PORT") domain=$(. "$settings"; echo "$PAAS_DOMAIN")
        ssh_port=$(. "$settings"; echo "${PAAS_SSH_PORT:-2222}")
    fi
    while [ $# -gt 0 ]; do
        case $1 in
            --demo | --uninstall | --purge) declare -g "${1#--}=1" ;;
            --from | --pack | --domain | --http-port | --https-port | --ssh-port)
                [ $# -ge 2 ] || { usage >&2; exit 2; }
                local name=${1#--}
                declare -g "${name//-/_}=$2"
                shift ;;
            -h | --help) usage; exit 0 ;;
            *) printf ' !     unknown option %s\n' "$1" >&2; usage >&2; exit 2 ;;
        esac
        shift
    done
    local port
    for port in "$http_port" "$https_port" "$ssh_port"; do
        [[ $port =~ ^[0-9]+$ && ( $port -ge 1 || $port = "$ssh_port" ) && $port -le 65535 ]] || fail "$port is not a port; give a number from 1 to 65535"
    done
    [[ $domain =~ ^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$ ]] || fail "$domain is not a domain name; give one such as apps.example.com"
}

# ---- what the machine must have --------------------------------------------------------------------------------------------

problems=()
need() { problems+=("$1"); }

check_ports() {
    check_port "$http_port" --http-port
    check_port "$https_port" --https-port
    [ "$ssh_port" = 0 ] || check_port "$ssh_port" --ssh-port
}

check_port() {
    local port=$1 option=$2 owner
    has ss || return 0
    owner=$(ss -Hltnp "sport = :$port" 2>/dev/null | sed -n 's/.*users:(("\([^"]*\)",pid=\([0-9]*\).*/\1 (pid \2)/p' | head -n 1)
    case $owner in
        "" | paas-router*) ;;
        # Our own, of the version before.
        sshd*) [ "$port" = "$ssh_port" ] && getent passwd paas >/dev/null || need "port $port is taken by $owner: stop it, or choose another with $option" ;;
        *) need "port $port is taken by $owner: stop it, or choose another with $option" ;;
    esac
}

check_machine() {
    [ "$(id -u)" = 0 ] || fail "install.sh needs root: sudo ./install.sh"
    [ "$(uname -m)" = x86_64 ] || need "this release runs on x86-64; the machine is $(uname -m)"
    has apt-get || need "the packages it needs come from apt: use Debian 12 or a system built on it"
    is_bookworm || apt-cache show libgit2-1.5 >/dev/null 2>&1 || need "this release is made for Debian 12 and what is built on it, and the machine runs $(. /etc/os-release && echo "$PRETTY_NAME"), whose packages have no libgit2-1.5"
    grep -qw overlay /proc/filesystems || modprobe overlay 2>/dev/null || need "the kernel has no overlayfs (CONFIG_OVERLAY_FS)"
    local namespace
    for namespace in mnt pid net uts ipc user cgroup; do
        [ -e /proc/self/ns/$namespace ] || need "the kernel has no $namespace namespaces"
    done
    grep -q cgroup2 /proc/filesystems || [ -d /sys/fs/cgroup/memory ] || need "the kernel has neither cgroup v2 nor the v1 memory controller"
    local free
    free=$(df -Pk "$(dirname "$data")" | awk 'NR == 2 { print int($4 / 1024) }')
    [ "$free" -ge 4096 ] || need "$(dirname "$data") has $free MB free; 4096 MB are needed for base images and builds"
    check_ports
    if [ -z "$from" ] && ! has dotnet; then
        need "there is no .NET SDK to build with: install .NET 10 (package dotnet-sdk-10.0), or take a prebuilt tree: ./install.sh --from DIR (made elsewhere by ./install.sh --pack DIR)"
    fi
    stop_at_problems
}

is_bookworm() { grep -qs '^\(VERSION_CODENAME\|DEBIAN_CODENAME\)=bookworm$' /etc/os-release; }

stop_at_problems() { [ ${#problems[@]} -eq 0 ] || fail "Paas cannot be installed here yet:" "${problems[@]/#/- }"; }

install_packages() {
    local wanted=(bzip2 ca-certificates curl git iproute2 libgit2-1.5 libzstd1 mmdebstrap nftables openssh-server openssl procps util-linux xz-utils zstd) missing=() package
    [ -n "$from" ] || wanted+=(gcc libc6-dev zlib1g-dev)
    for package in "${wanted[@]}"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    step "Installing packages: ${missing[*]}"
    quietly apt-get update
    DEBIAN_FRONTEND=noninteractive quietly apt-get install -y --no-install-recommends "${missing[@]}"
    # The machine had no SSH of its own, so it gets none on port 22 by the way: paasd runs its sshd itself.
    if [[ " ${missing[*]} " = *" openssh-server "* ]] && with_systemd; then systemctl disable --quiet --now ssh.service 2>/dev/null || true; fi
}

# ---- the programs ----------------------------------------------------------------------------------------------------------

# Lays the programs out in $1 as they are installed: bin/ lib/ buildpacks/ service/ samples/. The tree carries its own copy of
# the .NET runtime, so that it runs where there is no SDK and an SDK upgrade cannot change what the server runs.
build_tree() {
    local tree=$1 program aot=(-c Release -r linux-x64 -v quiet --nologo)
    has dotnet || fail "building needs the .NET 10 SDK (package dotnet-sdk-10.0)"
    mkdir -p "$tree/bin" "$tree/lib"
    quietly dotnet publish src/Paas.Runtime "${aot[@]}" -o "$tree/lib/paas-runtime"
    quietly dotnet publish src/Paas.Cli "${aot[@]}" -o "$tree/lib/paas"
    quietly dotnet publish src/Paas.Launcher "${aot[@]}" -o "$tree/lib/paas-launcher"
    quietly dotnet publish src/Paas.Daemon -c Release -v quiet --nologo -o "$tree/lib/paasd"
    quietly dotnet publish src/Paas.Router -c Release -v quiet --nologo -o "$tree/lib/paas-router"
    for program in paas paas-runtime paas-launcher paasd paas-router; do ln -sfn "../lib/$program/$program" "$tree/bin/$program"; done
    find "$tree/lib" -name '*.dbg' -delete
    copy_dotnet "$tree/lib/dotnet"
    rm -rf "$tree/buildpacks" "$tree/service" "$tree/samples"
    cp -R buildpacks "$tree/buildpacks"
    cp -R src/Paas.Daemon/service "$tree/service"
    cp -R tests/apps "$tree/samples"
    git rev-parse HEAD >"$tree/REVISION" 2>/dev/null || echo unknown >"$tree/REVISION"
}

copy_dotnet() {
    local target=$1 root version framework
    root=$(dirname "$(readlink -f "$(command -v dotnet)")")
    version=$(dotnet --list-runtimes | awk '$1 == "Microsoft.AspNetCore.App" && $2 ~ /^10\./ { v = $2 } END { print v }')
    [ -n "$version" ] || fail "the .NET SDK here has no ASP.NET Core 10 runtime: install aspnetcore-runtime-10.0"
    [ -d "$target/shared/Microsoft.AspNetCore.App/$version" ] && return
    rm -rf "$target"
    mkdir -p "$target/shared"
    cp -R "$root/host" "$root/dotnet" "$target/"
    for framework in Microsoft.NETCore.App Microsoft.AspNetCore.App; do
        mkdir -p "$target/shared/$framework"
        cp -R "$root/shared/$framework/$version" "$target/shared/$framework/"
    done
}

install_programs() {
    local new=$prefix.new
    rm -rf "$new"
    mkdir -p "$(dirname "$new")"
    if [ -n "$from" ]; then
        [ -x "$from/bin/paasd" ] || fail "$from is not a prebuilt tree: make one with ./install.sh --pack DIR"
        step "Installing the programs from $from"
        cp -R "$from" "$new"
    else
        step "Building the programs (takes a few minutes the first time)"
        build_tree "$new"
    fi
    cp "$new"/service/paas-{keep,services} "$new/bin/"
    # Running supervisors keep the files they started from; only what starts from now on is new. Those of before stay until the new ones run.
    rm -rf "$prefix.old"
    [ ! -d "$prefix" ] || mv "$prefix" "$prefix.old"
    mv "$new" "$prefix"
    ln -sfn "$prefix/bin/paas" /usr/local/bin/paas
}

# What runs from the programs of before goes on with them.
go_back() {
    [ -d "$prefix.old" ] || fail "$1"
    rm -rf "$prefix"
    mv "$prefix.old" "$prefix"
    fail "$1" "The programs of before are in place again, and what runs goes on."
}

# ---- services --------------------------------------------------------------------------------------------------------------

write_settings() {
    getent passwd paas-router >/dev/null || useradd --system --user-group --home-dir /nonexistent --no-create-home --shell /usr/sbin/nologin paas-router
    # Who is at the other end of SSH: no rights and no password ('*', since sshd takes '!' for a locked account), but a shell to start our program.
    getent passwd paas >/dev/null || useradd --system --user-group --home-dir "$data" --no-create-home --shell /bin/sh --password '*' --comment 'Paas over SSH' paas
    install -d -m 0711 "$data" "$data/logs"
    install -d -m 0755 "$run" "$(dirname "$settings")"
    install -d -o paas-router -g paas-router -m 0750 "$data/router"
    install -d -o paas-router -g paas-router -m 0755 /run/paas-router
    cat >"$settings.new" <<TEXT
# Written by install.sh; change with ./install.sh --http-port N --https-port N --ssh-port N --domain NAME
# Other options of paasd and paas-router go into $local_settings, which install.sh leaves alone:
#   PAASD_EXTRA="--build-memory 4G"
#   PAAS_ROUTER_EXTRA="--trusted-proxies 10.0.0.0/8"
PAAS_HTTP_PORT=$http_port
PAAS_HTTPS_PORT=$https_port
PAAS_SSH_PORT=$ssh_port
PAAS_DOMAIN=$domain
PAASD_OPTIONS="--data $data --run $run --programs $prefix --router-socket /run/paas-router/router.sock --domain $domain --http-port $http_port --https-port $https_port --ssh-port $ssh_port --cgroup-parent $(cgroup_parent)"
PAAS_ROUTER_OPTIONS="--data $data/router --run /run/paas-router --logs $data/logs --domain $domain --http-port $http_port --https-port $https_port"
TEXT
    mv "$settings.new" "$settings"
}

# The machine's own options of paasd, into the array paasd_extra: where packages and registries are, a name of the bridge.
read_local_settings() {
    local PAASD_EXTRA=
    [ ! -r "$local_settings" ] || . "$local_settings"
    # A quoted value is one word, as for the services.
    eval "paasd_extra=($PAASD_EXTRA)" || fail "PAASD_EXTRA in $local_settings cannot be read: quote a value with spaces in it by '…'"
}

cgroup_parent() { if with_systemd; then echo /paas.slice; else echo /paas; fi; }

router_pid() { if with_systemd; then systemctl show --property MainPID --value paas-router.service; else cat "$run/paas-router.pid"; fi; }

# All that the router's process is made of: its files, its runtime, what starts it and how.
router_digest() {
    {
        (cd "$prefix" && find lib/paas-router lib/dotnet bin/paas-keep bin/paas-services service/paas-router.service -type f -print0 | sort -z | xargs -0 sha256sum)
        (. "$settings"; [ ! -r "$local_settings" ] || . "$local_settings"; echo "$PAAS_ROUTER_OPTIONS ${PAAS_ROUTER_EXTRA:-}")
    } | sha256sum
}

start_services() {
    local digest services=(paas-router paasd)
    digest=$(router_digest)
    # A restart takes it off its ports for seconds. The process that was started from the same, and is still that one, goes on.
    if [ "$(cat "$run/router-started" 2>/dev/null)" = "$(router_pid 2>/dev/null) $digest" ]; then
        services=(paasd)
        step "Starting paasd; paas-router is as it was and goes on"
    else
        step "Starting paasd and paas-router"
    fi
    if with_systemd; then
        cp "$prefix"/service/{paasd.service,paas-router.service,paas.slice,paas_builds.slice} /etc/systemd/system/
        systemctl daemon-reload
        systemctl enable --quiet paasd.service paas-router.service
        systemctl start paas.slice paas_builds.slice
        systemctl restart "${services[@]}"
        systemctl start paas-router
    else
        "$prefix/bin/paas-services" restart "${services[@]}"
    fi
    local deadline=$((SECONDS + 60))
    until /usr/local/bin/paas apps >/dev/null 2>&1 && answers "http://127.0.0.1:$http_port/" ; do
        [ $SECONDS -lt $deadline ] || fail "paasd did not answer within a minute; its log: $(log_command)" "the programs of before, if there were any: $prefix.old"
        sleep 0.2
    done
    echo "$(router_pid) $digest" >"$run/router-started"
    rm -rf "$prefix.old"
}

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$http_port") 2>/dev/null; }
log_command() { if with_systemd; then echo "journalctl -u paasd -u paas-router"; else echo "tail /var/log/paas/*.log"; fi; }

build_stack() {
    step "Preparing the base images"
    read_local_settings
    "$prefix/bin/paasd" stack build --data "$data" --run "$run" --programs "$prefix" "${paasd_extra[@]}"
}

url() { local suffix=; [ "$http_port" = 80 ] || suffix=:$http_port; echo "http://$1.$domain$suffix"; }

report() {
    step "Paas runs"
    detail "Dashboard:  $(url paas)"
    detail "Log in with: paas login:token   prints a token"
    if ! with_systemd; then
        detail "There is no systemd here: the services run under paas-keep."
        detail "Stop them:  /opt/paas/bin/paas-services stop    Start: paas-services start"
    fi
    [ "$ssh_port" = 0 ] || detail "Over SSH:   paas ssh-keys:add laptop KEY.pub, then git push ssh://paas@HOST:$ssh_port/APP main"
    detail "Next:       cd your-app && paas create my-app && git push paas main"
}

# ---- demo ------------------------------------------------------------------------------------------------------------------

run_demo() {
    local work
    if /usr/local/bin/paas apps --json | grep -q '"name": *"demo"'; then
        detail "There is an app demo already, and it is left as it is: $(url demo)"
        return
    fi
    step "Deploying a sample app: demo"
    work=$(mktemp -d)
    cp -R "$prefix/samples/node/." "$work"
    (
        cd "$work"
        git init -q -b main .
        git add -A
        git -c user.name=Demo -c user.email=demo@localhost commit -q -m "A sample app"
        /usr/local/bin/paas create demo
        git push paas main
    ) || fail "the sample app was not deployed; the lines above say why"
    rm -rf "$work"
    step "The sample app answers: $(url demo)"
    curl -fsS --resolve "demo.$domain:$http_port:127.0.0.1" "$(url demo)/" 2>/dev/null | head -n 5 | sed 's/^/       /' || true
    detail "Dashboard: $(url paas)   token: $(/usr/local/bin/paas login:token)"
}

# ---- removal ---------------------------------------------------------------------------------------------------------------

remove_everything() {
    [ "$(id -u)" = 0 ] || fail "install.sh needs root: sudo ./install.sh --uninstall"
    step "Stopping services and apps"
    if with_systemd; then
        systemctl disable --quiet --now paasd.service paas-router.service 2>/dev/null || true
    elif [ -x "$prefix/bin/paas-services" ] && [ -r "$settings" ]; then
        "$prefix/bin/paas-services" stop
    fi
    if [ -x "$prefix/bin/paasd" ]; then
        read_local_settings
        "$prefix/bin/paasd" teardown --data "$data" --run "$run" --programs "$prefix" --cgroup-parent "$(cgroup_parent)" "${paasd_extra[@]}"
    fi
    if with_systemd; then
        systemctl stop paas.slice paas_builds.slice 2>/dev/null || true
        rm -f /etc/systemd/system/{paasd.service,paas-router.service,paas.slice,paas_builds.slice}
        systemctl daemon-reload
    fi
    step "Removing the programs"
    git config --global --remove-section "credential.$(url paas)" 2>/dev/null || true
    rm -rf "$prefix" "$prefix".{old,new} "$run" /run/paas-router /var/log/paas "$settings"
    [ ! -L /usr/local/bin/paas ] || rm -f /usr/local/bin/paas
    if getent passwd paas >/dev/null; then quietly userdel paas; fi
    if [ -n "$purge" ]; then
        rm -rf "$data" "$local_settings"
        if getent passwd paas-router >/dev/null; then userdel paas-router; fi
        detail "The data in $data is gone."
    elif [ -d "$data" ]; then
        detail "Your data is still in $data; --purge removes it."
    fi
    [ -e "$local_settings" ] || rm -rf "$(dirname "$settings")"
}

parse "$@"
if [ -n "$uninstall" ]; then remove_everything; exit 0; fi
if [ -n "$pack" ]; then mkdir -p "$pack"; build_tree "$(readlink -f "$pack")"; exit 0; fi
check_machine
install_packages
# What names the owner of a port may have come with the packages just now.
check_ports
stop_at_problems
install_programs
write_settings
build_stack || go_back "the base images could not be prepared; the lines above say why"
start_services
report
[ -z "$demo" ] || run_demo
