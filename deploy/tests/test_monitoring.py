"""Alert rules and boards: that they say what they should, of metrics that a running cluster has."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import time
import tomllib
import urllib.parse
import urllib.request

import chart
import pytest
import yaml
from ports import free_port

DEPLOY = pathlib.Path(__file__).parent.parent
FILES = DEPLOY / "monitoring"
COMPOSE = yaml.safe_load((DEPLOY / "compose/prometheus.yml").read_text())
# Who scrapes the figures of sites.
KEY = tomllib.loads((DEPLOY / "compose/tmtpd.toml").read_text())["control"]["operator_key"]
TMTPD = pathlib.Path(os.environ["TMTPD_BIN"])
RULES = [rule for group in yaml.safe_load((FILES / "alerts.yaml").read_text())["groups"] for rule in group["rules"]]
BOARDS = {path.name: json.loads(path.read_text()) for path in sorted((FILES / "dashboards").glob("*.json"))}
PANELS = [panel for board in BOARDS.values() for panel in board["panels"] if panel["type"] != "row"]
TARGETS = [target for panel in PANELS for target in panel["targets"]]
METRIC = re.compile(r"\b(?:tmtp|process)_[a-z0-9_]+\b")
# Of what the cluster is not set up for: members' providers, and a certificate authority.
ELSEWHERE = {"tmtp_delivery_provider_keys_total", "tmtp_control_certificates_issued_total"}


def test_rules_fire_when_they_should_and_not_before(tmp_path):
    for source in (FILES / "alerts.yaml", DEPLOY / "tests/alerts.test.yaml"):
        shutil.copy(source, tmp_path)
    for words in (["check", "rules", "alerts.yaml"], ["test", "rules", "alerts.test.yaml"]):
        done = subprocess.run(["promtool", *words], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_is_tested_both_ways():
    well, *ill = yaml.safe_load((DEPLOY / "tests/alerts.test.yaml").read_text())["tests"]
    names = [rule["alert"] for rule in RULES]
    assert [test["alertname"] for test in well["alert_rule_test"]] == names
    assert {test["alertname"] for each in ill for test in each["alert_rule_test"] if "exp_alerts" in test} == set(names)


def test_every_alert_says_how_bad_it_is_and_leads_to_a_runbook():
    headings = {line.lstrip("# ").lower() for line in (DEPLOY / "README.md").read_text().splitlines() if line.startswith("#")}
    for rule in RULES:
        assert rule["labels"]["severity"] in ("page", "ticket"), rule["alert"]
        file, _, section = rule["annotations"]["runbook_url"].partition("#")
        assert file == "deploy/README.md" and rule["alert"].lower().startswith(section) and section in headings, rule["alert"]


def test_boards_can_be_told_apart_and_take_any_data_source():
    assert len({board["uid"] for board in BOARDS.values()}) == len(BOARDS) == 4
    for board in BOARDS.values():
        assert board["templating"]["list"][0]["type"] == "datasource"
        numbers = [panel["id"] for panel in board["panels"]]
        assert len(numbers) == len(set(numbers))
    assert {panel["datasource"]["uid"] for panel in PANELS} == {"${datasource}"}


def wait_for(what, within=45):
    end = time.monotonic() + within
    while True:
        missing = what()
        if not missing:
            return
        assert time.monotonic() < end, f"still missing: {missing}"
        time.sleep(0.25)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """deploy/cluster.sh, with two members who write to each other; the ports of its processes."""
    scratch = tmp_path_factory.mktemp("cluster")
    # The database's user must be able to enter.
    for folder in (scratch, *scratch.parents[:2]):
        folder.chmod(0o755)
    port = free_port(more=1)  # the second edge takes the next
    environment = {**os.environ, "TMTP_SCRATCH": str(scratch), "TMTP_PORT": str(port), "TMTP_PROFILE": str(scratch / "members"),
                   "TMTPD_CONTROL__OPERATOR_KEY": KEY}
    script = DEPLOY / "cluster.sh"
    up = subprocess.run([script, "up"], env=environment, capture_output=True, text=True)
    assert up.returncode == 0, up.stdout + up.stderr
    pids = {file.stem: file.read_text().split()[0] for file in scratch.glob("*.pid")}
    try:
        said = up.stdout.splitlines()
        assert said[-1] == "ready", "the last word: from here on it serves"
        assert all(any(str(edge) in line for line in said) for edge in (port, port + 1)), "where the edges are"
        assert {"edge1", "edge2", "delivery1", "delivery2", "control"} <= pids.keys()
        talk(environment, port)
        subprocess.run([TMTPD, "backup", "create", "--config", scratch / "control.toml", "--out", scratch / "backup"],
                       env=environment, capture_output=True, check=True)
        yield dict(line.split() for line in (scratch / "ports").read_text().splitlines())
    finally:
        subprocess.run([script, "clean"], env=environment, capture_output=True, check=True)
        left = {name for name, pid in pids.items() if runs(pid)}
        assert not left, f"still there after the end: {left}"


def runs(pid):
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2]
    except FileNotFoundError:
        return False
    return not state.startswith("Z")


def talk(environment, port):
    def tmtp(*words):
        done = subprocess.run([TMTPD.parent / "tmtp", *words], env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    for name, edge in (("alice", port), ("bob", port + 1), ("carol", port)):
        tmtp("register", "--account", name, "--site", f"=127.0.0.1:{edge}", "--alias", f"{name} of the test")
    listener = subprocess.Popen([TMTPD.parent / "tmtp", "listen", "--account", "bob", "--count", "2", "--timeout", "30"],
                                env=environment, stdout=subprocess.DEVNULL)
    tmtp("ping", "--account", "alice", "--to", "bob of the test", "hello")
    tmtp("ping", "--account", "alice", "--to", "bob of the test", "again")
    assert listener.wait(timeout=40) == 0
    tmtp("ping", "--account", "alice", "--to", "carol of the test", "waits for her")


@pytest.fixture(scope="module")
def prometheus(cluster, tmp_path_factory):
    """A Prometheus that looks at the cluster as compose's does; its address."""
    folder = tmp_path_factory.mktemp("prometheus")
    shutil.copy(FILES / "alerts.yaml", folder)
    roles = {name: name.rstrip("12") for name in cluster if name.rstrip("12") in ("edge", "delivery", "control")}
    targets = {"tmtp": [{"targets": [f"127.0.0.1:{cluster[name]}"], "labels": {"role": role}} for name, role in roles.items()],
               # As of two control pods: what each of them tells is the same, and counts once.
               "tmtp-sites": [{"targets": [f"{host}:{cluster['api']}" for host in ("127.0.0.1", "localhost")]}]}
    jobs = [{key: value for key, value in job.items() if not key.endswith("_configs")} | {"static_configs": targets[job["job_name"]]}
            for job in COMPOSE["scrape_configs"]]
    settings = {"global": {"scrape_interval": "500ms", "evaluation_interval": "1s"}, "rule_files": ["alerts.yaml"],
                "scrape_configs": jobs}
    (folder / "prometheus.yml").write_text(yaml.safe_dump(settings))
    address = f"127.0.0.1:{free_port()}"
    with open(folder / "log", "w") as log:
        process = subprocess.Popen(["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
                                    f"--web.listen-address={address}"], stdout=log, stderr=log)
    try:
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


