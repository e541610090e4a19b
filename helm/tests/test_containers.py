"""What every container must have."""

import re

import chart

SECRET = re.compile(r"secret|password|passwd|token|credential|api_?key|private|urls?$", re.IGNORECASE)
URL_WITH_PASSWORD = re.compile(r"://[^/\s@]*:[^/\s@]*@")


def test_every_container_has_limits_and_requests(values):
    for name, _, container in chart.containers(values):
        for part in ("limits", "requests"):
            assert set(container["resources"][part]) >= {"cpu", "memory"}, name


def test_every_container_that_serves_has_probes(values):
    for name, serves, container in chart.containers(values):
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            assert (probe in container) == serves, f"{name} {probe}"
        if serves:
            ports = {port["name"] for port in container["ports"]}
            assert container["livenessProbe"]["httpGet"] == {"path": "/livez", "port": "http"}, name
            assert container["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "http"}, name
            assert "http" in ports, name


def test_every_container_is_restricted(values):
    for name, _, container in chart.containers(values):
        security = container["securityContext"]
        assert security["allowPrivilegeEscalation"] is False, name
        assert security["readOnlyRootFilesystem"] is True, name
        assert security["capabilities"] == {"drop": ["ALL"]}, name


def test_every_pod_is_restricted(values):
    for name, _, spec in chart.pods(values):
        security = spec["securityContext"]
        assert security["runAsNonRoot"] is True, name
        assert security["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert security.get("runAsUser", 1) > 0, name
        assert spec["automountServiceAccountToken"] is False, name
        assert spec["enableServiceLinks"] is False, name
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec), name
        assert all("hostPath" not in volume for volume in spec.get("volumes", [])), name


def test_no_secret_stands_in_an_environment(values):
    for name, _, container in chart.containers(values):
        for variable in container.get("env", []):
            literal = variable.get("value")
            assert literal is None or not SECRET.search(variable["name"]), f"{name}: {variable['name']}"
            assert literal is None or not URL_WITH_PASSWORD.search(literal), f"{name}: {variable['name']}"


def test_no_secret_stands_in_a_config_map(values):
    for each in chart.of_kind(values, "ConfigMap"):
        for key, text in each.get("data", {}).items():
            for line in text.splitlines() if key.endswith(".toml") else []:
                assert not re.match(r"(url|urls|password|username|secret_access_key|access_key_id)\b", line.strip()), line


def test_the_chart_makes_no_secret(values):
    assert chart.of_kind(values, "Secret") == []


def test_every_container_takes_the_same_image(values):
    assert len({container["image"] for _, _, container in chart.containers(values)}) == 1


def test_every_mount_has_its_volume_and_every_volume_its_mount(values):
    for name, _, spec in chart.pods(values):
        volumes = [volume["name"] for volume in spec.get("volumes", [])]
        every = spec.get("initContainers", []) + spec["containers"]
        mounted = {mount["name"] for each in every for mount in each.get("volumeMounts", [])}
        assert set(volumes) == mounted and len(volumes) == len(set(volumes)), name
