#!/usr/bin/env bash
# Installs packages of Python into a folder of their own, by pip, on first use, and prints that folder.
#
#   deploy/venv.sh FOLDER PACKAGE..    as deploy/venv.sh "$tools/moto-5.2" 'moto[server]==5.2.5'
#
# What is there stays as it is, while it is for these packages and this Python, and starts; else, or when an installation
# was broken off, it is made anew. Put a version into the name of a folder that other trees use as well. One installs,
# others wait.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:?usage: deploy/venv.sh FOLDER PACKAGE..}
shift
mkdir -p "$(dirname "$folder")"

fail() { printf 'venv: %s\n' "$*" >&2; exit 1; }

is_complete() {
    [[ $(cat "$folder/complete" 2>/dev/null) == "$wanted" ]] && "$folder/bin/python" -c '' 2>/dev/null
}

(
    flock -w 900 9 || fail "another installation holds $folder.lock for too long"
    deploy/install-tools.sh python >&2
    wanted=$(python3 --version; printf '%s\n' "$@")
    if ! is_complete; then
        [[ -z $(ls -A "$folder" 2>/dev/null) || -e $folder/pyvenv.cfg ]] || fail "$folder is not empty, and is none of Python's"
        rm -rf "$folder"
        python3 -m venv "$folder"
        "$folder/bin/pip" install --quiet --disable-pip-version-check "$@" >&2
        printf '%s\n' "$wanted" >"$folder/complete"
    fi
) 9>"$folder.lock"
printf '%s\n' "$folder"