def ask(address, path, **words):
    with urllib.request.urlopen(f"http://{address}/api/v1/{path}?{urllib.parse.urlencode(words)}", timeout=10) as answer:
        return json.load(answer)["data"]


def known(address):
    try:
        return set(ask(address, "label/__name__/values"))
    except OSError:
        return set()


def test_a_real_prometheus_sees_every_metric_that_boards_and_rules_name(prometheus):
    expressions = [target["expr"] for target in TARGETS] + [rule["expr"] for rule in RULES]
    names = {name for expression in expressions for name in METRIC.findall(expression)}
    assert len(names) > 40
    wait_for(lambda: names - known(prometheus))


def test_a_real_prometheus_sees_every_metric_of_the_catalogue(prometheus):
    section = (DEPLOY.parent / "README.md").read_text().split("\n## Metrics\n")[1].split("\n## ")[0]
    rows = "".join(line.split("|")[1] for line in section.splitlines() if line.startswith("|"))
    # A name that ends in an underscore is a family, at an address of its own.
    names = set(re.findall(r"`(tmtp_\w*[a-z])\b", rows)) - ELSEWHERE
    assert len(names) > 50

    def missing():
        found = known(prometheus)
        return {name for name in names if name not in found and f"{name}_bucket" not in found}

    wait_for(missing)


