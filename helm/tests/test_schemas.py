"""Kubernetes would take the manifests: three versions of its own kinds, and the custom ones.

Those are checked twice: by the rules of their own projects, which say what a value may be and take any key; and by the
files in `schemas/`, which name each key that the chart uses and refuse every other.
"""

import copy
import json
import os
import pathlib
import re
import subprocess

import chart
import jsonschema
import kubernetes_validate
import pytest

SCHEMAS = {path.stem: json.loads(path.read_text()) for path in (pathlib.Path(__file__).parent / "schemas").glob("*.json")}


def is_custom(manifest):
    group = manifest["apiVersion"].rpartition("/")[0]
    return "." in group and not group.endswith(".k8s.io") or group == "gateway.networking.k8s.io"


@pytest.mark.parametrize("release", ["1.31", "1.34", "1.37"])
def test_kubernetes_takes_its_own_kinds(values, release):
    for each in chart.manifests(values):
        if not is_custom(each):
            kubernetes_validate.validate(each, release, strict=True)


def test_custom_kinds_follow_their_schemas(values):
    for each in filter(is_custom, chart.manifests(values)):
        jsonschema.validate(each, SCHEMAS[each["kind"]], cls=jsonschema.Draft202012Validator)


CRDS = pathlib.Path(os.environ["TMTP_CRDS"])
PACKAGES = {"cert-manager.io": "cert-manager", "gateway.networking.k8s.io": "gateway-api", "monitoring.coreos.com": "prometheus-operator"}


def complaints(objects):
    """What the projects that define them have to say of custom objects: a text for each, or None."""
    words = ["node", pathlib.Path(__file__).with_name("crds.mjs"), CRDS]
    return json.loads(subprocess.run(words, input=json.dumps(objects), capture_output=True, text=True, check=True).stdout)


def test_custom_kinds_are_what_their_own_projects_take(values):
    assert [said for said in complaints([each for each in chart.manifests(values) if is_custom(each)]) if said] == []


@pytest.mark.parametrize("kind, name, path, value", [
    ("ServiceMonitor", "-sites", ("endpoints", 0, "interval"), "soon"),
    ("ServiceMonitor", "-sites", ("endpoints", 0, "authorization", "credentials"), "a key"),
    ("PrometheusRule", "", ("groups", 0, "name"), None), ("Certificate", "-delivery-internal", ("issuerRef",), None),
    ("Certificate", "-delivery-internal", ("dnsNames",), "one"), ("Issuer", "-internal", ("ca",), {}),
    ("HTTPRoute", "-control", ("rules", 0, "backendRefs", 0, "port"), 70000),
])
def test_their_own_projects_refuse_what_is_wrong(kind, name, path, value):
    broken = copy.deepcopy(chart.one("full-values.yaml", kind, name if kind != "PrometheusRule" else "tmtp-hosting"))
    place = broken["spec"]
    for key in path[:-1]:
        place = place[key]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    assert complaints([broken])[0]


def keys(schema):
    for key, value in schema.get("properties", {}).items():
        yield key
        yield from keys(value)
    if isinstance(schema.get("items"), dict):
        yield from keys(schema["items"])


@pytest.mark.parametrize("kind", sorted(SCHEMAS))
def test_every_key_of_our_schemas_is_one_of_their_own_projects(kind):
    spec = SCHEMAS[kind]["properties"]["spec"]
    group, _, version = SCHEMAS[kind]["properties"]["apiVersion"]["const"].rpartition("/")
    modules = CRDS / "node_modules"
    folders = [modules / "@kubernetes-models" / PACKAGES[group] / group / version, *modules.glob("@kubernetes-models/cert-manager/*/*/"),
               modules / "@kubernetes-models/apimachinery/apis/meta/v1", modules / "kubernetes-models/v1"]
    declared = {name for folder in folders for path in folder.glob("*.d.ts")
                for name in re.findall(r'^ +"(\w+)"\??:', path.read_text(), re.MULTILINE)}
    assert set(keys(spec)) - declared == set()


def test_every_custom_kind_is_rendered_somewhere():
    kinds = {each["kind"] for values in chart.VALUES for each in chart.manifests(values) if is_custom(each)}
    assert kinds == set(SCHEMAS)
