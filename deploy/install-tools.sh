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
#   deploy/install-tools.sh chromium   Chromium, or a browser of its kin, only; prints the program
#   deploy/install-tools.sh prometheus Prometheus and promtool only
#   deploy/install-tools.sh servers    Postgres and Redis only
#   deploy/install-tools.sh packages NAME..   these packages of Debian, without starting what they bring
#
# What is there stays as it is. Nothing is left running: tests start servers of their own.
set -euo pipefail

fail() { printf 'install-tools: %s\n' "$*" >&2; exit 1; }
say() { printf 'install-tools: %s\n' "$*"; }

# The newest Postgres of Debian's, or that in PATH.
find_postgres() {
    local found
    found=$(compgen -G '/usr/lib/postgresql/*/bin/postgres' | sort -V | tail -n 1) || true
    [[ -n $found ]] || found=$(command -v postgres) || return 1
    printf '%s\n' "$found"
}

# has_version NUMBER PROGRAM..: whether there is such a program; one that is too old is no help, nor replaced by us.
has_version() {
    local oldest=$1 said number
    shift
    said=$("$@" --version 2>/dev/null) || return 1
    number=$(grep -oE '[0-9]+' <<<"$said" | head -n 1)
    [[ $number -ge $oldest ]] || explain "$1 is too old: $said"
}

has_postgres() { local found; found=$(find_postgres) && has_version 15 "$found"; }
has_redis() { has_version 7 redis-server && has_version 7 redis-cli; }

as_root() {
    if [[ $EUID -eq 0 ]]; then "$@"; else sudo "$@"; fi
}

apt() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=120 "$@" 9<&-
}

# What this machine lacks, and how to get it when this script cannot.
explain() {
    fail "$1. Install by hand, then try again: a C compiler (cc); PostgreSQL 15 or newer (server and client programs); Redis 7 or newer (redis-server, redis-cli); Python 3 with venv and pip; npm; Chromium or Google Chrome, but not as a snap, which does not see the folders of tests; Prometheus (prometheus, promtool); Pebble (pebble, pebble-challtestsrv), from its releases (letsencrypt/pebble) where there is no package of it"
}

policy=/usr/sbin/policy-rc.d
clusters=/etc/postgresql-common/createcluster.conf
# By this line we know files of ours again, should one of us have been killed.
mark='# by deploy/install-tools.sh, while it installs'
quieted=()

is_ours() { [[ ! -e $1 ]] || grep -qxF "$mark" "$1"; }

# A package must neither make a database nor start a service. Both settings are taken back afterwards. One of us at a
# time: the lock is on a folder that everybody may read.
quiet_begin() {
    exec 9<"${policy%/*}"
    flock -w 900 9 || fail "another install-tools.sh has been at work for too long"
    if is_ours "$policy"; then
        quieted+=("$policy")
        printf '#!/bin/sh\n%s\nexit 101\n' "$mark" | as_root tee "$policy" >/dev/null
        as_root chmod 755 "$policy"
    fi
    if is_ours "$clusters"; then
        quieted+=("$clusters")
        as_root mkdir -p "${clusters%/*}"
        printf '%s\ncreate_main_cluster = false\n' "$mark" | as_root tee "$clusters" >/dev/null
    fi
}

quiet_end() {
    local shipped=/usr/share/postgresql-common/createcluster.conf
    [[ ${#quieted[@]} -gt 0 ]] || return 0
    as_root rm -f "${quieted[@]}"
    if [[ ! -e $clusters && -e $shipped ]]; then as_root cp "$shipped" "$clusters"; fi
    quieted=()
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
    exec 9<&-
    trap - EXIT
}

need_cargo() { command -v cargo >/dev/null || fail "no cargo: install Rust first, see https://rustup.rs"; }

install_compiler() {
    need_cargo
    compiles || install_packages gcc libc6-dev
    compiles || explain "cc cannot make a program"
}

# A compiler without the C library's development files makes no program.
compiles() {
    local program made=0
    program=$(mktemp)
    cc -x c -o "$program" - <<<'#include <stdio.h>
int main(void) { return 0; }' 2>/dev/null || made=$?
    rm -f "$program"
    return "$made"
}

install_python() {
    python3 -c 'import ensurepip, venv' 2>/dev/null || install_packages python3-venv
}

install_npm() {
    command -v npm >/dev/null || install_packages npm
}

# The browser that tests use: that named by CHROMIUM, or the first there is. A snap does not see the folders of tests.
find_chromium() {
    local name found
    if [[ -n ${CHROMIUM:-} ]]; then
        command -v "$CHROMIUM" || fail "there is no program $CHROMIUM, which CHROMIUM names"
        return
    fi
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        found=$(command -v "$name") || continue
        is_snap "$found" && continue
        printf '%s\n' "$found"
        return
    done
    return 1
}

# A snap's program is a link to snap's own, or a script that calls one in /snap.
is_snap() { [[ $(readlink -f "$1") == */bin/snap ]] || head -c 4096 "$1" | grep -qa '/snap/bin/'; }

install_chromium() {
    find_chromium >/dev/null && return 0
    install_packages chromium
    find_chromium >/dev/null || explain "no browser that tests can use after installing the package chromium"
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

# What looks at units. Nothing is booted with it.
install_systemd() {
    command -v systemd-analyze >/dev/null || install_quietly systemd
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
    # `make test` has our own code built by Clippy, with warnings as errors: that is for our code alone.
    env -u RUSTC_WORKSPACE_WRAPPER -u CLIPPY_ARGS cargo install cargo-nextest --version 0.9.143 --locked
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
        install_systemd
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
    chromium)
        install_chromium >&2
        find_chromium
        ;;
    prometheus) install_prometheus ;;
    servers) install_servers ;;
    packages)
        install_quietly "${@:2}"
        keep_from_boot "${@:2}"
        ;;
    *) fail "unknown argument '$1'; try: compiler, python, npm, chromium, prometheus, servers, packages" ;;
esac
