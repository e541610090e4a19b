#!/usr/bin/env bash
# Checks the REST API from outside: its OpenAPI document with openapi-spec-validator, and what it answers to requests
# made up from that document with schemathesis: for a server made for tests, since it changes things. Both are installed by pip into a folder of their own on first use.
#
#   deploy/api-check.sh URL     check the API at this address (http://127.0.0.1:8088); needs TMTP_ADMIN_KEY
#   deploy/api-check.sh install only install the tools
#
#   TMTP_TOOLS     where they are installed (target/tools)
#   API_EXAMPLES   requests to make up for each operation, the same each time, besides those at the edges of what is allowed (10)
#   API_SECONDS    most seconds for all of them (25)
set -euo pipefail
cd "$(dirname "$0")/.."
url=${1:?usage: deploy/api-check.sh URL, or: deploy/api-check.sh install}
venv=$(deploy/venv.sh "${TMTP_TOOLS:-$PWD/target/tools}/schemathesis-4" \
    'schemathesis==4.32.5' 'hypothesis==6.170.17' 'openapi-spec-validator==0.9.0')

[[ $url != install ]] || exit 0
API_SECONDS=${API_SECONDS:-25} API_EXAMPLES=${API_EXAMPLES:-10}
key=${TMTP_ADMIN_KEY:?set TMTP_ADMIN_KEY to the API key of an operator}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

python3 - "$url" "$scratch/openapi.json" <<'PYTHON'
import sys, urllib.request
with urllib.request.urlopen(sys.argv[1] + "/api/v1/openapi.json", timeout=10) as answer:
    open(sys.argv[2], "wb").write(answer.read())
PYTHON
"$venv/bin/openapi-spec-validator" "$scratch/openapi.json"

# The ways in for people take requests of our own pages only: hence the Origin.
# What a document cannot say (a host name is taken, a time is past, an id is unknown) is no fault of the API.
cd "$scratch"
cat >schemathesis.toml <<'TOML'
# What is there in the server under test; and If-Match has statuses of its own, for being absent or out of date.
[parameters]
org = 1
site = 1
[checks.missing_required_header]
expected-statuses = [400, 401, 403, 406, 415, 422, 428]
[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 422, 428, 429]
TOML
timeout $((API_SECONDS + 60)) "$venv/bin/schemathesis" --no-color run "$scratch/openapi.json" --url "$url" \
    --header "Authorization: Bearer $key" --header "Origin: $url" --phases examples,coverage,fuzzing --max-time "$API_SECONDS" --max-examples "$API_EXAMPLES" \
    --generation-deterministic --checks all --exclude-checks positive_data_acceptance --max-failures 10 \
    --request-timeout 10 --suppress-health-check all
