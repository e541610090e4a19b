"""The image's contents, the Debian package and the systemd unit."""

import configparser
import json
import os
import pathlib
import re
import subprocess
import tomllib

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


def should_mount():
    """With the right to, or where nobody would notice that nothing was checked."""
    rights = int(re.search(r"^CapEff:\s*(\w+)", pathlib.Path("/proc/self/status").read_text(), re.MULTILINE).group(1), 16)
    return bool(os.environ.get("CI")) or bool(rights & 1 << 21)


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """The image's contents, with the programs of a development build."""
    root = tmp_path_factory.mktemp("image") / "root"
    run(DEPLOY / "image-root.sh", TMTPD.parent, root)
    return root


@pytest.mark.skipif(not may_mount() and not should_mount(), reason="no right to make namespaces here")
def test_the_images_contents_run_with_nothing_else_there(image):
    # The user of the image must be able to enter.
    for folder in list(image.parents)[:3]:
        folder.chmod(0o755)
    said = run(DEPLOY / "image.sh", "check", image)
    assert "a message went through" in said
    told = run(TMTPD, "--version").strip()
    assert re.fullmatch(r"tmtpd \d+\.\d+\.\d+ \(commit \w+\)", told) and told in said


@pytest.mark.parametrize("commit, octets, complaint", [("abc", 0, ""), ("", 0, "which commit"), ("def", 0, "another commit"), ("abc", 70_000_000, "more than")])
def test_an_image_for_release_is_small_and_tells_its_commit(tmp_path, commit, octets, complaint):
    programs = tmp_path / "usr/local/bin"
    programs.mkdir(parents=True)
    for name in ("tmtpd", "tmtp"):
        (programs / name).write_text(f"#!/bin/sh\necho '{name} 0.1.0 (commit abc)'\n")
        (programs / name).chmod(0o755)
    with open(tmp_path / "large", "wb") as file:
        file.truncate(octets)
    variables = {**os.environ, "TMTP_COMMIT": commit}
    done = subprocess.run([DEPLOY / "image.sh", "judge", tmp_path], env=variables, capture_output=True, text=True)
    assert (done.returncode == 0) == (not complaint) and complaint in done.stderr, done.stderr


def sbom(root):
    return json.loads((root / "usr/share/doc/tmtp-hosting/sbom.cdx.json").read_text())


def test_the_list_of_what_we_are_made_of_agrees_with_the_lock_file(package):
    lock = tomllib.loads((DEPLOY.parent / "Cargo.lock").read_text())["package"]
    checksums = {(each["name"], each["version"]): each.get("checksum") for each in lock}
    made = sbom(package)
    for each in made["components"]:
        assert (each["name"], each["version"]) in checksums, each
        if "purl" in each:
            assert each["purl"] == f"pkg:cargo/{each['name']}@{each['version']}"
            assert each["hashes"][0]["content"] == checksums[each["name"], each["version"]]
            assert each["licenses"], each
    # All that the programs are made of, whatever a feature leaves out.
    needs = {(each["name"], each["version"]): each.get("dependencies", []) for each in lock}
    names = {each["name"] for each in made["components"]}
    assert {"tmtpd", "tmtp-client", "tmtp-wire", "tokio", "rustls"} <= names and not {"tmtp-testkit", "tmtp-loadtest"} & names
    version = next(version for name, version in needs if name == "tmtpd")
    own = {need for need in needs["tmtpd", version] if need.startswith("tmtp-")} - {"tmtp-testkit"}
    assert own and own <= names
    refs = {each["bom-ref"] for each in made["components"]} | {"tmtp-hosting"}
    assert {each["ref"] for each in made["dependencies"]} == refs
    assert {to for each in made["dependencies"] for to in each["dependsOn"]} <= refs


def test_the_images_list_has_every_library_that_is_in_it(image, package):
    system = [each for each in sbom(image)["components"] if each.get("purl", "").startswith("pkg:deb/")]
    assert {"libc6", "ca-certificates"} <= {each["name"] for each in system}
    assert all(each["version"] for each in system)
    libraries = [path for path in image.rglob("*.so*")]
    owned = {line.split(":")[0] for path in libraries for line in run("dpkg-query", "--search", f"*/{path.name}").splitlines()}
    assert libraries and {each["name"] for each in system} - {"ca-certificates"} <= owned
    crates = [each for each in sbom(image)["components"] if each not in system]
    ours = sbom(package)["components"]
    assert [each for each in crates if each in ours] == ours, "all of the package, and what the load test takes besides"
    assert "tmtp-loadtest" in {each["name"] for each in crates if each not in ours}


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


def test_systemd_waits_for_the_longest_drain_that_can_be_set():
    wait = int(unit()["Service"]["TimeoutStopSec"].rstrip("s"))

    def refusal(deadline):
        variables = {"PATH": os.environ["PATH"], "TMTPD_SHUTDOWN__DEADLINE_SECONDS": str(deadline)}
        words = [TMTPD, "check-config", "--role", "control"]
        return "shutdown.deadline_seconds" in subprocess.run(words, env=variables, capture_output=True, text=True).stderr

    assert refusal(wait - 10) and not refusal(3600)


