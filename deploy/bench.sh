#!/usr/bin/env bash
# Measures this tree on this machine, in under ten minutes once it is built: a cluster, one process, brokers beside them.
#
#   deploy/bench.sh
#
#   BENCH_SECONDS   how long each load lasts (12)
#   BENCH_OUT       where the report goes (target/bench)
#   BENCH_BROKERS   no: leave the brokers out
#   BENCH_BIN       a folder with tmtpd and tmtp-loadtest to use, in place of building them
#
# Everything listens on 127.0.0.1, is stopped at the end, and its data removed.
set -euo pipefail
cd "$(dirname "$0")/.."
here=$PWD
seconds=${BENCH_SECONDS:-12}
target=${CARGO_TARGET_DIR:-$here/target}
out=${BENCH_OUT:-$target/bench}
# Short, in /tmp: the database's user must be able to enter.
scratch=/tmp/tmtp-bench-$(id -u)
host=demo.localhost
ready_limit=60
stop_limit=70

# shellcheck source=deploy/processes.sh
source "$here/deploy/processes.sh"

bin=${BENCH_BIN:-$target/release}
load=$bin/tmtp-loadtest
export TMTP_SCRATCH=$scratch/cluster TMTP_BROKERS=$scratch/brokers TMTPD_BIN=$bin/tmtpd
# Everybody comes from one address here, and comes back at once.
export TMTPD_EDGE__ACCEPTS_PER_SECOND=100000 TMTPD_LOG__FILTER=warn
runs=()
failed=()

main() {
    [[ -n ${BENCH_BIN:-} ]] || build
    mkdir -p "$scratch" "$out"
    chmod 711 "$scratch"
    rm -f "$out"/*.json
    trap 'clean_up' EXIT
    trap 'exit 130' INT TERM
    local begun=$SECONDS
    bench_cluster
    bench_standalone
    [[ ${BENCH_BROKERS:-yes} == no ]] || bench_brokers
    "$load" report "${runs[@]}" --html "$out/report.html" --title "TMTP load test"
    printf '\n%s s; the report is %s\n' $((SECONDS - begun)) "$out/report.html"
    [[ ${#failed[@]} -eq 0 ]] || fail "went wrong: ${failed[*]}"
}

build() {
    local features=()
    "$here/deploy/install-tools.sh" compiler
    [[ ${BENCH_BROKERS:-yes} == no ]] || features=(--features tmtp-loadtest/brokers)
    cargo build --release --workspace --bins "${features[@]}"
}

# run NAME SCENARIO ARGUMENT...: writes NAME.json. One that goes wrong does not keep the others from being measured.
run() {
    local name=$1
    shift
    printf '\n'
    "$load" "$@" --json "$out/$name.json" || failed+=("$name")
    [[ ! -e $out/$name.json ]] || runs+=("$out/$name.json")
}

bench_cluster() {
    local port site
    : >"$scratch/ports"
    port=$(free_port)
    TMTP_PORT=$port deploy/cluster.sh up >"$scratch/cluster.log"
    site=(--cluster "$TMTP_SCRATCH" --label cluster)
    "$TMTPD_BIN" site set "$host" requests_per_second_max=1000000 open_registrations_per_hour_max=1000000 --config "$TMTP_SCRATCH/control.toml" >/dev/null
    run steady steady "${site[@]}" --seconds "$seconds"
    local half
    half=$(half_of "$out/steady.json")
    site+=(--yardstick-seconds 0)
    run steady-half steady --cluster "$TMTP_SCRATCH" --yardstick-seconds 0 --label "cluster, half the rate" \
        --rate "$half" --seconds "$seconds"
    run latency latency "${site[@]}" --messages 300
    run fanout fanout "${site[@]}" --groups 10,100,1000 --seconds $((seconds / 2))
    run backlog backlog "${site[@]}" --members 100 --depth 200
    run cycle cycle "${site[@]}" --members 200 --seconds "$seconds"
    run large large "${site[@]}" --sizes 1MiB,64MiB
    run mixed-tenants mixed-tenants "${site[@]}" --sites 50 --rate 300 --seconds $((seconds / 2)) \
        --tmtpd "$TMTPD_BIN" --config "$TMTP_SCRATCH/control.toml"
    run handshakes handshakes "${site[@]}" --seconds 5
    run storm storm --cluster "$TMTP_SCRATCH" --label cluster --links 2000
    run idle idle "${site[@]}" --links 5000
    deploy/cluster.sh clean >/dev/null
}

# Half of what was delivered a second.
half_of() {
    python3 -c '
import json, sys
figures = {one["name"]: one["value"] for one in json.load(open(sys.argv[1]))["figures"]}
print(max(1, round(figures["delivered"] / 2)))' "$1"
}

bench_standalone() {
    local folder=$scratch/standalone
    mkdir -p "$folder"
    (
        scratch=$folder
        : >"$scratch/ports"
        edge=$(free_port)
        echo "edge $edge" >>"$scratch/ports"
        http=$(free_port)
        settings "$folder" "$edge" "$http" >"$folder/standalone.toml"
        "$TMTPD_BIN" certificate --host "$host" --file-name default --out "$folder/certificates" >/dev/null
        "$TMTPD_BIN" migrate --config "$folder/standalone.toml"
        "$TMTPD_BIN" site create --name Bench --host "$host" --config "$folder/standalone.toml" \
            registration=open requests_per_second_max=1000000 open_registrations_per_hour_max=1000000 >/dev/null
        start standalone "$TMTPD_BIN" standalone --config "$folder/standalone.toml"
        wait_until standalone "it takes links" answers "$edge"
    )
    run standalone-steady steady --cluster "$folder" --label standalone --seconds "$seconds" --yardstick-seconds 0
    run standalone-latency latency --cluster "$folder" --label standalone --messages 300
    (scratch=$folder && stop standalone TERM)
}

answers() { ! is_free "$1"; }

settings() {
    cat <<TOML
[store]
url = "sqlite://$1/tmtp.sqlite"
[bodies]
kind = "directory"
directory = "$1/bodies"
[bus]
kind = "memory"
[edge]
listen = ["127.0.0.1:$2"]
default_host = "$host"
certificates = "$1/certificates"
loopback_exempt = true
[http]
listen = "127.0.0.1:$3"
TOML
}

bench_brokers() {
    local kind url pid
    deploy/brokers.sh install
    deploy/brokers.sh up >"$scratch/brokers.txt"
    while read -r kind url pid; do
        run "$kind" broker --kind "$kind" --url "$url" --process "$kind=$pid" --seconds "$seconds"
    done <"$scratch/brokers.txt"
    deploy/brokers.sh down
}

clean_up() {
    trap - EXIT INT TERM
    [[ ! -d $TMTP_SCRATCH ]] || deploy/cluster.sh clean >/dev/null || true
    deploy/brokers.sh down || true
    (scratch=$scratch/standalone && [[ ! -d $scratch ]] || stop standalone TERM) || true
    rm -rf "$scratch"
}

main "$@"
