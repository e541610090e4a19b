#!/usr/bin/env bash
# An S3 server for development and tests: moto, on 127.0.0.1, in memory. Installed by pip into a folder of its own on
# first use. Runs until it is ended.
#
#   deploy/s3.sh PORT       start it
#   deploy/s3.sh install    only install it
#
#   TMTP_TOOLS     where it is installed (target/tools)
set -euo pipefail
cd "$(dirname "$0")/.."
port=${1:?usage: deploy/s3.sh PORT, or: deploy/s3.sh install}
tools=${TMTP_TOOLS:-$PWD/target/tools}
venv=$tools/moto-5.2
mkdir -p "$tools"

# One installs, others wait; an installation that was broken off is begun anew.
(
    flock 9
    if [[ ! -e $venv/complete ]]; then
        rm -rf "$venv"
        deploy/install-tools.sh python
        python3 -m venv "$venv"
        "$venv/bin/pip" install --quiet --disable-pip-version-check 'moto[server]~=5.2.5'
        touch "$venv/complete"
    fi
) 9>"$tools/moto.lock"

[[ $port != install ]] || exit 0
exec "$venv/bin/moto_server" --host 127.0.0.1 --port "$port"
