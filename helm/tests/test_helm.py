"""Both Helms take the chart, and refuse what is wrong."""

import chart
import pytest


def test_lint_finds_nothing(version, values):
    done = chart.helm(version, "lint", "--strict", chart.CHART, "-f", chart.CHART / "ci" / values)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stdout, done.stdout


def test_both_helms_make_the_same(values):
    assert chart.manifests(values, version="helm-3") == chart.manifests(values, version="helm-4")


def test_nothing_comes_twice(values):
    names = [(each["kind"], each["metadata"]["name"]) for each in chart.manifests(values)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    "key",
    ["unknown", "edge.unknown", "edge.drain.unknown", "delivery.unknown", "control.ingress.unknown", "settings.unknown",
     "settings.edge.unknown", "settings.delivery.limits.unknown", "networkPolicy.redis.unknown", "tests.unknown",
     "database.ca.unknown", "edge.resources.unknown", "monitoring.dashboards.unknown"],
)
def test_an_unknown_key_is_refused_by_name(version, key):
    said = chart.template(version, "min-values.yaml", f"{key}=1", expect_failure=True)
    assert "unknown" in said, said


@pytest.mark.parametrize("key", ["edge.drain_per_second", "edge.links_max", "edge.listen", "store.url", "bus.urls",
                                 "shutdown.deadline_seconds", "http.listen", "delivery.listen"])
def test_settings_that_the_chart_works_out_are_refused(version, key):
    chart.template(version, "min-values.yaml", f"settings.{key}=1", expect_failure=True)


@pytest.mark.parametrize(
    "setting, word",
    [('image.repository=""', "image.repository"), ('database.existingSecret=""', "database.existingSecret"),
     ('redis.existingSecret=""', "redis.existingSecret"), ("edge.certificates=[]", "edge.certificates"),
     ('edge.certificates=[{"host":"a.example"}]', "a.example"), ('redis.mode="sentinel"', "redis.master"),
     ('bodies.kind="s3"', "bodies.s3.bucket"), ('internalTls.mode="existingSecret"', "internalTls.existingSecret"),
     ("edge.drain.sessionsPerSecond=1", "edge.drain.sessionsPerSecond"),
     ('edge.autoscaling={"enabled":true,"targetLinks":30000}', "targetLinks"),
     ('edge.certificates=[{"host":"a","existingSecret":"b"},{"host":"A","existingSecret":"c"}]', "twice"),
     ('monitoring.siteMonitor={"enabled":true,"existingSecret":"a"}', "organizations"),
     ('monitoring.siteMonitor={"enabled":true,"organizations":[1]}', "siteMonitor.existingSecret"),
     ('monitoring.prometheusRule={"enabled":true}', "prometheusRule.runbookUrl"),
     ('monitoring.prometheusRule={"enabled":true,"runbookUrl":"deploy/README.md"}', "runbookUrl"),
     ('control.ingress={"enabled":true,"hosts":["a.example"]}', "networkPolicy.controlFrom"),
     ('control.httpRoute={"enabled":true,"parentRefs":[{"name":"a"}]}', "networkPolicy.controlFrom"),
     ('database.shards=[{"name":"main","existingSecret":"a"}]', "shards"),
     ('database.shards=[{"name":"a__b","existingSecret":"a"}]', "shards")],
)
def test_what_is_missing_or_cannot_be_is_named(version, setting, word):
    assert word in chart.template(version, "min-values.yaml", setting, expect_failure=True)


def test_backups_of_one_database_are_refused_where_there_are_several(version):
    settings = ['database.shards=[{"name":"east","existingSecret":"a"}]', 'backup={"enabled":true,"existingClaim":"b"}']
    assert "backup.enabled" in chart.template(version, "min-values.yaml", *settings, expect_failure=True)


def test_the_versions_are_those_of_the_program():
    text = (chart.CHART / "Chart.yaml").read_text()
    manifest = (chart.CHART.parent.parent / "Cargo.toml").read_text()
    program = manifest.split("[workspace.package]")[1].split('version = "')[1].split('"')[0]
    assert f"appVersion: {program}\n" in text


def notes(values):
    """What Helm prints at the end of an install; Helm 3 asks a cluster even when it only pretends."""
    words = ["install", chart.RELEASE, chart.CHART, "-n", chart.NAMESPACE, "--dry-run=client", "-f", chart.CHART / "ci" / values]
    done = chart.helm("helm-4", *words)
    assert done.returncode == 0, done.stderr
    return done.stdout.split("\nNOTES:\n")[1]


def test_notes_tell_the_address_the_idle_time_out_and_how_to_see_that_all_is_encrypted():
    said = notes("min-values.yaml")
    assert "+tmtp.acme.example:7443" in said and "time-out to 210 s" in said
    assert "tmtpd doctor --role control" in said
    assert "WARNING" not in said


def test_notes_warn_of_what_is_not_encrypted_or_open():
    said = notes("plain-values.yaml")
    for what in ("database.sslMode", "redis.requireTls", "internalTls.mode", "no network policies"):
        assert what in said, said
