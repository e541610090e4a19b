"""The compose file, as far as it can be checked without a container engine."""

import json
import os
import pathlib
import subprocess
import tomllib

import check_jsonschema
import jsonschema
import pytest
import yaml

DEPLOY = pathlib.Path(__file__).parent.parent
TMTPD = os.environ["TMTPD_BIN"]
FILE = DEPLOY / "compose.yaml"
COMPOSE = yaml.safe_load(FILE.read_text())
SERVICES = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"].startswith("tmtp-hosting")}
SETTINGS = tomllib.loads((DEPLOY / "compose/tmtpd.toml").read_text())


def test_it_follows_the_specification():
    schemas = pathlib.Path(check_jsonschema.__file__).parent / "builtin_schemas/vendor"
    jsonschema.validate(COMPOSE, json.loads((schemas / "compose-spec.json").read_text()))


def test_every_file_that_is_mounted_is_there():
    for name, service in SERVICES.items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert (DEPLOY / source).exists() if source.startswith(".") else source in COMPOSE["volumes"], f"{name}: {volume}"


def test_nothing_is_open_to_others():
    for name, service in SERVICES.items():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", [])), name


def test_images_of_others_have_a_version():
    for name, service in SERVICES.items():
        assert service["image"].rpartition(":")[2] not in ("", "latest"), name


def test_who_waits_waits_for_something_that_can_come():
    for name, service in SERVICES.items():
        waits = service.get("depends_on", {})
        assert set(waits) <= set(SERVICES), name
        for other, how in waits.items() if isinstance(waits, dict) else []:
            if how["condition"] == "service_healthy":
                assert "healthcheck" in SERVICES[other], f"{name} waits for {other}"
            else:
                assert "restart" not in SERVICES[other], f"{name} waits for the end of {other}"


def test_our_containers_are_restricted():
    for name, service in OURS.items():
        assert service["read_only"] and service["cap_drop"] == ["ALL"], name


@pytest.fixture
def root(tmp_path):
    """The settings, with a certificate, where paths are below a folder of the test."""
    text = (DEPLOY / "compose/tmtpd.toml").read_text().replace("/var/lib/tmtp", str(tmp_path))
    (tmp_path / "tmtpd.toml").write_text(text)
    return tmp_path


def run(root, words, **variables):
    words = [word.replace("/var/lib/tmtp", str(root)) for word in words]
    environment = {"PATH": os.environ["PATH"], "TMTPD_CONFIG": str(root / "tmtpd.toml"), **variables}
    return subprocess.run([TMTPD, *words], env=environment, capture_output=True, text=True)


def test_each_command_does_its_work(root):
    certificate = run(root, SERVICES["certificate"]["command"])
    assert certificate.returncode == 0, certificate.stderr
    for role in ("edge", "delivery", "control"):
        assert SERVICES[role]["command"] == [role]
        done = run(root, ["check-config", "--role", role])
        assert done.returncode == 0, done.stderr
    # The commands that need a database get a file in its place.
    store = {"TMTPD_STORE__URL": f"sqlite://{root}/tmtp.sqlite", "TMTPD_BUS__KIND": "memory"}
    for name in ("migrate", "site", "site", "certificate"):
        done = run(root, SERVICES[name]["command"], **store)
        assert done.returncode == 0, f"{name}: {done.stderr}"


def test_the_settings_lead_to_services_and_ports_that_are_there():
    assert SETTINGS["store"]["url"].split("@")[1].split("/")[0] == "postgres"
    assert SETTINGS["bus"]["urls"] == ["redis://redis:6379"]
    assert SETTINGS["edge"]["delivery"] == ["dns://delivery:" + SETTINGS["delivery"]["listen"].split(":")[1]]
    # The port of OTLP over gRPC, which Jaeger listens at unless it is told otherwise.
    assert SETTINGS["trace"]["endpoint"] == "http://jaeger:4317" and "jaeger" in SERVICES
    inside = SERVICES["edge"]["ports"][0].split(":")[2]
    assert SETTINGS["edge"]["listen"] == [f"0.0.0.0:{inside}"]
    for role in ("edge", "delivery"):
        assert int(SERVICES[role]["stop_grace_period"].rstrip("s")) > SETTINGS["shutdown"]["deadline_seconds"]


def test_prometheus_takes_its_settings_and_looks_where_we_are(tmp_path):
    text = (DEPLOY / "compose/prometheus.yml").read_text()
    rules = next(volume.split(":")[0] for volume in SERVICES["prometheus"]["volumes"] if "alerts" in volume)
    (tmp_path / "prometheus.yml").write_text(text.replace("/etc/prometheus/alerts.yaml", str((DEPLOY / rules).resolve())))
    done = subprocess.run(["promtool", "check", "config", tmp_path / "prometheus.yml"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    processes, sites = yaml.safe_load(text)["scrape_configs"]
    scrape = processes["dns_sd_configs"][0]
    assert set(scrape["names"]) == {"edge", "delivery", "control"} <= set(SERVICES)
    assert SETTINGS["http"]["listen"].endswith(f":{scrape['port']}")
    assert sites["static_configs"][0]["targets"] == ["control:" + SETTINGS["control"]["listen"][0].split(":")[1]]


def test_everybody_has_the_key_that_control_takes():
    key = SETTINGS["control"]["operator_key"]
    jobs = yaml.safe_load((DEPLOY / "compose/prometheus.yml").read_text())["scrape_configs"]
    assert [job["authorization"]["credentials"] for job in jobs if "authorization" in job] == [key]
    assert SERVICES["control"]["environment"]["TMTP_ADMIN_KEY"] == key
    address = SERVICES["control"]["environment"]["TMTP_ADMIN_SERVER"]
    assert address == SETTINGS["control"]["public_url"]
    assert f"{address.removeprefix('http://')}:8088" in SERVICES["control"]["ports"]


def test_grafana_finds_prometheus_and_the_boards():
    source = yaml.safe_load((DEPLOY / "compose/grafana/datasources/prometheus.yaml").read_text())["datasources"][0]
    assert source["url"] == "http://prometheus:9090"
    provider = yaml.safe_load((DEPLOY / "compose/grafana/dashboards/boards.yaml").read_text())["providers"][0]
    assert any(volume.split(":")[1] == provider["options"]["path"] for volume in SERVICES["grafana"]["volumes"])
