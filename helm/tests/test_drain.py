"""The grace period, minReadySeconds, maxSurge and the drain rate agree. Worked out here anew, from what was rendered."""

import tomllib

import chart
import pytest
import yaml

DEFAULTS = yaml.safe_load((chart.CHART / "values.yaml").read_text())["edge"]
CASES = [
    ("min-values.yaml", ()),
    ("init-values.yaml", ()),
    ("full-values.yaml", ()),
    ("min-values.yaml", ("edge.links.max=50000", "edge.drain.sessionsPerSecond=700", "edge.maxSurge=4")),
    ("min-values.yaml", ("edge.links.max=1", "edge.drain.sessionsPerSecond=1", "edge.drain.delaySeconds=60")),
    ("min-values.yaml", ("edge.links.max=200000", "edge.drain.sessionsPerSecond=5000", "edge.maxSurge=7")),
    ("min-values.yaml", ("edge.links.max=80000", "edge.drain.sessionsPerSecond=50")),
]


@pytest.fixture(params=CASES, ids=lambda case: " ".join((case[0], *case[1])))
def case(request):
    return request.param


def rendered(case):
    values, settings = case
    deployment = chart.one(values, "Deployment", "-edge", settings=settings)["spec"]
    toml = tomllib.loads(chart.one(values, "ConfigMap", "-edge", settings=settings)["data"]["tmtpd.toml"])
    return deployment, deployment["template"]["spec"], toml


def asked(case, *keys):
    """What the values of a case say."""
    values, settings = case
    for setting in settings:
        key, _, value = setting.partition("=")
        if key == "edge." + ".".join(keys):
            return int(value)
    found = yaml.safe_load((chart.CHART / "ci" / values).read_text())["edge"]
    for key in keys:
        found = found.get(key, {}) if isinstance(found, dict) else {}
    default = DEFAULTS
    for key in keys:
        default = default[key]
    return found or default if found != 0 else 0


def delay(pod):
    return pod["containers"][0].get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)


def drain_seconds(toml):
    """From the edge's own way of pausing: whole milliseconds, and up to two more than asked for."""
    pause = -(-1000 // toml["edge"]["drain_per_second"]) + 2
    return toml["edge"]["links_max"] * pause / 1000


def test_a_full_edge_drains_before_its_deadline(case):
    _, _, toml = rendered(case)
    assert drain_seconds(toml) + 10 <= toml["shutdown"]["deadline_seconds"] <= 3600


def test_kubernetes_waits_for_the_deadline(case):
    _, pod, toml = rendered(case)
    assert pod["terminationGracePeriodSeconds"] > delay(pod) + toml["shutdown"]["deadline_seconds"]


def test_no_more_sessions_are_closed_a_second_than_asked_for(case):
    deployment, _, toml = rendered(case)
    surge = deployment["strategy"]["rollingUpdate"]["maxSurge"]
    assert isinstance(surge, int) and deployment["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    assert surge == asked(case, "maxSurge")
    assert 0 < surge * toml["edge"]["drain_per_second"] <= asked(case, "drain", "sessionsPerSecond")


def test_the_next_edges_go_when_the_former_are_through(case):
    deployment, pod, toml = rendered(case)
    assert deployment["minReadySeconds"] >= drain_seconds(toml) + delay(pod)
    assert deployment["progressDeadlineSeconds"] >= deployment["minReadySeconds"] + 300


def test_the_edge_takes_as_many_links_as_were_counted_with(case):
    _, _, toml = rendered(case)
    assert toml["edge"]["links_max"] == asked(case, "links", "max")


def test_going_down_is_no_faster_than_an_upgrade(case):
    case = (case[0], (*case[1], "edge.autoscaling.enabled=true"))
    _, pod, toml = rendered(case)
    down = chart.one(case[0], "HorizontalPodAutoscaler", "-edge", settings=case[1])["spec"]["behavior"]["scaleDown"]
    for policy in down["policies"]:
        assert policy["type"] == "Pods" and 0 < policy["periodSeconds"] <= 1800
        pods_at_a_time = policy["value"] * -(-(drain_seconds(toml) + delay(pod)) // policy["periodSeconds"])
        assert pods_at_a_time * toml["edge"]["drain_per_second"] <= asked(case, "drain", "sessionsPerSecond")


def test_going_down_slower_than_kubernetes_can_be_told_is_refused():
    slow = ("edge.links.max=100000", "edge.drain.sessionsPerSecond=50")
    assert drain_seconds(rendered(("min-values.yaml", slow))[2]) > 1800
    said = chart.template("helm-4", "min-values.yaml", *slow, "edge.autoscaling.enabled=true", expect_failure=True)
    assert "edge.drain.sessionsPerSecond" in said and "edge.autoscaling" in said


@pytest.mark.parametrize("role", ["delivery", "control"])
def test_other_roles_get_time_for_their_deadline_too(role):
    pod = chart.one("min-values.yaml", "Deployment", f"-{role}")["spec"]["template"]["spec"]
    toml = tomllib.loads(chart.one("min-values.yaml", "ConfigMap", f"-{role}")["data"]["tmtpd.toml"])
    assert pod["terminationGracePeriodSeconds"] > toml["shutdown"]["deadline_seconds"]


def test_a_drain_of_hours_is_refused():
    said = chart.template("helm-4", "min-values.yaml", "edge.links.max=900000", expect_failure=True)
    assert "sessionsPerSecond" in said
