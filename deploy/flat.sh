#!/usr/bin/env bash
# Whether a cluster stays as fast as it is when sites, members and queues grow: the same load beside nothing else, beside many
# sites, many members, many messages that wait. Prints the rate of each as a share of the first, by the database's own rate in
# the same run.
#
#   deploy/flat.sh
#
#   FLAT_SITES      sites beside the one under load (10000)
#   FLAT_MEMBERS    members of that site who are away (1000000)
#   FLAT_ENTRIES    messages that wait for them (10000000: about 8 GB of disk, and as much for a moment)
#   FLAT_SECONDS    how long each load lasts (12)
#   FLAT_OUT        where the reports go (target/flat)
#   FLAT_BIN        a folder with tmtpd and tmtp-loadtest to use, in place of building them
#
# Everything listens on 127.0.0.1, is stopped at the end, and its data removed. Filling takes most of the time.
set -euo pipefail
cd "$(dirname "$0")/.."
here=$PWD
sites=${FLAT_SITES:-10000} members=${FLAT_MEMBERS:-1000000} entries=${FLAT_ENTRIES:-10000000}
seconds=${FLAT_SECONDS:-12}
target=${CARGO_TARGET_DIR:-$here/target}
out=${FLAT_OUT:-$target/flat}
host=demo.localhost

# shellcheck source=deploy/measured.sh
source "$here/deploy/measured.sh"

main() {
    prepare flat "${FLAT_BIN:-}"
    bring_up
    "$TMTPD_BIN" site set "$host" requests_per_second_max=1000000 open_registrations_per_hour_max=1000000 members_max=10000000 \
        --config "$TMTP_SCRATCH/control.toml" >/dev/null
    measure nothing
    step "$sites sites" fill "$sites" 0 0
    wait_for_sites
    measure sites
    step "$members members" fill 0 "$members" 0
    measure members
    step "$entries messages that wait" fill 0 0 "$entries"
    measure entries
    "$bin/tmtp-loadtest" report "$out"/{nothing,sites,members,entries}.json --html "$out/report.html" --title "As things grow"
    shares
}

step() {
    printf '\n%s ...\n' "$1"
    local begun=$SECONDS
    "${@:2}"
    printf '%s in %s s\n' "$1" $((SECONDS - begun))
}

measure() {
    printf '\n'
    "$bin/tmtp-loadtest" steady --cluster "$TMTP_SCRATCH" --label "$1" --seconds "$seconds" --json "$out/$1.json"
}

# fill SITES MEMBERS ENTRIES
fill() {
    psql_in_cluster -v host="$host" -v sites="$1" -v members="$2" -v entries="$3" -f loadtest/fill.sql
}

# Until every process goes by the newest list.
wait_for_sites() {
    local newest
    newest=$(psql_in_cluster -c "SELECT value FROM counters WHERE name = 'sites_version'")
    python3 - "$TMTP_SCRATCH/ports" "$newest" <<'PYTHON'
import re, sys, time, urllib.request
ports = dict(line.split() for line in open(sys.argv[1]))
left = [ports[name] for name in ("edge1", "edge2", "delivery1", "delivery2")]
end = time.monotonic() + 60
while left:
    text = urllib.request.urlopen(f"http://127.0.0.1:{left[0]}/metrics").read().decode()
    if min(int(value) for value in re.findall(r"^tmtp_sites_version\{.*\} (\d+)$", text, re.M)) >= int(sys.argv[2]):
        left.pop(0)
    elif time.monotonic() > end:
        sys.exit("flat: a process does not hear of the sites")
    else:
        time.sleep(0.2)
PYTHON
}

psql_in_cluster() {
    psql -XqAt -h 127.0.0.1 -p "$(awk '$1 == "postgres" { print $2 }' "$TMTP_SCRATCH/ports")" -U postgres -d tmtp "$@"
}

shares() {
    python3 - "$out" <<'PYTHON'
import json, pathlib, sys
first = None
print("\n" + f"{'beside':<10}{'deliveries/s':>14}{'of the first':>14}{'of one a commit':>17}{'of the first':>14}{'CPU us':>8}{'of the first':>14}")
for name in ("nothing", "sites", "members", "entries"):
    run = json.loads((pathlib.Path(sys.argv[1]) / f"{name}.json").read_text())
    figures = {one["name"]: one["value"] for one in run["figures"]}
    row = [figures["delivered"], figures["delivered / one message a commit"], figures["servers' processor time"] * 1000]
    first = first or row
    of = [value / begun for value, begun in zip(row, first)]
    print(f"{name:<10}{row[0]:>14.0f}{of[0]:>14.2f}{row[1]:>17.2f}{of[1]:>14.2f}{row[2]:>8.1f}{of[2]:>14.2f}")
PYTHON
}

main "$@"
