"""The chart, rendered."""

import functools
import os
import pathlib
import subprocess

import yaml

CHART = pathlib.Path(__file__).parent.parent / "tmtp-hosting"
TOOLS = pathlib.Path(os.environ["TMTP_TOOLS"])
HELMS = ["helm-3", "helm-4"]
VALUES = sorted(path.name for path in (CHART / "ci").glob("*-values.yaml"))
RELEASE, NAMESPACE = "tmtp", "messages"


def helm(version, *arguments, **options):
    """Runs Helm; it must not find anybody's settings or plugins."""
    nowhere = {"HELM_CONFIG_HOME": "/nonexistent", "HELM_DATA_HOME": "/nonexistent", "HELM_CACHE_HOME": "/nonexistent"}
    return subprocess.run(
        [TOOLS / version, *arguments], env={**os.environ, **nowhere}, capture_output=True, text=True, **options
    )


def template(version, values, *settings, expect_failure=False):
    """What `helm template` prints for a file of ci/, as text."""
    extra = [word for setting in settings for word in ("--set-json", setting)]
    done = helm(version, "template", RELEASE, CHART, "-n", NAMESPACE, "-f", CHART / "ci" / values, *extra)
    if expect_failure:
        assert done.returncode != 0, f"Helm takes {settings}"
        return done.stderr
    assert done.returncode == 0, done.stderr
    return done.stdout


@functools.cache
def manifests(values, *settings, version="helm-4"):
    """The manifests for a file of ci/, parsed."""
    return [each for each in yaml.safe_load_all(template(version, values, *settings)) if each]


def of_kind(values, *kinds, settings=()):
    return [each for each in manifests(values, *settings) if each["kind"] in kinds]


def one(values, kind, name, settings=()):
    """The one manifest of this kind whose name ends so."""
    found = [each for each in of_kind(values, kind, settings=settings) if each["metadata"]["name"].endswith(name)]
    assert len(found) == 1, f"{kind} {name}: {len(found)} found"
    return found[0]


def pods(values):
    """Every pod that comes of the manifests: its owner's name, labels and spec."""
    for each in manifests(values):
        name = f"{each['kind']} {each['metadata']['name']}"
        if each["kind"] == "Pod":
            yield name, each["metadata"]["labels"], each["spec"]
        elif each["kind"] in ("Deployment", "Job", "CronJob"):
            template = each["spec"].get("jobTemplate", each)["spec"]["template"]
            yield name, template["metadata"]["labels"], template["spec"]


def containers(values):
    """Every container: a name to tell it by, whether it serves, and itself."""
    for name, _, spec in pods(values):
        for container in spec.get("initContainers", []):
            yield f"{name}/{container['name']}", False, container
        for container in spec["containers"]:
            yield f"{name}/{container['name']}", name.startswith("Deployment"), container


def is_hook(manifest):
    return "helm.sh/hook" in manifest["metadata"].get("annotations", {})
