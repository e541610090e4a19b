"""tmtpd takes what the chart writes: its files are laid out as Kubernetes would, and `tmtpd check-config` reads them."""

import json
import os
import subprocess
import tomllib

import chart
import pytest

TMTPD = os.environ["TMTPD_BIN"]
# Where secrets come from in these checks: by key of the secret, whatever its name.
SECRETS = {
    "url": "postgres://tmtp:secret@db.example/tmtp", "uri": "postgres://tmtp:secret@db.example/tmtp",
    "urls": "rediss://redis.example:6379,rediss://redis2.example:6379", "username": "tmtp", "password": "secret",
    "access-key-id": "key", "secret-access-key": "secret", "operator-key": "0123456789abcdef" * 4,
}
ROLES = ["edge", "delivery", "control"]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate, its key and, the same again, its authority."""
    folder = tmp_path_factory.mktemp("certificate")
    subprocess.run([TMTPD, "certificate", "--host", "tmtp.example", "--file-name", "tls", "--out", folder], check=True,
                   stdout=subprocess.DEVNULL)
    pair = {"tls.crt": (folder / "tls.pem").read_text(), "tls.key": (folder / "tls.key").read_text()}
    return pair | {"ca.crt": pair["tls.crt"]}


def put(folder, source, given):
    """Files of one config map or secret: all of its keys, or those that are listed, at their paths."""
    for key, path in [(item["key"], item["path"]) for item in source.get("items", [])] or [(key, key) for key in given]:
        (folder / path).write_text(given[key])


def lay_out(root, values, spec, container, certificate):
    """Makes the container's files below `root`."""
    volumes = {volume["name"]: volume for volume in spec.get("volumes", [])}
    maps = {each["metadata"]["name"]: each["data"] for each in chart.of_kind(values, "ConfigMap")}
    for mount in container.get("volumeMounts", []):
        folder, volume = root / mount["mountPath"].lstrip("/"), volumes[mount["name"]]
        folder.mkdir(parents=True)
        sources = volume.get("projected", {}).get("sources", [volume])
        for source in sources:
            if "configMap" in source:
                put(folder, source["configMap"], maps.get(source["configMap"]["name"], certificate))
            elif "secret" in source:
                put(folder, source["secret"], certificate)


def environment(root, container):
    """The container's variables, with paths below `root`."""
    found = {"PATH": os.environ["PATH"]}
    for variable in container.get("env", []):
        reference = variable.get("valueFrom", {}).get("secretKeyRef")
        found[variable["name"]] = SECRETS[reference["key"]] if reference else variable.get("value", "")
    return {name: relocate(root, text) for name, text in found.items()}


def relocate(root, text):
    return text.replace("/etc/tmtp", f"{root}/etc/tmtp").replace("/var/lib/tmtp", f"{root}/var/lib/tmtp")


def check(root, role, variables):
    config = variables.get("TMTPD_CONFIG")
    if config:
        with open(config) as file:
            text = relocate(root, file.read())
        with open(config, "w") as file:
            file.write(text)
    return subprocess.run([TMTPD, "check-config", "--role", role], env=variables, capture_output=True, text=True)


def pod_of(values, role):
    spec = chart.one(values, "Deployment", f"-{role}")["spec"]["template"]["spec"]
    return spec, spec["containers"][0]


@pytest.mark.parametrize("role", ROLES)
def test_tmtpd_takes_the_settings_of_a_role(values, role, tmp_path, certificate):
    spec, container = pod_of(values, role)
    assert container["args"] == [role]
    lay_out(tmp_path, values, spec, container, certificate)
    done = check(tmp_path, role, environment(tmp_path, container))
    assert done.returncode == 0, done.stderr


def test_tmtpd_takes_the_settings_of_jobs_steps_and_starters(values, tmp_path, certificate):
    taken = 0
    for name, _, spec in chart.pods(values):
        for container in spec.get("initContainers", []) + spec["containers"]:
            words = container.get("args", []) + container.get("command", [])
            if words[0] in ("migrate", "backup") or words[1:2] == ["site"]:
                root = tmp_path / str(taken)
                lay_out(root, values, spec, container, certificate)
                done = check(root, "control", environment(root, container))
                assert done.returncode == 0, f"{name}/{container['name']}: {done.stderr}"
                taken += 1
    assert taken > 0 or values == "plain-values.yaml"


def settings_in_effect():
    done = subprocess.run([TMTPD, "check-config", "--print"], env={"PATH": os.environ["PATH"]}, capture_output=True, text=True)
    return tomllib.loads(done.stdout)


def keys(table, prefix=""):
    for key, value in table.items():
        if isinstance(value, dict):
            yield from keys(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"


def schema_keys(schema, prefix=""):
    for key, value in schema["properties"].items():
        if value.get("type") == "object":
            yield from schema_keys(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"


# Settings that have a place of their own in the values, or come from a secret.
ELSEWHERE = {
    "store.url", "bodies.kind", "bodies.directory", "bus.kind", "bus.mode", "bus.urls", "bus.require_tls", "bus.master", "bus.username",
    "bus.password", "edge.listen", "edge.certificates", "edge.delivery", "edge.links_max", "edge.drain_per_second",
    "delivery.listen", "control.listen", "control.operator_key", "control.public_url",
    "control.tmtp_port", "control.private_providers", "control.trusted_proxies",
    "control.acme.directory", "control.acme.ca", "control.mail.server", "control.mail.from", "control.mail.password", "http.listen", "shutdown.deadline_seconds",
}


def test_every_setting_of_tmtpd_has_its_place_in_the_values():
    schema = json.loads((chart.CHART / "values.schema.json").read_text())
    offered = set(schema_keys(schema["properties"]["settings"]))
    assert offered | ELSEWHERE == set(keys(settings_in_effect()))
    assert not offered & ELSEWHERE


def test_what_an_operator_sets_arrives():
    toml = tomllib.loads(chart.one("full-values.yaml", "ConfigMap", "-edge")["data"]["tmtpd.toml"])
    assert toml["edge"]["idle_seconds"] == 170 and toml["edge"]["loopback_exempt"] is True
    assert toml["log"] == {"format": "text", "filter": "warn,tmtp_edge=debug"}
    assert toml["trace"] == {"endpoint": "http://collector.monitoring:4317", "one_in": 100}
    toml = tomllib.loads(chart.one("full-values.yaml", "ConfigMap", "-delivery")["data"]["tmtpd.toml"])
    assert toml["delivery"]["limits"] == {"writer_queue": 2048, "writer_batch_octets_max": 8388608}
    assert toml["store"]["connections"] == 25
    assert toml["control"] == {"public_url": "https://tmtp.example", "private_providers": False}
    toml = tomllib.loads(chart.one("full-values.yaml", "ConfigMap", "-control")["data"]["tmtpd.toml"])
    assert toml["control"]["public_url"] == "https://tmtp.example"
    assert toml["control"]["tmtp_port"] == 443
    assert toml["control"]["trusted_proxies"] == ["10.244.0.0/16", "fd00:10:244::/56"]
    assert toml["control"]["mail"] == {"server": "smtps://tmtp@mail.example", "from": "TMTP <no-reply@tmtp.example>"}


def test_a_change_of_one_roles_settings_leaves_the_others_alone():
    def sums(*settings):
        return {each["metadata"]["name"]: each["spec"]["template"]["metadata"]["annotations"]["checksum/settings"]
                for each in chart.of_kind("min-values.yaml", "Deployment", settings=settings)}

    before, after = sums(), sums("settings.edge.idle_seconds=100")
    assert [name for name in before if before[name] != after[name]] == ["tmtp-tmtp-hosting-edge"]
