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

# stop NAME SIGNAL: waits for its end; after the time limit it is killed.
stop() {
    signal "$1" "$2"
    local end=$((SECONDS + stop_limit))
    while is_running "$1"; do
        if [[ $SECONDS -ge $end ]]; then
            echo "$1 does not end by itself; killing it" >&2
            signal "$1" KILL
        fi
        sleep 0.05
    done
    rm -f "$scratch/$1.pid"
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

# A port that nobody listens on and no name in $scratch/ports has.
free_port() {
    local port
    for _ in {1..200}; do
        port=$((15000 + RANDOM % 15000))
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
