#!/usr/bin/env bash
# A whole cluster on this machine: Postgres, Redis, one control, two delivery and two edge processes, a demo site.
#
#   deploy/cluster.sh [up]     start it; returns once everything serves
#   deploy/cluster.sh status   what of it runs
#   deploy/cluster.sh down     stop it; its data stays
#   deploy/cluster.sh clean    stop it and remove its data
#
#   TMTP_PORT         the first edge's port, the second takes the next (7443)
#   TMTP_SCRATCH      where everything is kept (a folder of the user's in /tmp)
#   TMTP_DELIVERIES   delivery processes, 1 to 9 (2)
#   TMTP_SHARDS       databases for sites, 1 to 9: main and those of [shards.s2], [shards.s3] ..., on the same server (1)
#   TMTPD_BIN         the tmtpd to run (built from this tree)
#
# Everything listens on 127.0.0.1 only. Each process has a file NAME.toml or NAME.conf, NAME.log and NAME.pid there.
set -euo pipefail
cd "$(dirname "$0")/.."
here=$PWD
scratch=${TMTP_SCRATCH:-/tmp/tmtp-cluster-$(id -u)}
edge_port=${TMTP_PORT:-7443}
host=demo.localhost
deliveries=${TMTP_DELIVERIES:-2} shards=${TMTP_SHARDS:-1}
# Settings of the caller's own Postgres are none of ours.
unset "${!PG@}"

# shellcheck source=deploy/processes.sh
source "$here/deploy/processes.sh"

ready_limit=60
stop_limit=70

main() {
    # As many as there were at the last start.
    name_processes "$(grep -cs '^delivery[0-9]_grpc ' "$scratch/ports" || true)"
    case ${1:-up} in
        up) up ;;
        down) down ;;
        status) status ;;
        clean) down; rm -rf "$scratch" ;;
        *) fail "unknown command '$1'; try: up, status, down, clean" ;;
    esac
}

up() {
    local tmtpd
    [[ $deliveries =~ ^[1-9]$ && $shards =~ ^[1-9]$ ]] || fail "TMTP_DELIVERIES and TMTP_SHARDS are 1 to 9"
    take_scratch
    refuse_if_running
    "$here/deploy/install-tools.sh" servers
    find_tmtpd
    umask 077
    name_processes "$deliveries"
    choose_ports
    show_ports
    trap 'on_failure' EXIT
    trap 'exit 130' INT TERM
    start_postgres
    start_redis
    write_settings
    "$tmtpd" migrate --config "$scratch/control.toml" >"$scratch/migrate.log" 2>&1 || fail_with migrate
    make_site
    local role
    for role in "${roles[@]}"; do
        start "$role" "$tmtpd" "${role%[0-9]}" --config "$scratch/$role.toml"
    done
    for role in "${roles[@]}"; do
        wait_until "$role" "$role is ready" answers_ready "$(port_of "$role")"
    done
    trap - EXIT INT TERM
    greet
    echo ready
}

down() {
    [[ -d $scratch ]] || { echo "no cluster in $scratch"; return 0; }
    take_scratch
    local name
    # Edges together, so that their sessions close at the same time.
    for name in "${stopping[@]}"; do
        if [[ $name == edge* ]]; then signal "$name" TERM; fi
    done
    for name in "${stopping[@]}"; do
        # INT asks Postgres to end without waiting for its clients.
        if [[ $name == postgres ]]; then stop "$name" INT; else stop "$name" TERM; fi
    done
    echo "the cluster is stopped; its data stays in $scratch"
}

