#!/usr/bin/env bash
# A mail server for development and tests: aiosmtpd, on 127.0.0.1. It takes every mail for everybody, in the clear, and
# puts each into a file of a folder (a Maildir: look in FOLDER/new). Installed by pip into a folder of its own on first
# use. Runs until it is ended.
#
#   deploy/smtp.sh PORT FOLDER    start it
#   deploy/smtp.sh install        only install it
#
#   TMTP_TOOLS     where it is installed (target/tools)
set -euo pipefail
port=${1:?usage: deploy/smtp.sh PORT FOLDER, or: deploy/smtp.sh install}
# As the caller means it, who may be elsewhere.
folder=$(realpath -m -- "${2:-.}")
cd "$(dirname "$0")/.."
venv=$(deploy/venv.sh "${TMTP_TOOLS:-$PWD/target/tools}/aiosmtpd-1.4" 'aiosmtpd==1.4.6')

[[ $port != install ]] || exit 0
: "${2:?usage: deploy/smtp.sh PORT FOLDER}"
exec "$venv/bin/aiosmtpd" --nosetuid --listen "127.0.0.1:$port" --class aiosmtpd.handlers.Mailbox "$folder"
