# A platform of the bench's own, for the scripts beside this one: `source server.sh` and it runs; it goes with the script.
programs=${PAAS_PROGRAMS:-$PWD/artifacts/programs}
stack=${PAAS_TEST_STACK:-$PWD/artifacts/test-stack}
work=$(mktemp -d)
port=18480 tls=18443
server=(--data "$work/data" --run "$work/run" --programs "$programs" --bridge paasbench --subnet 10.231.0.0/16 --cgroup-parent /paas-bench)
export PAAS_SOCKET=$work/run/paasd.sock HOME=$work/home GIT_TERMINAL_PROMPT=0 PATH=$programs/bin:$PATH
export GIT_AUTHOR_NAME=Bench GIT_AUTHOR_EMAIL=bench@localhost GIT_COMMITTER_NAME=Bench GIT_COMMITTER_EMAIL=bench@localhost
mkdir -p "$work"/{data,run,router,home,app}

stop() {
    ! declare -F stop_docker >/dev/null || stop_docker
    [ -z "${daemon:-}" ] || kill "$daemon" 2>/dev/null || true
    [ -z "${router:-}" ] || kill "$router" 2>/dev/null || true
    wait 2>/dev/null || true
    "$programs/bin/paasd" teardown "${server[@]}" >/dev/null 2>&1 || echo "teardown failed; see $work" >&2
    rm -rf "$work"
}
trap stop EXIT

"$programs/bin/paasd" stack build --data "$stack" --programs "$programs" >/dev/null
cp -al "$stack/images" "$work/data/"
"$programs/bin/paas-router" --data "$work/router" --run "$work/run" --logs "$work/data/logs" --domain localhost --http-port $port --https-port $tls >"$work/router.log" 2>&1 &
router=$!
"$programs/bin/paasd" "${server[@]}" --router-socket "$work/run/router.sock" --domain localhost --http-port $port --https-port $tls >"$work/paasd.log" 2>&1 &
daemon=$!
for _ in $(seq 300); do paas apps >/dev/null 2>&1 && break; sleep 0.1; done
