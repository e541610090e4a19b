"""The image's contents, the Debian package and the systemd unit."""

import configparser
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

DEPLOY = pathlib.Path(__file__).parent.parent
TMTPD = pathlib.Path(os.environ["TMTPD_BIN"])
UNIT = DEPLOY / "systemd/tmtpd@.service"
ROLES = ["edge", "delivery", "control", "standalone"]


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def may_mount():
    words = ["unshare", "--mount", "true"]
    return subprocess.run(words if os.geteuid() == 0 else ["sudo", "-n", *words], capture_output=True).returncode == 0


@pytest.mark.skipif(not may_mount(), reason="no right to make namespaces here")
def test_the_images_contents_run_with_nothing_else_there():
    said = run(DEPLOY / "image.sh", "check")
    assert "a message went through" in said and "tmtpd " in said


def test_the_image_has_the_labels_and_the_user_that_the_chart_counts_on():
    text = (DEPLOY / "Dockerfile").read_text()
    last = text.split("FROM scratch")[1]
    for label in ("title", "version", "revision", "licenses"):
        assert f"org.opencontainers.image.{label}=" in last
    chart = (DEPLOY.parent / "helm/tmtp-hosting/values.yaml").read_text()
    user = re.search(r"^USER (\d+):", last, re.MULTILINE).group(1)
    assert f"runAsUser: {user}" in chart
    version = re.search(r'ARG VERSION="(.*)"', last).group(1)
    assert f'version = "{version}"' in (DEPLOY.parent / "Cargo.toml").read_text()


def targets(folder):
    """What cargo would build in a folder: crates with their libraries, programs and build scripts."""
    words = ["cargo", "metadata", "--format-version", "1", "--no-deps", "--locked", "--offline"]
    found = json.loads(run(*words, cwd=folder))
    kinds = {"lib", "bin", "custom-build"}
    return {(package["name"], target["name"], kind) for package in found["packages"]
            for target in package["targets"] for kind in kinds & set(target["kind"])}


def test_the_layer_of_dependencies_knows_every_crate_and_nothing_of_its_sources(tmp_path):
    run(DEPLOY / "stubs.sh", tmp_path / "stubs")
    assert targets(tmp_path / "stubs") == targets(DEPLOY.parent)
    sizes = {path.stat().st_size for path in (tmp_path / "stubs").rglob("*.rs")}
    assert max(sizes) < 20


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """The package, unpacked."""
    folder = tmp_path_factory.mktemp("package")
    made = run(DEPLOY / "deb.sh", folder, TMTPD.parent, env={**os.environ, "DEB_ZIP": "none"}).strip()
    run("dpkg-deb", "--raw-extract", made, folder / "root")
    return folder / "root"


def test_the_package_holds_what_it_promises(package):
    for name in ("usr/bin/tmtpd", "usr/bin/tmtp", "lib/systemd/system/tmtpd@.service", "etc/tmtp/tmtpd.toml",
                 "usr/share/doc/tmtp-hosting/copyright", "usr/share/doc/tmtp-hosting/sbom.cdx.json",
                 "usr/share/bash-completion/completions/tmtp"):
        assert (package / name).stat().st_size > 0, name
    assert re.search(r"^Depends: libc6 \(>= 2\.\d+\)", (package / "DEBIAN/control").read_text(), re.MULTILINE)
    for script in ("postinst", "prerm", "postrm"):
        run("sh", "-n", package / "DEBIAN" / script)


def test_the_packages_settings_are_good_once_there_is_a_certificate(package, tmp_path):
    text = (package / "etc/tmtp/tmtpd.toml").read_text().replace("/var/lib/tmtp", str(tmp_path))
    (tmp_path / "tmtpd.toml").write_text(text)
    run(package / "usr/bin/tmtpd", "certificate", "--host", "tmtp.acme.example", "--out", tmp_path / "certificates")
    run(package / "usr/bin/tmtpd", "check-config", "--config", tmp_path / "tmtpd.toml")


def unit():
    found = configparser.ConfigParser(strict=False, interpolation=None, delimiters="=")
    found.optionxform = str
    found.read(UNIT)
    return found


def test_systemd_waits_for_a_drain():
    wait = int(unit()["Service"]["TimeoutStopSec"].rstrip("s"))
    settings = (DEPLOY.parent / "README.md").read_text()
    deadline = int(re.search(r"`shutdown.deadline_seconds` \| (\d+)", settings).group(1))
    assert wait > deadline + 10


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze here")
@pytest.mark.parametrize("role", ROLES)
def test_systemd_takes_the_unit_and_finds_it_hardened(role, tmp_path):
    made = tmp_path / f"tmtpd@{role}.service"
    made.write_text(UNIT.read_text().replace("/usr/bin/tmtpd", str(TMTPD)))
    done = subprocess.run(["systemd-analyze", "verify", made], capture_output=True, text=True)
    assert done.returncode == 0 and "tmtpd@" not in done.stderr, done.stderr
    exposure = run("systemd-analyze", "security", "--offline=true", made)
    assert float(re.search(r"Overall exposure level .*: ([0-9.]+)", exposure).group(1)) <= 2.0
