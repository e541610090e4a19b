#!/usr/bin/env bash
# Builds, starts a demo site, shows two members exchanging a message over TLS, and then leaves the server in the
# foreground. Ctrl-C ends it all. Arguments go to `tmtpd dev`.
#
#   TMTPD_BIN    the tmtpd to run, with tmtp beside it (built from this tree)
set -euo pipefail
cd "$(dirname "$0")/.."
# Seconds.
ready_limit=60

step() { printf '\n\033[1m%s\033[0m\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }

# Runs a command as a reader would type it.
show() {
    local word line='$'
    for word in "$@"; do
        [[ $word == *' '* ]] && word="\"$word\""
        line+=" ${word#"$bin"/}"
    done
    printf '  %s\n' "$line"
    "$@" 2>&1 | sed 's/^/      /'
}

tmtpd=${TMTPD_BIN:-}
if [[ -z $tmtpd ]]; then
    step "Building (the first time takes some minutes)"
    deploy/install-tools.sh compiler
    cargo build --workspace --bins
    tmtpd=${CARGO_TARGET_DIR:-$PWD/target}/debug/tmtpd
fi
bin=$(dirname "$tmtpd")
tmtp=$bin/tmtp

step "Starting tmtpd dev"
folder=$(mktemp -d "${TMPDIR:-/tmp}/tmtp-demo.XXXXXX")
mkfifo "$folder/out"
# In a process group of its own: Ctrl-C then reaches this script alone, which passes it on once.
set -m
"$tmtpd" dev "$@" >"$folder/out" &
server=$!
set +m
listener=

finish() {
    trap - EXIT INT TERM
    [[ -z $listener ]] || kill "$listener" 2>/dev/null || true
    kill -TERM "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
    rm -rf "$folder"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

exec 3<"$folder/out"
site= data=
end=$((SECONDS + ready_limit))
while [[ $SECONDS -lt $end ]] && IFS= read -r -t $((end - SECONDS)) line <&3; do
    printf '  %s\n' "$line"
    [[ -n $site || $line != *' ='* ]] || site="=${line##* =}"
    [[ $line != '  data '* ]] || data="/${line#*/}"
    [[ $line != ready ]] || break
done
if [[ ${line:-} != ready ]]; then
    [[ $SECONDS -lt $end ]] || fail "tmtpd dev is not ready within $ready_limit s"
    fail "tmtpd dev did not start; it says above why"
fi

# Each start has members of its own; they are kept with the site's data, as accounts of tmtp.
starts=1
[[ ! -f $data/demo-starts ]] || starts=$(($(<"$data/demo-starts") + 1))
printf '%s\n' "$starts" >"$data/demo-starts"
export TMTP_PROFILE=$data/demo-members
alice=alice-$starts bob=bob-$starts
alice_alias="Alice Demo $starts" bob_alias="Bob Demo $starts"

step "Two people become members"
show "$tmtp" register --account "$alice" --site "$site" --alias "$alice_alias"
show "$tmtp" register --account "$bob" --site "$site" --alias "$bob_alias"

step "Alice makes herself known to Bob, who is away: the site keeps her message"
show "$tmtp" ping --account "$alice" --to "$bob_alias" "Hello Bob, it is Alice"

step "Bob comes back, and finds it"
show "$tmtp" listen --account "$bob" --count 1 --timeout 30

step "Alice stays connected, and Bob answers"
printf '  $ tmtp listen --account %s --count 2 &\n' "$alice"
"$tmtp" listen --account "$alice" --count 2 --timeout 30 >"$folder/alice" 2>&1 &
listener=$!
show "$tmtp" ping --account "$bob" --to "$alice_alias" "Hello Alice"
show "$tmtp" post --account "$bob" --to "$alice_alias" --subject "Lunch" "At noon, the usual place?"
wait "$listener" || fail "Alice did not get it"
listener=
step "Alice sees at once"
sed 's/^/      /' "$folder/alice"

step "Write to each other yourself, in another terminal"
printf '  %s\n' "export PATH=\"$bin:\$PATH\" TMTP_PROFILE=\"$TMTP_PROFILE\"" \
    "tmtp listen --account $bob" \
    "tmtp post --account $alice --to \"$bob_alias\" \"Hello again\""
step "The server runs at $site; Ctrl-C ends it"
# Whatever else it prints; and an interrupt ends the wait at once.
cat <&3 &
wait "$server"
