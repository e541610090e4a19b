#!/usr/bin/env bash
# Whether work divides: the same load on two sites with 1, 2 and 4 delivery processes, and with both sites in one database and
# in one each. Prints the rate of each, and the processor time of all servers for a delivery, which is what more machines would
# divide among them.
#
#   deploy/divide.sh
#
#   DIVIDE_SECONDS   how long each load lasts (12)
#   DIVIDE_OUT       where the reports go (target/divide)
#   DIVIDE_BIN       a folder with tmtpd and tmtp-loadtest to use, in place of building them
#
# Everything listens on 127.0.0.1, is stopped at the end, and its data removed.
set -euo pipefail
cd "$(dirname "$0")/.."
here=$PWD
seconds=${DIVIDE_SECONDS:-12}
target=${CARGO_TARGET_DIR:-$here/target}
out=${DIVIDE_OUT:-$target/divide}
sites=(demo.localhost second.localhost)
settings=(registration=open requests_per_second_max=1000000 open_registrations_per_hour_max=1000000)

# shellcheck source=deploy/measured.sh
source "$here/deploy/measured.sh"

main() {
    prepare divide "${DIVIDE_BIN:-}"
    local shape
    for shape in "1 1" "2 1" "4 1" "2 2"; do
        # shellcheck disable=SC2086
        measure $shape
    done
    table
}

# measure DELIVERIES SHARDS
measure() {
    printf '\n%s delivery processes, %s databases ...\n' "$1" "$2"
    TMTP_DELIVERIES=$1 TMTP_SHARDS=$2 bring_up
    local tmtpd=("$TMTPD_BIN" site --config "$TMTP_SCRATCH/control.toml")
    "${tmtpd[@]}" set "${sites[0]}" "${settings[@]}" >/dev/null
    "${tmtpd[@]}" create --name Second --host "${sites[1]}" "${settings[@]}" >/dev/null
    [[ $2 -eq 1 ]] || "${tmtpd[@]}" move "${sites[1]}" --to s2 >/dev/null
    local site runs=()
    for site in "${sites[@]}"; do
        "$bin/tmtp-loadtest" steady --cluster "$TMTP_SCRATCH" --host "$site" --members 50 --label "$1/$2 $site" --seconds "$seconds" \
            --yardstick-seconds 0 --json "$out/$1-$2-$site.json" >"$scratch/$site.txt" &
        runs+=($!)
    done
    local run
    for run in "${runs[@]}"; do
        wait "$run" || { cat "$scratch"/*.txt >&2; fail "a load went wrong"; }
    done
    deploy/cluster.sh clean >/dev/null
}

# What the servers did is in the figures of both loads, which last equally long at the same time.
table() {
    python3 - "$out" "${sites[@]}" <<'PYTHON'
import json, pathlib, sys
folder, *sites = sys.argv[1:]
first = None
print(f"\n{'delivery':>9}{'databases':>11}{'deliveries/s':>14}{'of the first':>14}{'CPU us':>8}{'of the first':>14}")
for deliveries, shards in ((1, 1), (2, 1), (4, 1), (2, 2)):
    runs = []
    for site in sites:
        run = json.loads((pathlib.Path(folder) / f"{deliveries}-{shards}-{site}.json").read_text())
        runs.append({one["name"]: one["value"] for one in run["figures"]})
    rate = sum(one["delivered"] for one in runs)
    cores = sum(one["delivered"] * one["servers' processor time"] for one in runs) / len(runs) / 1000
    row = (rate, cores / rate * 1e6)
    first = first or row
    print(f"{deliveries:>9}{shards:>11}{row[0]:>14.0f}{row[0] / first[0]:>14.2f}{row[1]:>8.1f}{row[1] / first[1]:>14.2f}")
PYTHON
}

main "$@"
