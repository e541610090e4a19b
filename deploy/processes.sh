# Background processes by name, for scripts that set `scratch`, `ready_limit` and `stop_limit` (seconds).
# shellcheck shell=bash
# shellcheck disable=SC2154

fail() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

# Shows the end of a log, and fails.
fail_with() {
    printf '%s: %s failed; the end of %s:\n' "${0##*/}" "$1" "$scratch/$1.log" >&2
    tail -n 30 "$scratch/$1.log" >&2 || true
    exit 1
}

# own_folder WHAT VARIABLE: makes $scratch ours, or refuses: a folder in which anything else lives is not one to change,
# let alone to remove. A file in it says whose it is.
own_folder() {
    local mark=$scratch/.$1
    mkdir -p "$scratch"
    [[ -O $scratch && ! -L $scratch ]] || fail "$scratch is not yours; choose another place with $2"
    [[ -e $mark || -z $(ls -A "$scratch") ]] \
        || fail "$scratch is not empty, and nothing says that it is ours (there is no $mark); choose another place with $2"
    : >"$mark"
    # A database's own user must be able to enter; what is in it is closed to others.
    chmod 711 "$scratch"
    scratch=$(cd "$scratch" && pwd -P)
}

# Half a cluster is no cluster: what was started is stopped again.
on_failure() {
    trap - EXIT INT TERM
    echo "stopping what was started" >&2
    down >&2
    exit 1
}

# start NAME COMMAND...: in a session of its own, so that no terminal ends it.
start() {
    local name=$1
    shift
    (cd / && exec setsid "$@" >"$scratch/$name.log" 2>&1 </dev/null 9>&-) &
    printf '%s %s\n' "$!" "$(started_at "$!")" >"$scratch/$name.pid"
}

# When a process started, in ticks since boot. With the pid, this names a process for ever.
started_at() {
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
    # The name in parentheses may hold anything, so count from its end.
    awk '{ print $20 }' <<<"${stat##*) }"
}

pid_of() { cut -d' ' -f1 "$scratch/$1.pid" 2>/dev/null; }

# Whether the very process that was started under this name still runs.
is_running() {
    local pid start
    read -r pid start 2>/dev/null <"$scratch/$1.pid" || return 1
    [[ -n $start && $(started_at "$pid") == "$start" ]] && ! is_zombie "$pid"
}

is_zombie() {
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    [[ ${stat##*) } == Z* ]]
}

signal() { if is_running "$1"; then kill -s "$2" "$(pid_of "$1")" 2>/dev/null || true; fi; }

# stop NAME SIGNAL: waits for its end; after the time limit it is killed, once. One that outlives that is an error.
stop() {
    signal "$1" "$2"
    if ! ends_within "$1" "$stop_limit"; then
        echo "$1 does not end by itself; killing it" >&2
        signal "$1" KILL
        ends_within "$1" 10 || fail "$1, pid $(pid_of "$1"), does not end even when killed"
    fi
    rm -f "$scratch/$1.pid"
}

# ends_within NAME SECONDS
ends_within() {
    local end=$((SECONDS + $2))
    while is_running "$1"; do
        [[ $SECONDS -lt $end ]] || return 1
        sleep 0.05
    done
}

# wait_until NAME WHAT COMMAND...: until the command succeeds. Fails at once when the process ends.
wait_until() {
    local name=$1 what=$2 end=$((SECONDS + ready_limit))
    shift 2
    until ("$@") >/dev/null 2>&1; do
        is_running "$name" || fail_with "$name"
        if [[ $SECONDS -ge $end ]]; then
            echo "not within $ready_limit s: $what" >&2
            fail_with "$name"
        fi
        sleep 0.05
    done
}

is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# A port that nobody listens on and no name in $scratch/ports has: above those that tests take (services/testkit), which
# look for theirs at the same time, and below those that the kernel takes for outgoing connections.
free_port() {
    local port
    for _ in {1..200}; do
        port=$((30000 + RANDOM % 2700))
        if is_free "$port" && ! grep -q " $port\$" "$scratch/ports"; then
            echo "$port"
            return 0
        fi
    done
    fail "no free port"
}

find_postgres() {
    local found
    found=$(compgen -G '/usr/lib/postgresql/*/bin/postgres' | sort -V | tail -n 1) || true
    [[ -n $found ]] || found=$(command -v postgres) || fail "there is no Postgres server"
    dirname "$found"
}
