"""For schemathesis: it asks as somebody who signed in, and by what there is in the place of ids that it makes up, until
the operation has answered well once. At the end it tells, to the file API_REPORT, what each operation answered with.

    API_URL, TMTP_ADMIN_KEY    the server under test
    API_REPORT                 a JSON file: the statuses of each operation, by its id
"""

import atexit
import collections
import http.server
import itertools
import json
import os
import secrets
import threading
import urllib.parse
import urllib.request

import schemathesis

URL, KEY = os.environ["API_URL"], os.environ["TMTP_ADMIN_KEY"]
PASSWORD = "a cow on the moon"
AT_SITE = "/orgs/1/sites/1"
# Nobody has had these names: the server may have been asked before.
names = (f"x{secrets.token_hex(4)}x{number}" for number in itertools.count())
answered = collections.defaultdict(set)


def send(method, path, body=None, headers=None):
    """Asks the API, with the operator's key unless other headers are given; the answer's body and its session."""
    headers = headers or {"Authorization": f"Bearer {KEY}"}
    headers |= {"Content-Type": "application/json", "If-Match": "*", "Origin": URL}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{URL}/api/v1{path}", data, headers, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        session = answer.headers.get("Set-Cookie", "").partition(";")[0].partition("=")
        return json.loads(answer.read() or "null"), {session[0]: session[2]}


def encoded(value):
    """As it stands in a path."""
    return urllib.parse.quote(str(value), safe="")


def made(path, body=None):
    return send("POST", path, body)[0]


class Provider(http.server.BaseHTTPRequestHandler):
    """A sign-in provider that says about itself what one must, and does nothing."""

    def do_GET(self):
        key = {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
        about = {"issuer": issuer, "authorization_endpoint": f"{issuer}/authorize", "token_endpoint": f"{issuer}/token",
                 "jwks_uri": f"{issuer}/keys", "keys": [key | {"kid": "one", "use": "sig"}]}
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(about).encode())

    def log_message(self, *_):
        pass


provider = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Provider)
issuer = f"http://127.0.0.1:{provider.server_port}"
threading.Thread(target=provider.serve_forever, daemon=True).start()


def new_provider(**settings):
    return {"label": next(names), "issuer": issuer, "settings": {"client_id": "us", **settings}}


def new_user_provider():
    return new_provider(email_domains=[f"{next(names)}.example"])


def departure():
    new = new_user_provider()
    there = made("/orgs/1/user-providers", new)["id"]
    return {"email": f"ann@{new['settings']['email_domains'][0]}", "provider": there}


def new_key():
    return {"name": next(names), "role": "auditor"}


def new_user():
    return {"email": f"{next(names)}@people.example", "name": "Ann", "role": "auditor"}


def token():
    return made("/provider/users", new_user())["link"].rpartition("/")[2]


def new_site():
    return {"name": next(names), "hosts": [f"{next(names)}.example"]}


def site():
    return made("/orgs/1/sites", new_site())["id"]


def closed_site():
    closed = site()
    made(f"/orgs/1/sites/{closed}/close", {"grace_days": 7})
    return closed


me = made("/provider/users", new_user() | {"role": "operator"})
_, session = send("POST", "/sign-in/link", {"token": me["link"].rpartition("/")[2], "password": PASSWORD}, {"Accept": "*/*"})
group, removed_group, *_ = (one["gid"] for one in send("GET", f"{AT_SITE}/groups")[0]["items"])
grouped = [one["uid"] for one in send("GET", f"{AT_SITE}/groups/{encoded(group)}/members")[0]["items"]]
alice = grouped[0]
# Who is removed is in no group: in what order the operations are tried is not ours to say.
members = (one["uid"] for one in send("GET", f"{AT_SITE}/members")[0]["items"])
removed, erased, revoked, *_ = (uid for uid in members if uid not in grouped)


def sign_in():
    return send("POST", "/sign-in", {"email": me["email"], "password": PASSWORD}, {"Accept": "*/*"})[1]


def other_session():
    sign_in()
    mine = send("GET", "/me/sessions", headers={"Cookie": "=".join(*session.items())})[0]["items"]
    return next(one["id"] for one in mine if not one["current"])


def node_of(uid):
    member = send("GET", f"{AT_SITE}/members/{encoded(uid)}")[0]
    return member["nodes"][0]["id"]


# What stands in a path: first those of one operation, then those of any.
IDS = {
    "removeOrg": {"org": lambda: made("/orgs", {"name": next(names)})["id"]},
    "suspendSite": {"site": site},
    "closeSite": {"site": site},
    "reopenSite": {"site": closed_site},
    "removeMember": {"uid": lambda: removed},
    "eraseMember": {"uid": lambda: erased},
    "dropFromGroup": {"uid": lambda: alice},
    "removeGroup": {"gid": lambda: removed_group},
    "revokeNode": {"node": lambda: node_of(revoked)},
    "": {
        "org": lambda: 1,
        "site": lambda: 1,
        "uid": lambda: alice,
        "node": lambda: node_of(alice),
        "gid": lambda: group,
        "alias": lambda: made(f"{AT_SITE}/aliases", {"alias": next(names)})["alias"],
        "invitation": lambda: made(f"{AT_SITE}/invitations", {"name": "Ann"})["id"],
        "provider": lambda: made("/orgs/1/providers", new_provider())["id"],
        "user_provider": lambda: made("/orgs/1/user-providers", new_user_provider())["id"],
        "session": other_session,
    },
}
# Things that organizations have, and the provider, too.
OWNED = {
    "key": lambda at: made(f"{at}/keys", new_key())["id"],
    "user": lambda at: made(f"{at}/users", new_user())["id"],
}
# What is sent, where not all that the description allows can be.
BODIES = {
    "createSite": new_site,
    "createKey": new_key,
    "createProviderKey": new_key,
    "createUser": new_user,
    "createProviderUser": new_user,
    "createProvider": new_provider,
    "createUserProvider": new_user_provider,
    "keepAlias": lambda: {"alias": next(names)},
    "checkInvitations": lambda: {"invitations": [{"alias": next(names)}]},
    "offerMyTotp": lambda: {"password": PASSWORD},
    "offerMyPasskey": lambda: {"password": PASSWORD},
    "setMyPassword": lambda: {"old": PASSWORD, "new": PASSWORD},
    "signIn": lambda: {"email": me["email"], "password": PASSWORD},
    "lookAtLink": lambda: {"token": token()},
    "followLink": lambda: {"token": token(), "password": PASSWORD},
    "leaveForProvider": departure,
}


@schemathesis.hook
def before_call(context, case, kwargs):
    operation = case.operation.definition.raw["operationId"]
    case.cookies = sign_in() if operation == "signOut" else session
    # A made-up key would count, and not the session.
    (case.headers or {}).pop("Authorization", None)
    if any(status < 300 for status in answered[operation]):
        return
    at = "/provider" if "/provider/" in case.operation.path else "/orgs/1"
    own = IDS.get(operation, {})
    for name in case.path_parameters or {}:
        make = own.get(name) or IDS[""].get(name)
        if make or name in OWNED:
            case.path_parameters[name] = encoded(make() if make else OWNED[name](at))
    if operation in BODIES:
        case.body = BODIES[operation]()
    if "If-Match" in (case.headers or {}):
        case.headers["If-Match"] = "*"


@schemathesis.hook
def after_call(context, case, response):
    answered[case.operation.definition.raw["operationId"]].add(response.status_code)


@atexit.register
def tell():
    with open(os.environ["API_REPORT"], "w") as report:
        json.dump({operation: sorted(statuses) for operation, statuses in answered.items() if statuses}, report)