def test_roles_that_share_a_machine_have_ports_of_their_own():
    files = re.findall(r"^EnvironmentFile=-(.+)$", UNIT.read_text(), re.MULTILINE)
    assert files == ["/etc/tmtp/environment", "/etc/tmtp/environment.%i"], "the later one wins"
    section = (DEPLOY / "README.md").read_text().split("\n## Without Kubernetes\n")[1].split("\n## ")[0]
    name, _, address = re.search(r"`(TMTPD_HTTP__LISTEN=.+?)`", section).group(1).partition("=")
    addresses = re.findall(r"127\.0\.0\.1:\d+", section)
    assert address in addresses and len(addresses) == len(set(addresses)) == 3
    assert tomllib.loads((DEPLOY / "debian/tmtpd.toml").read_text())["http"]["listen"] in addresses

    def refusal(value):
        variables = {"PATH": os.environ["PATH"], name: value}
        words = [TMTPD, "check-config", "--role", "control"]
        return "http.listen" in subprocess.run(words, env=variables, capture_output=True, text=True).stderr

    assert refusal("nowhere") and not refusal(address)


class Machine:
    """Runs the package's scripts where all that they call is noted, and nothing done."""

    def __init__(self, folder, package):
        self.folder, self.package = folder, package
        (folder / "bin").mkdir()
        (folder / "system").mkdir()
        for name in ("systemctl", "getent", "useradd", "install"):
            stub = folder / "bin" / name
            # Of systemctl's questions only the one for a role that runs is answered with yes.
            stub.write_text(f"""#!/bin/sh
echo "{name} $*" >>{folder}/calls
case "$*" in "--quiet is-active tmtpd@"*) role=${{3#tmtpd@}}; grep -qx "${{role%.service}}" {folder}/roles ;; esac
""")
            stub.chmod(0o755)

    def run(self, script, *words, roles=()):
        text = (self.package / "DEBIAN" / script).read_text().replace("/run/systemd/system", f"{self.folder}/system")
        (self.folder / script).write_text(text)
        (self.folder / "roles").write_text("".join(f"{role}\n" for role in roles))
        (self.folder / "calls").write_text("")
        said = run("sh", self.folder / script, *words, env={"PATH": f"{self.folder}/bin:{os.environ['PATH']}"})
        return (self.folder / "calls").read_text().splitlines(), said


@pytest.fixture
def machine(tmp_path, package):
    return Machine(tmp_path, package)


def changes(calls):
    """What was asked of systemd but for questions."""
    return [call.removeprefix("systemctl ") for call in calls if call.startswith("systemctl ") and "is-active" not in call]


def test_an_upgrade_restarts_what_is_alone_and_leaves_the_rest_to_people(machine):
    calls, said = machine.run("postinst", "configure", "0.0.9", roles=["delivery", "edge"])
    assert changes(calls) == ["daemon-reload", "try-restart tmtpd@standalone.service"]
    assert "former program: delivery edge." in said and "operating.md" in said
    assert not any(call.startswith("useradd") for call in calls), "the user is there"


@pytest.mark.parametrize("version, roles", [("", []), ("", ["edge"]), ("0.0.9", []), ("0.0.9", ["standalone"])])
def test_nothing_is_said_where_nothing_is_to_be_done(machine, version, roles):
    assert machine.run("postinst", "configure", version, roles=roles)[1] == ""


def test_other_steps_of_dpkg_change_nothing(machine):
    for script, word in (("postinst", "abort-upgrade"), ("prerm", "upgrade")):
        assert machine.run(script, word, "0.0.9", roles=["edge"]) == ([], "")


def test_a_package_that_goes_stops_edges_before_what_they_tell_their_acks(machine):
    calls, _ = machine.run("prerm", "remove")
    assert changes(calls) == ["stop tmtpd@edge.service", "stop tmtpd@*"]


def test_what_the_package_says_of_an_upgrade_is_in_its_runbook(package):
    runbook = (package / "usr/share/doc/tmtp-hosting/operating.md").read_text()
    section = runbook.split("\n## Upgrade and rollback\n")[1].split("\n## ")[0]
    steps = [line for line in section.splitlines() if line.startswith("    ")]
    order = [next(at for at, line in enumerate(steps) if word in line)
             for word in ("apt install", "tmtpd migrate", "tmtpd@delivery", "tmtpd@edge", "tmtpd@control")]
    assert order == sorted(order), steps


@pytest.mark.parametrize("role", ROLES)
def test_systemd_takes_the_unit_and_finds_it_hardened(role, tmp_path):
    made = tmp_path / f"tmtpd@{role}.service"
    made.write_text(UNIT.read_text().replace("/usr/bin/tmtpd", str(TMTPD)))
    done = subprocess.run(["systemd-analyze", "verify", made], capture_output=True, text=True)
    assert done.returncode == 0 and "tmtpd@" not in done.stderr, done.stderr
    exposure = run("systemd-analyze", "security", "--offline=true", made)
    assert float(re.search(r"Overall exposure level .*: ([0-9.]+)", exposure).group(1)) <= 2.0
