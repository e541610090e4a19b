"""Kubernetes would take the manifests: three versions of its own kinds, and the custom ones."""

import json
import pathlib

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


def test_every_custom_kind_is_rendered_somewhere():
    kinds = {each["kind"] for values in chart.VALUES for each in chart.manifests(values) if is_custom(each)}
    assert kinds == set(SCHEMAS)
