#!/usr/bin/env bash
# Installs what is missing of what a build needs, of the servers that tests and `make cluster` need, and of the tools
# that tests need.
#
#   deploy/install-tools.sh            a C compiler, Postgres, Redis, cargo-nextest, the S3 and mail
#                                      servers of tests, npm, Helm, Prometheus, Pebble, Chromium, the tools that
#                                      check the API
#   deploy/install-tools.sh compiler   a C compiler only; fails when there is no cargo
#   deploy/install-tools.sh python     Python with venv only
#   deploy/install-tools.sh npm        npm only
#   deploy/install-tools.sh chromium   Chromium only
#   deploy/install-tools.sh prometheus Prometheus and promtool only
#   deploy/install-tools.sh servers    Postgres and Redis only
#   deploy/install-tools.sh packages NAME..   these packages of Debian, without starting what they bring
#
# What is there stays as it is. Nothing is left running: tests start servers of their own.
set -euo pipefail

fail() { printf 'install-tools: %s\n' "$*" >&2; exit 1; }
say() { printf 'install-tools: %s\n' "$*"; }

has_postgres() { command -v postgres >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null; }
has_redis() { command -v redis-server >/dev/null && command -v redis-cli >/dev/null; }

as_root() {
    if [[ $EUID -eq 0 ]]; then "$@"; else sudo "$@"; fi
}

apt() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=120 "$@"
}

# What this machine lacks, and how to get it when this script cannot.
explain() {
    fail "$1. Install by hand, then try again: a C compiler (cc); PostgreSQL 15 or newer (server and client programs); Redis 7 or newer (redis-server, redis-cli); Python 3 with venv and pip; npm; Chromium; Prometheus (prometheus, promtool); Pebble (pebble, pebble-challtestsrv)"
}

# A package must neither make a database nor start a service. Both settings are taken back afterwards.
quiet_begin() {
    created=() quieted=
    if [[ ! -e /usr/sbin/policy-rc.d ]]; then
        printf '#!/bin/sh\nexit 101\n' | as_root tee /usr/sbin/policy-rc.d >/dev/null
        as_root chmod 755 /usr/sbin/policy-rc.d
        created+=(/usr/sbin/policy-rc.d)
    fi
    if [[ ! -e /etc/postgresql-common/createcluster.conf ]]; then
        quieted=yes
        as_root mkdir -p /etc/postgresql-common
        echo 'create_main_cluster = false' | as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
    fi
}

quiet_end() {
    [[ ${#created[@]} -eq 0 ]] || as_root rm -f "${created[@]}"
    created=()
    if [[ -n $quieted && -e /usr/share/postgresql-common/createcluster.conf ]]; then
        as_root cp /usr/share/postgresql-common/createcluster.conf /etc/postgresql-common/
    fi
    quieted=
}

# A service that we brought must not come with the next boot either.
keep_from_boot() {
    [[ -d /run/systemd/system ]] || return 0
    as_root systemctl disable --now "$@" >/dev/null 2>&1 || true
}

# Lists of packages may be missing or old: fetched when they prove to be.
install_packages() {
    local options=(-o Dpkg::Options::=--force-confold --no-install-recommends)
    command -v apt-get >/dev/null || explain "there is no apt-get to install $* with"
    [[ $EUID -eq 0 ]] || command -v sudo >/dev/null || explain "installing $* needs root, and there is no sudo"
    say "installing $*"
    if ! apt install "${options[@]}" "$@" 2>/dev/null; then
        apt update
        apt install "${options[@]}" "$@" || explain "installing $* failed"
    fi
}

# Packages that bring services, which are not started.
install_quietly() {
    [[ $# -gt 0 ]] || fail "say which packages"
    trap quiet_end EXIT
    quiet_begin
    install_packages "$@"
    quiet_end
    trap - EXIT
}

need_cargo() { command -v cargo >/dev/null || fail "no cargo: install Rust first, see https://rustup.rs"; }

install_compiler() {
    need_cargo
    command -v cc >/dev/null || install_packages gcc libc6-dev
}

install_python() {
    python3 -c 'import ensurepip, venv' 2>/dev/null || install_packages python3-venv
}

install_npm() {
    command -v npm >/dev/null || install_packages npm
}

install_chromium() {
    command -v "${CHROMIUM:-chromium}" >/dev/null || install_packages chromium
}

install_servers() {
    local packages=() services=()
    has_postgres || { packages+=(postgresql); services+=(postgresql); }
    has_redis || { packages+=(redis-server redis-tools); services+=(redis-server); }
    [[ ${#packages[@]} -gt 0 ]] || return 0
    install_quietly "${packages[@]}"
    keep_from_boot "${services[@]}"
    has_postgres || explain "no Postgres server after installing"
    has_redis || explain "no Redis server after installing"
}

has_prometheus() { command -v promtool >/dev/null && command -v prometheus >/dev/null; }

install_prometheus() {
    has_prometheus && return 0
    install_quietly prometheus
    keep_from_boot prometheus
    has_prometheus || explain "no Prometheus after installing"
}

has_pebble() { command -v pebble >/dev/null && command -v pebble-challtestsrv >/dev/null; }

# A certificate authority for tests.
install_pebble() {
    has_pebble && return 0
    install_packages pebble
    has_pebble || explain "no Pebble after installing"
}

install_nextest() {
    cargo nextest --version >/dev/null 2>&1 && return 0
    say "building cargo-nextest, once; this takes some minutes"
    cargo install cargo-nextest --locked
}

case ${1:-all} in
    all)
        install_compiler
        install_servers
        install_nextest
        install_python
        install_npm
        install_chromium
        install_prometheus
        install_pebble
        "$(dirname "$0")/s3.sh" install
        "$(dirname "$0")/smtp.sh" install
        "$(dirname "$0")/check.sh" install
        "$(dirname "$0")/api-check.sh" install
        "$(dirname "$0")/console-check.sh" install
        ;;
    compiler) install_compiler ;;
    python) install_python ;;
    npm) install_npm ;;
    chromium) install_chromium ;;
    prometheus) install_prometheus ;;
    servers) install_servers ;;
    packages)
        install_quietly "${@:2}"
        keep_from_boot "${@:2}"
        ;;
    *) fail "unknown argument '$1'; try: compiler, python, npm, chromium, prometheus, servers, packages" ;;
esac
