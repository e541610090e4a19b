#!/usr/bin/env bash
# Installs packages of Python into a folder of their own, by pip, on first use, and prints that folder.
#
#   deploy/venv.sh FOLDER PACKAGE..    as deploy/venv.sh "$tools/moto-5.2" 'moto[server]~=5.2.5'
#
# What is there stays as it is: put a version into the folder's name. One installs, others wait; an installation that was
# broken off is begun anew.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:?usage: deploy/venv.sh FOLDER PACKAGE..}
shift
mkdir -p "$(dirname "$folder")"

(
    flock 9
    if [[ ! -e $folder/complete ]]; then
        rm -rf "$folder"
        deploy/install-tools.sh python >&2
        python3 -m venv "$folder"
        "$folder/bin/pip" install --quiet --disable-pip-version-check "$@" >&2
        touch "$folder/complete"
    fi
) 9>"$folder.lock"
printf '%s\n' "$folder"
