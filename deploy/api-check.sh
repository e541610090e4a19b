#!/usr/bin/env bash
# Checks the REST API from outside: its OpenAPI document with openapi-spec-validator, and what it answers to requests
# made up from that document with schemathesis: for a server made for tests, since it changes things, and whose first site
# has two groups and three members or more who are in neither. Both are installed by pip into a folder of their own on first use.
#
#   deploy/api-check.sh URL     check the API at this address (http://127.0.0.1:8088); needs TMTP_ADMIN_KEY
#   deploy/api-check.sh install only install the tools
#
#   TMTP_TOOLS     where they are installed (target/tools)
#   API_EXAMPLES   requests to make up for each operation, the same each time, besides those at the edges of what is allowed (10)
#   API_SECONDS    most seconds for all of them (20), when each operation has answered well once
set -euo pipefail
cd "$(dirname "$0")/.."
url=${1:?usage: deploy/api-check.sh URL, or: deploy/api-check.sh install}
venv=$(deploy/venv.sh "${TMTP_TOOLS:-$PWD/target/tools}/schemathesis-4" \
    'schemathesis==4.32.5' 'hypothesis==6.170.17' 'openapi-spec-validator==0.9.0')

[[ $url != install ]] || exit 0
API_SECONDS=${API_SECONDS:-20} API_EXAMPLES=${API_EXAMPLES:-10}
key=${TMTP_ADMIN_KEY:?set TMTP_ADMIN_KEY to the API key of an operator}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# An organization and a site are made to be asked for: what the first ones have is found by small ids.
read -r org site < <(KEY=$key python3 - "$url" "$scratch/openapi.json" <<'PYTHON'
import json, os, secrets, sys, urllib.request

def ask(path, body=None):
    headers = {"Authorization": f"Bearer {os.environ['KEY']}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(f"{sys.argv[1]}/api/v1{path}", data, headers), timeout=30) as answer:
        return answer.read()

open(sys.argv[2], "wb").write(ask("/openapi.json"))
org = json.loads(ask("/orgs", {"name": "To be asked"}))["id"]
site = {"name": "To be asked", "hosts": [f"{secrets.token_hex(8)}.example"]}
print(org, json.loads(ask(f"/orgs/{org}/sites", site))["id"])
PYTHON
)
"$venv/bin/openapi-spec-validator" "$scratch/openapi.json"

# What a document cannot say (a host name is taken, a time is past, an id is unknown) is no fault of the API.
cat >"$scratch/schemathesis.toml" <<TOML
# What is there in the server under test; and If-Match has statuses of its own, for being absent or out of date.
[parameters]
org = $org
site = $site
[checks.missing_required_header]
expected-statuses = [400, 401, 403, 406, 415, 422, 428]
[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 422, 428, 429]
# What is wrong with a row is told in the answer: that is what it is for.
[[operations]]
include-operation-id = "checkInvitations"
[operations.checks.negative_data_rejection]
expected-statuses = [200, 400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 422, 428, 429]
TOML

# The ways in for people take requests of our own pages only: hence the Origin.
make_up() {
    (cd "$scratch" && timeout $((API_SECONDS + 280)) "$venv/bin/schemathesis" --no-color run openapi.json --url "$url" \
        --header "Origin: $url" --generation-deterministic --checks all --max-failures 10 --request-timeout 10 \
        --suppress-health-check all "$@")
}

# Every operation answers well once, whatever time it takes. Somebody who signed in asks, as api_hooks.py tells.
API_URL=$url API_REPORT=$scratch/answered.json SCHEMATHESIS_HOOKS=$PWD/deploy/api_hooks.py \
    make_up --phases fuzzing --mode positive --max-examples 1 --exclude-checks positive_data_acceptance,ignored_auth
python3 - "$scratch/openapi.json" "$scratch/answered.json" <<'PYTHON'
import json, sys

document, answered = (json.load(open(name)) for name in sys.argv[1:])
# What cannot answer well here: tests of control and of the console do all that it takes.
NOT_HERE = {
    "addMyPasskey": "takes an authenticator",
    "removeMyPasskey": "takes an authenticator",
    "signInWithPasskey": "takes an authenticator",
    "confirmMyTotp": "takes a code of a second factor",
    "removeMyTotp": "takes a second factor",
    "finishSignIn": "takes a code of a second factor",
    "forgetSignIn": "takes a member whom a provider vouched for",
    "mailInvitation": "takes a mail server",
    "setCertificate": "takes a certificate for the site",
    "removeCertificate": "takes a certificate for the site",
    "issueCertificates": "takes an authority that issues some",
    "stopIssuingCertificates": "takes an authority that issues some",
}
operations = {operation["operationId"] for path in document["paths"].values() for operation in path.values()}
well = {name for name, statuses in answered.items() if any(status < 300 for status in statuses)}
uncalled, unlike = operations - answered.keys(), (operations - NOT_HERE.keys()) ^ well
for name in sorted(uncalled):
    print(f"api-check: {name} was not called")
for name in sorted(unlike - uncalled):
    print(f"api-check: {name} {'is no exception: it' if name in well else 'never answered well:'} answered {answered[name]}")
sys.exit(bool(uncalled | unlike))
PYTHON

# Each is asked anything at all, for as long as there is time.
make_up --header "Authorization: Bearer $key" --phases examples,coverage,fuzzing --max-time "$API_SECONDS" \
    --max-examples "$API_EXAMPLES" --exclude-checks positive_data_acceptance
