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
venv=$(deploy/venv.sh "${TMTP_TOOLS:-$PWD/target/tools}/moto-5.2" 'moto[server]==5.2.5')

[[ $port != install ]] || exit 0
exec "$venv/bin/moto_server" --host 127.0.0.1 --port "$port"