status() {
    local name running=0
    for name in "${stopping[@]}"; do
        if is_running "$name"; then
            printf '%-10s runs, pid %s\n' "$name" "$(pid_of "$name")"
            running=$((running + 1))
        else
            printf '%-10s stopped\n' "$name"
        fi
    done
    [[ $running -eq ${#stopping[@]} ]]
}

# One user's, and one script at a time; the lock ends with the script.
take_scratch() {
    own_folder tmtp-cluster TMTP_SCRATCH
    exec 9>"$scratch/lock"
    flock -w 5 9 || fail "another cluster.sh works in $scratch"
}

# name_processes DELIVERIES
name_processes() {
    local number
    delivering=()
    for ((number = 1; number <= ${1:-0}; number++)); do delivering+=("delivery$number"); done
    roles=(control "${delivering[@]}" edge1 edge2)
    # The order of stopping: who needs others goes first.
    stopping=(edge1 edge2 "${delivering[@]}" control redis postgres)
}

refuse_if_running() {
    local name
    for name in "${stopping[@]}"; do
        is_running "$name" || continue
        status >&2 || true
        fail "a cluster runs in $scratch already; stop it with 'make cluster-down' first"
    done
}

find_tmtpd() {
    tmtpd=${TMTPD_BIN:-}
    if [[ -z $tmtpd ]]; then
        "$here/deploy/install-tools.sh" compiler
        cargo build --workspace --bins
        tmtpd=${CARGO_TARGET_DIR:-$here/target}/debug/tmtpd
    fi
    [[ -x $tmtpd ]] || fail "there is no program at $tmtpd"
}

# Ports of our own choice, below those that the kernel takes for outgoing connections.
choose_ports() {
    [[ $edge_port =~ ^[0-9]+$ && $edge_port -ge 1 && $edge_port -le 65534 ]] || fail "TMTP_PORT=$edge_port is no port"
    local port
    for port in "$edge_port" $((edge_port + 1)); do
        is_free "$port" || fail "port $port is in use; choose another one with TMTP_PORT"
    done
    local name
    : >"$scratch/ports"
    for name in postgres redis api "${delivering[@]/%/_grpc}" "${roles[@]}"; do
        port=$(free_port)
        echo "$name $port" >>"$scratch/ports"
    done
}

port_of() { awk -v name="$1" '$1 == name { print $2 }' "$scratch/ports"; }

start_postgres() {
    local bin as=() data=$scratch/postgres/data
    bin=$(find_postgres)
    mkdir -p "$scratch/postgres"
    if [[ $EUID -eq 0 ]]; then
        # Postgres refuses to run as root.
        as=(setpriv --reuid postgres --regid postgres --clear-groups --)
        chown postgres:postgres "$scratch/postgres"
        "${as[@]}" test -x "$scratch/postgres" || fail "the user postgres cannot enter $scratch; choose another place with TMTP_SCRATCH"
    fi
    if [[ ! -e $data/PG_VERSION ]]; then
        (cd / && "${as[@]}" "$bin/initdb" -D "$data" -U postgres -A trust -E UTF8 --no-locale) \
            >"$scratch/initdb.log" 2>&1 || fail_with initdb
    fi
    refuse_other_version "$bin" "$data"
    forget_dead_postgres "$data"
    start postgres "${as[@]}" "$bin/postgres" -D "$data" -p "$(port_of postgres)" \
        -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200
    wait_until postgres "Postgres answers" "$bin/pg_isready" -q -U postgres -h 127.0.0.1 -p "$(port_of postgres)"
    local client=("$bin/psql" -XqAt -h 127.0.0.1 -p "$(port_of postgres)" -U postgres)
    local name
    for name in $(databases); do
        [[ $("${client[@]}" -c "SELECT 1 FROM pg_database WHERE datname = '$name'") == 1 ]] \
            || "${client[@]}" -c "CREATE DATABASE $name"
    done
}

# main, and those of the other shards.
databases() {
    local number
    echo tmtp
    for ((number = 2; number <= shards; number++)); do echo "tmtp_s$number"; done
}

# A data folder is readable to the major version that made it, and to no other.
refuse_other_version() {
    local ours theirs
    ours=$("$1/postgres" --version | grep -o '[0-9]*' | head -n 1)
    theirs=$(<"$2/PG_VERSION")
    [[ $ours == "$theirs" ]] \
        || fail "the data in $scratch is of Postgres $theirs, and this machine has $ours: remove it with 'deploy/cluster.sh clean'"
}

# In a container whose first process reaps nobody, a killed Postgres stays as a zombie, which the next one takes for
# alive. Its children notice its end within moments, and must be gone before another one starts.
forget_dead_postgres() {
    local pid end=$((SECONDS + 10))
    read -r pid 2>/dev/null <"$1/postmaster.pid" || return 0
    is_zombie "$pid" || return 0
    while works_in "$1"; do
        [[ $SECONDS -lt $end ]] || fail "processes of a Postgres that was killed are still there, in $1"
        sleep 0.05
    done
    rm -f "$1/postmaster.pid"
}

# Whether a process has this folder as its current one, as all of a Postgres have.
works_in() {
    local current
    for current in /proc/[0-9]*/cwd; do
        [[ ! $current -ef $1 ]] || return 0
    done
    return 1
}

start_redis() {
    mkdir -p "$scratch/redis"
    start redis redis-server --bind 127.0.0.1 --port "$(port_of redis)" --dir "$scratch/redis" --save '' --appendonly no
    wait_until redis "Redis answers" redis_answers
}

redis_answers() { [[ $(redis-cli -p "$(port_of redis)" ping) == PONG ]]; }

# One file a process. All sections are in each, and only the ports differ: a role reads what it needs.
write_settings() {
    local role
    mkdir -p "$scratch/bodies"
    [[ -e $scratch/certificates/default.pem ]] || "$tmtpd" certificate --host "$host" --host localhost \
        --file-name default --out "$scratch/certificates" >/dev/null
    for role in "${roles[@]}"; do
        settings "$role" >"$scratch/$role.toml"
    done
}

settings() {
    local listen=$edge_port grpc name others=()
    for name in "${delivering[@]}"; do others+=("\"http://127.0.0.1:$(port_of "${name}_grpc")\""); done
    [[ $1 != edge2 ]] || listen=$((edge_port + 1))
    grpc=$(port_of "delivery${1##*[a-z]}_grpc")
    cat <<TOML
[store]
url = "postgres://postgres@127.0.0.1:$(port_of postgres)/tmtp"

[bodies]
kind = "directory"
directory = "$scratch/bodies"

[bus]
kind = "redis"
mode = "single"
urls = ["redis://127.0.0.1:$(port_of redis)"]

[edge]
listen = ["127.0.0.1:$listen"]
default_host = "$host"
certificates = "$scratch/certificates"
loopback_exempt = true
delivery = [$(IFS=,; echo "${others[*]}")]

[delivery]
listen = "127.0.0.1:${grpc:-7450}"

[control]
listen = ["127.0.0.1:$(port_of api)"]

[http]
listen = "127.0.0.1:$(port_of "$1")"

[log]
format = "text"
filter = "info"
TOML
    for name in $(databases | tail -n +2); do
        printf '\n[shards.%s]\nurl = "postgres://postgres@127.0.0.1:%s/%s"\n' "${name#tmtp_}" "$(port_of postgres)" "$name"
    done
}

make_site() {
    local site=("$tmtpd" site --config "$scratch/control.toml")
    "${site[@]}" show "$host" >/dev/null 2>&1 && return 0
    "${site[@]}" create --name "Demo Site" --host "$host" --host localhost registration=open \
        >"$scratch/site.log" 2>&1 || fail_with site
}

answers_ready() {
    local status
    exec 3<>"/dev/tcp/127.0.0.1/$1"
    printf 'GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
    read -r -t 5 status <&3
    [[ $status == *' 200 '* ]]
}

show_ports() {
    local name
    cat <<TEXT
  addresses for clients   =127.0.0.1:$edge_port
                          =127.0.0.1:$((edge_port + 1))
  Postgres                postgres://postgres@127.0.0.1:$(port_of postgres)/tmtp
  Redis                   redis://127.0.0.1:$(port_of redis)
  API                     http://127.0.0.1:$(port_of api)/api/v1/docs
  settings, logs, data    $scratch
TEXT
    for name in "${roles[@]}"; do
        printf '  %-10s metrics      http://127.0.0.1:%s/metrics\n' "$name" "$(port_of "$name")"
    done
    printf '\nstarting ...\n'
}

greet() {
    cat <<TEXT

"Demo Site" is open for registration, on both edges. With target/debug in PATH:

  tmtp register --account alice --site =127.0.0.1:$edge_port --alias "Alice Ames"
  tmtp register --account bob --site =127.0.0.1:$((edge_port + 1)) --alias "Bob Bright"
  tmtp ping --account alice --to "Bob Bright" "Hello Bob, it is Alice"
  tmtp listen --account bob --once

deploy/cluster.sh status shows what runs, make cluster-down stops it.

TEXT
}

main "$@"
