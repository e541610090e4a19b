#!/usr/bin/env bash
# Copies the manifests of this tree to a folder, with sources that are empty: what is built there are the dependencies
# and nothing else. An image's layer with them stays as it is until a manifest changes.
#
#   deploy/stubs.sh FOLDER    new or empty
set -euo pipefail
# As the caller means it, who may be elsewhere.
to=$(realpath -m -- "${1:?usage: deploy/stubs.sh FOLDER}")
cd "$(dirname "$0")/.."

mkdir -p "$to"
# It would put empty sources over what is there.
[[ -z $(ls -A "$to") ]] || { echo "stubs: $to is not empty" >&2; exit 1; }
cp Cargo.toml Cargo.lock "$to"
for manifest in services/*/Cargo.toml proto/*/Cargo.toml loadtest/Cargo.toml; do
    crate=${manifest%/*}
    mkdir -p "$to/$crate/src"
    cp "$manifest" "$to/$crate"
    for source in "$crate"/src/lib.rs "$crate"/src/main.rs "$crate"/src/bin/*/main.rs "$crate"/build.rs; do
        [[ -e $source ]] || continue
        mkdir -p "$to/${source%/*}"
        if [[ $source == */lib.rs ]]; then : >"$to/$source"; else echo 'fn main() {}' >"$to/$source"; fi
    done
done
