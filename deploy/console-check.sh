#!/usr/bin/env bash
# Checks the admin console: its types, that what is committed as built is what its sources give, and whole journeys in
# Chromium against a server that is started for it, on free ports, and stopped afterwards.
#
#   deploy/console-check.sh                  check it all (what `make test` does)
#   deploy/console-check.sh access.test.js   only these journeys, from services/control/console/tests
#   deploy/console-check.sh pictures FOLDER  take pictures of every page, to be looked at
#   deploy/console-check.sh install          only install what the checks need
#
#   TMTPD_BIN    the tmtpd under test, with tmtp beside it (built from this tree)
#   CHROMIUM     the browser (the system's)
#   TMTP_CACHE   where a newer Node is kept, if it takes one (tmtp-hosting in the user's cache folder)
set -euo pipefail
cd "$(dirname "$0")/.."
here=$PWD
console=$here/services/control/console
cache=${TMTP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/tmtp-hosting}
node_version=22.20.0

# shellcheck source=deploy/processes.sh
source "$here/deploy/processes.sh"
ready_limit=60
stop_limit=30
# Seconds for a file of journeys.
journey_limit=600

node_is_new() {
    command -v node >/dev/null \
        && node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'
}

# The build tool wants Node 20.19 or newer; npm has Node itself.
fetch_node() {
    local folder=$cache/node-$node_version
    [[ ! -e $folder/complete ]] || return 0
    echo "console-check: this machine's Node ($(node --version 2>/dev/null || echo none)) is older than 20.19; fetching $node_version"
    rm -rf "$folder"
    npm install --loglevel error --no-fund --no-audit --prefix "$folder" "node@$node_version" \
        || fail "cannot fetch Node $node_version from npm; install Node 20.19 or newer by hand"
    touch "$folder/complete"
}

use_node() {
    node_is_new || PATH=$cache/node-$node_version/node_modules/node/bin:$PATH
    node_is_new || fail "Node 20.19 or newer is needed; install it by hand"
}

# One installs, others wait; anew whenever the lock file has changed.
install() {
    mkdir -p "$cache"
    (
        flock -w 900 9 || fail "another installation holds $cache/console.lock for too long"
        command -v npm >/dev/null || deploy/install-tools.sh npm
        node_is_new || fetch_node
        use_node
        if ! cmp -s "$console/package-lock.json" "$console/node_modules/.installed"; then
            (cd "$console" && npm ci --loglevel error --no-fund --no-audit) || fail "npm ci failed in services/control/console"
            cp "$console/package-lock.json" "$console/node_modules/.installed"
        fi
        deploy/install-tools.sh chromium >/dev/null
    ) 9>"$cache/console.lock"
    use_node
    CHROMIUM=$(deploy/install-tools.sh chromium)
    export CHROMIUM
}

check_sources() {
    echo "console-check: types"
    (cd "$console" && npm run --silent check)
    echo "console-check: dist/"
    (cd "$console" && npx --no-install vite build --logLevel error --outDir "$scratch/dist")
    diff -rq "$console/dist" "$scratch/dist" \
        || fail "dist/ is not what the sources give: run 'npm run build' in services/control/console, and commit it"
}

journeys_failed() {
    tail -n 30 "$scratch/tmtpd.log" >&2
    fail "journeys failed; above is the end of the server's log"
}

find_tmtpd() {
    tmtpd=${TMTPD_BIN:-}
    if [[ -z $tmtpd ]]; then
        deploy/install-tools.sh compiler
        cargo build --workspace --bins
        tmtpd=${CARGO_TARGET_DIR:-$here/target}/debug/tmtpd
    fi
    [[ -x $tmtpd ]] || fail "there is no program at $tmtpd"
}

take_port() {
    local port
    port=$(free_port)
    echo "$1 $port" >>"$scratch/ports"
    echo "$port"
}

serve() {
    local tmtp http api key
    : >"$scratch/ports"
    tmtp=$(take_port tmtp)
    http=$(take_port http)
    api=$(take_port api)
    key=$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')
    # Tests ask more in a minute than people do, and bring a sign-in provider of their own.
    start tmtpd env TMTPD_CONTROL__PRIVATE_PROVIDERS=true \
        TMTPD_CONTROL__ACME__DIRECTORY=https://127.0.0.1:1/nobody TMTPD_CONTROL__OPERATOR_KEY="$key" TMTPD_CONTROL__REQUESTS_PER_MINUTE_MAX=100000 \
        "$tmtpd" dev --data "$scratch/data" --tmtp-addr "127.0.0.1:$tmtp" --http-addr "127.0.0.1:$http" --api-addr "127.0.0.1:$api"
    wait_until tmtpd "tmtpd is ready" grep -q '^ready' "$scratch/tmtpd.log"
    export CONSOLE_URL=http://127.0.0.1:$api TMTP_ADDRESS="=127.0.0.1:$tmtp" TMTP_ADMIN_KEY=$key TMTPD_BIN=$tmtpd
    CONSOLE_LINK=$(grep -o "$CONSOLE_URL/#/welcome/[a-z0-9]*" "$scratch/tmtpd.log")
    export CONSOLE_LINK
}

down() {
    trap - EXIT INT TERM
    stop tmtpd TERM
    rm -rf "$scratch"
}

main() {
    install
    [[ ${1:-} != install ]] || return 0
    scratch=$(mktemp -d "${TMPDIR:-/tmp}/tmtp-console.XXXXXX")
    trap down EXIT
    trap 'exit 130' INT TERM
    export TMPDIR=$scratch
    if [[ ${1:-} == pictures ]]; then
        local folder=${2:?usage: deploy/console-check.sh pictures FOLDER}
        mkdir -p "$folder"
        folder=$(cd "$folder" && pwd)
        find_tmtpd
        serve
        (cd "$console" && node tests/pictures.js "$folder")
        return 0
    fi
    [[ $# -gt 0 ]] || check_sources
    find_tmtpd
    serve
    cd "$console/tests"
    [[ $# -gt 0 ]] || set -- *.test.js
    node --test --test-concurrency=1 --test-timeout=$((journey_limit * 1000)) --test-reporter=spec "$@" || journeys_failed
}

main "$@"
