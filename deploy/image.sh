#!/usr/bin/env bash
# Makes the image's contents by the steps of the Dockerfile, without a container engine, and shows that they are
# complete: runs them in a chroot with nothing else in it, as the image's user, on a root that cannot be written to.
#
#   deploy/image.sh build ROOT       build for release, make the contents in ROOT, and judge them
#   deploy/image.sh judge ROOT       is it small, and do its programs tell the commit?
#   deploy/image.sh check [ROOT]     run what is in ROOT; without one, contents made from the programs of a development build
#
#   TMTP_COMMIT   the commit that the programs tell (that of this tree)
#
# `check` needs root, or sudo.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-$PWD/target}
# It is 38 million; what makes it much larger should be looked at.
octets_max=60000000

fail() { printf 'image: %s\n' "$*" >&2; exit 1; }
as_root() { if [[ $EUID -eq 0 ]]; then "$@"; else sudo "$@"; fi; }

commit() { git rev-parse HEAD 2>/dev/null || true; }

build() {
    local root=${1:?usage: deploy/image.sh build ROOT}
    export TMTP_COMMIT=${TMTP_COMMIT:-$(commit)}
    cargo build --release --locked -p tmtpd -p tmtp-client -p tmtp-loadtest
    deploy/image-root.sh "$target/release" "$root"
    judge "$root"
}

# For contents made for release: a development build is large, and tells no commit.
judge() {
    local root=${1:?usage: deploy/image.sh judge ROOT} octets program said
    octets=$(du -sb "$root" | cut -f1)
    ((octets <= octets_max)) || fail "$octets octets: more than $octets_max"
    printf 'image: %s octets, %s compressed\n' "$octets" "$(tar c -C "$root" . | gzip -6 | wc -c)"
    [[ -n ${TMTP_COMMIT:-} ]] || fail "of which commit? Set TMTP_COMMIT, or COMMIT for the Dockerfile"
    for program in tmtpd tmtp; do
        said=$("$root/usr/local/bin/$program" --version)
        [[ $said == *"commit $TMTP_COMMIT"* ]] || fail "$program tells another commit: $said"
    done
}

check() {
    local root=${1:-} scratch
    scratch=$(mktemp -d)
    # shellcheck disable=SC2064
    trap "rm -rf '$scratch'" EXIT
    if [[ -z $root ]]; then
        root=$scratch/root
        deploy/image-root.sh "$target/debug" "$root"
    fi
    # Mounts of its own, which end with it.
    as_root unshare --mount --pid --fork --kill-child "$PWD/deploy/image.sh" inside "$root"
}

# In namespaces of its own: the root read-only, and data in memory, as the chart does it.
inside() {
    local root=$1
    mount --make-rprivate /
    mount --bind "$root" "$root"
    mount -t tmpfs -o size=64m,uid=65532,gid=65532 tmpfs "$root/var/lib/tmtp"
    mount -o remount,ro,bind "$root"
    local as=(env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/var/lib/tmtp TMTP_PROFILE=/var/lib/tmtp/members setpriv --no-new-privs
        chroot --userspec=65532:65532 --groups= "$root")
    [[ -z $(find "$root" -name '*sh' -perm /111) ]] || fail "there is a shell"
    "${as[@]}" /usr/local/bin/tmtpd --version
    "${as[@]}" /usr/local/bin/tmtp --version
    "${as[@]}" /usr/local/bin/tmtp-loadtest --version
    serve
}

# A server, and two members of its site.
serve() {
    local line address='' log
    log=$(mktemp)
    coproc SERVER { exec "${as[@]}" /usr/local/bin/tmtpd dev --tmtp-addr 127.0.0.1:0 --http-addr 127.0.0.1:0 2>"$log"; }
    local server=$SERVER_PID
    while IFS= read -r -t 30 line <&"${SERVER[0]}"; do
        [[ -n $address || $line != *' ='* ]] || address="=${line##* =}"
        [[ $line != ready ]] || break
    done
    [[ ${line:-} == ready ]] || fail "tmtpd dev does not start: $(tail -n 5 "$log")"
    local member
    for member in alice bob; do
        "${as[@]}" /usr/local/bin/tmtp register --account "$member" --site "$address" --alias "$member of the root" >/dev/null
    done
    "${as[@]}" /usr/local/bin/tmtp ping --account alice --to "bob of the root" "out of an empty root" >/dev/null
    "${as[@]}" /usr/local/bin/tmtp listen --account bob --count 1 --timeout 30 | grep -q "out of an empty root" \
        || fail "the message did not come"
    kill -TERM "$server"
    wait "$server" || fail "tmtpd dev did not end well"
    rm -f "$log"
    echo "image: a message went through"
}

case ${1:-} in
    build) shift; build "$@" ;;
    judge) shift; judge "$@" ;;
    check) shift; check "$@" ;;
    inside) shift; inside "$@" ;;
    *) fail "usage: deploy/image.sh build ROOT | judge ROOT | check [ROOT]" ;;
esac
