# A cluster to measure, for scripts that set `here`, `target` and `out`.
# shellcheck shell=bash
# shellcheck disable=SC2154

# shellcheck source=deploy/processes.sh
source "$here/deploy/processes.sh"

# prepare NAME PROGRAMS: takes tmtpd and tmtp-loadtest from this folder, or builds them where it is empty; at the end all but
# the reports is removed.
prepare() {
    bin=$2
    if [[ -z $bin ]]; then
        deploy/install-tools.sh compiler
        cargo build --release --workspace --bins
        bin=$target/release
    fi
    # Short, in /tmp: the database's user must be able to enter.
    scratch=/tmp/tmtp-$1-$(id -u)
    export TMTP_SCRATCH=$scratch/cluster TMTPD_BIN=$bin/tmtpd TMTPD_LOG__FILTER=warn
    export TMTPD_EDGE__ACCEPTS_PER_SECOND=100000
    mkdir -p "$scratch" "$out"
    chmod 711 "$scratch"
    rm -f "$out"/*.json
    trap 'deploy/cluster.sh clean >/dev/null || true; rm -rf "$scratch"' EXIT
    trap 'exit 130' INT TERM
}

# Starts the cluster on free ports.
bring_up() {
    local port
    : >"$scratch/ports"
    port=$(free_port)
    TMTP_PORT=$port deploy/cluster.sh up >"$scratch/cluster.log"
}