@pytest.mark.parametrize("role", ["edge", "delivery", "control"])
def test_what_a_process_tells_follows_prometheus_rules_and_names_the_programs_commit(cluster, role):
    port = next(port for name, port in cluster.items() if name.rstrip("12") == role)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True)
    # What each one means is told by README.md.
    complaints = [line for line in (done.stdout + done.stderr).splitlines() if not line.endswith(" no help text")]
    assert done.returncode in (0, 3) and not complaints, complaints
    told = subprocess.run([TMTPD, "--version"], capture_output=True, text=True).stdout
    commit = re.search(r"commit (\w+)", told).group(1)
    assert re.search(rf'^tmtp_build_info{{[^}}]*commit="{commit}"', text, re.MULTILINE)


def test_every_panel_shows_something_and_its_legend_names_labels_that_are_there(prometheus):
    def empty():
        return [target["expr"] for target in TARGETS if not series(prometheus, target)]

    # Shares of nothing are nothing; what failed nobody has seen yet.
    allowed = [target["expr"] for target in TARGETS if '!="ok"' in target["expr"]]
    wait_for(lambda: set(empty()) - set(allowed))
    for target in TARGETS:
        wanted = set(re.findall(r"{{(\w+)}}", target["legendFormat"]))
        for one in series(prometheus, target):
            assert wanted <= set(one["metric"]), target


def test_the_board_of_one_site_counts_it_once_however_many_control_pods_tell_of_it(prometheus):
    panels = {panel["title"]: panel for panel in BOARDS["site.json"]["panels"] if panel["type"] != "row"}
    wait_for(lambda: [] if len(ask(prometheus, "query", query="tmtp_site_members")["result"]) == 2 else ["a second target"])
    for panel in panels.values():
        for target in panel["targets"]:
            assert len(series(prometheus, target)) == 1, target
    members = next(target for target in TARGETS if target["expr"].startswith("sum(max by (site, host) (tmtp_site_members"))
    assert [one["value"][1] for one in series(prometheus, members)] == ["3"]


def adapter_rule():
    """The rule for prometheus-adapter that the runbooks give."""
    section = (DEPLOY / "README.md").read_text().split("\n### Scaling edges by their links\n")[1].split("\n### ")[0]
    return yaml.safe_load("\n".join(line for line in section.splitlines() if line.startswith("    ")))[0]


def test_edges_are_scaled_by_a_metric_that_they_have_as_the_adapters_rule_asks_for_it(prometheus):
    rule = adapter_rule()
    scaler = chart.one("full-values.yaml", "HorizontalPodAutoscaler", "-edge")["spec"]["metrics"][0]["pods"]
    assert scaler["metric"]["name"] == rule["name"]["as"]
    # Those two labels come with Kubernetes: here an edge is told by its address.
    found = rule["seriesQuery"].replace(',namespace!="",pod!=""', "")
    name = found.partition("{")[0]
    wanted = {"<<.Series>>": name, "<<.LabelMatchers>>": 'job="tmtp"', "<<.GroupBy>>": "instance"}
    query = rule["metricsQuery"]
    for word, value in wanted.items():
        query = query.replace(word, value)

    def links():
        return {one["metric"]["instance"]: float(one["value"][1]) for one in ask(prometheus, "query", query=query)["result"]}

    wait_for(lambda: [] if len(links()) == 2 else links())
    states = ask(prometheus, "query", query=found)["result"]
    assert {one["metric"]["state"] for one in states} == {"arriving", "session"}
    assert set(links()) == {one["metric"]["instance"] for one in states}, "all edges, and nothing else"


def test_the_way_into_the_console_that_the_compose_file_tells_is_one(cluster):
    words = re.search(r"exec control tmtpd (admin .*)", (DEPLOY / "compose.yaml").read_text()).group(1).split()
    variables = {**os.environ, "TMTP_ADMIN_SERVER": f"http://127.0.0.1:{cluster['api']}", "TMTP_ADMIN_KEY": KEY}
    done = subprocess.run([TMTPD, *words], env=variables, capture_output=True, text=True)
    assert done.returncode == 0 and "http://" in done.stdout, done.stdout + done.stderr


def series(address, target):
    return ask(address, "query", query=target["expr"].replace("$__rate_interval", "1m").replace("$host", ".+"))["result"]


def test_rules_can_be_evaluated_and_a_sound_cluster_raises_no_alarm(prometheus):
    def unknown():
        rules = [rule for group in ask(prometheus, "rules")["groups"] for rule in group["rules"]]
        return [rule["name"] for rule in rules if rule["health"] != "ok"] if len(rules) == len(RULES) else ["rules"]

    def alarms():
        return [alert["labels"]["alertname"] for alert in ask(prometheus, "alerts")["alerts"]]

    wait_for(unknown)
    # Before the first scrape nobody seems to be there: such an alarm is pending, and goes.
    wait_for(alarms)
