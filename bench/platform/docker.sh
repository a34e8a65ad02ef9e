# A Docker of the bench's own, in a network namespace of its own so that its bridge meets nobody else's. Source it after server.sh.
netns=paasbenchd
export DOCKER_HOST=unix://$work/docker.sock
# Not "ip netns exec", which mounts a /sys of its own, without the control groups.
inside() { nsenter --net="/run/netns/$netns" "$@"; }
client() { if [ -x /usr/bin/docker ]; then /usr/bin/docker "$@"; else docker "$@"; fi; }

start_docker() {
    command -v dockerd >/dev/null || return 1
    mkdir -p "$work/docker"
    ip netns add $netns
    inside ip link set lo up
    nsenter --net="/run/netns/$netns" dockerd --data-root "$work/docker/data" --exec-root "$work/docker/run" --pidfile "$work/docker/pid" --host "$DOCKER_HOST" \
        --cgroup-parent /paas-bench >"$work/dockerd.log" 2>&1 &
    docker=$!
    for _ in $(seq 300); do
        client version >/dev/null 2>&1 && return
        kill -0 $docker 2>/dev/null || break
        sleep 0.1
    done
    echo "docker does not start here: $(tail -n 1 "$work/dockerd.log")" >&2
    return 1
}

stop_docker() {
    if [ -n "${docker:-}" ]; then
        client ps -q 2>/dev/null | xargs -r /usr/bin/env DOCKER_HOST="$DOCKER_HOST" "$(command -v docker)" kill >/dev/null 2>&1 || true
        kill "$docker" 2>/dev/null || true
        wait "$docker" 2>/dev/null || true
        umount "$work/docker/data" 2>/dev/null || true
    fi
    ip netns del $netns 2>/dev/null || true
}

# docker_deploy DIRECTORY: builds it upon what does not change, runs it beside the one before, waits for its first 200, ends that one.
docker_deploy() {
    local container address
    client build -q -t bench/app "$1" >/dev/null
    container=$(client run -d -e PORT=5000 bench/app)
    address=$(client inspect -f '{{.NetworkSettings.IPAddress}}' "$container")
    until [ "$(inside curl -s -o /dev/null -w '%{http_code}' "http://$address:5000/")" = 200 ]; do sleep 0.01; done
    [ -z "${former:-}" ] || client kill "$former" >/dev/null
    former=$container
}
