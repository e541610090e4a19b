"""`tmtpd standalone` behind a host name in five commands, as the README gives them, from the unpacked package."""

import configparser
import os
import pathlib
import shlex
import shutil
import sqlite3
import subprocess
import time

import pytest
from ports import free_port, is_ready

RUNBOOKS = (pathlib.Path(__file__).parent.parent / "README.md").read_text()
# A name that leads to this machine in place of one in DNS.
HOST = "tmtp.localhost"


def commands():
    """The five, without what only a real system has: another user, and rights."""
    section = RUNBOOKS.split("\n## Without Kubernetes\n")[1].split("\n## ")[0]
    lines = [line.strip() for line in section.splitlines() if line.startswith("    ")]
    assert len(lines) == 5
    return [line.removeprefix("sudo -u tmtp ").removeprefix("sudo ") for line in lines]


class Machine:
    """The unpacked package, with paths and ports of the test."""

    def __init__(self, folder):
        self.folder, self.tmtp, self.http = folder, free_port(), free_port()
        self.process = None

    def moved(self, text):
        found = text.replace("tmtp.acme.example:7443", f"{HOST}:{self.tmtp}").replace("tmtp.acme.example", HOST)
        for path in ("/var/lib/tmtp", "/etc/tmtp", "/usr/bin"):
            found = found.replace(path, f"{self.folder}{path}")
        return found

    def run(self, line, **variables):
        path = f"{self.folder}/usr/bin:{os.environ['PATH']}"
        environment = {"PATH": path, "TMTP_PROFILE": f"{self.folder}/members", **variables}
        done = subprocess.run(shlex.split(self.moved(line)), env=environment, capture_output=True, text=True)
        assert done.returncode == 0, f"{line}: {done.stdout}{done.stderr}"
        return done.stdout

    def install(self, package):
        for name in ("etc", "lib"):
            shutil.copytree(package / name, self.folder / name)
        (self.folder / "usr").mkdir()
        (self.folder / "usr/bin").symlink_to(package / "usr/bin")
        # What the package's script makes.
        (self.folder / "var/lib/tmtp/bodies").mkdir(parents=True)
        settings = self.folder / "etc/tmtp/tmtpd.toml"
        text = settings.read_text()
        assert '"0.0.0.0:7443", "[::]:7443"' in text and "127.0.0.1:8080" in text
        text = text.replace('"0.0.0.0:7443", "[::]:7443"', f'"127.0.0.1:{self.tmtp}"').replace("127.0.0.1:8080", f"127.0.0.1:{self.http}")
        settings.write_text(self.moved(text))

    def start(self, role):
        """What systemd would do, as far as it is a matter of the program."""
        unit = configparser.ConfigParser(strict=False, interpolation=None, delimiters="=")
        unit.optionxform = str
        unit.read(self.folder / "lib/systemd/system/tmtpd@.service")
        service = unit["Service"]
        name, _, value = self.moved(service["Environment"]).partition("=")
        variables = {"PATH": os.environ["PATH"], name: value}
        before, words = (self.moved(service[key]).replace("%i", role).split() for key in ("ExecStartPre", "ExecStart"))
        subprocess.run(before, env=variables, check=True, capture_output=True)
        self.process = subprocess.Popen(words, env=variables, cwd=self.moved(service["WorkingDirectory"]),
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 30
        while not is_ready(self.http):
            assert self.process.poll() is None and time.monotonic() < end, "it does not get ready"
            time.sleep(0.05)

    def stop(self):
        self.process.terminate()
        assert self.process.wait(timeout=30) == 0
        self.process = None


@pytest.fixture
def machine(tmp_path):
    made = Machine(tmp_path)
    yield made
    if made.process:
        made.process.kill()
        made.process.wait()


def ticket_secrets(machine):
    with sqlite3.connect(machine.folder / "var/lib/tmtp/tmtp.sqlite") as database:
        return [row[0] for row in database.execute("SELECT value FROM secrets WHERE name = 'tls tickets'")]


def test_five_commands_make_a_site_that_members_reach_and_its_ticket_secret_can_be_rotated(machine, package):
    install, certificate, enable, site, register = commands()
    made = next(package.parent.glob("*.deb")).stem
    assert install == f"apt install ./{made.rpartition('_')[0]}_amd64.deb"
    machine.install(package)
    machine.run(certificate)
    assert enable.startswith("systemctl enable --now tmtpd@")
    machine.start(enable.rpartition("@")[2])
    machine.run(site)
    end = time.monotonic() + 30
    while True:
        # Edges hear of a new site a moment after it is made.
        try:
            machine.run(register)
            break
        except AssertionError:
            assert time.monotonic() < end
            time.sleep(0.5)
    machine.run(register.replace("Alice Ames", "Bob Bright").replace("tmtp register", "tmtp register --account bob"))
    machine.run("tmtp ping --to 'Bob Bright' 'by five commands'")
    assert "by five commands" in machine.run("tmtp listen --account bob --count 1 --timeout 30")

    # "Rotating secrets": the statement that it gives, then a restart.
    before = ticket_secrets(machine)
    statement = next(line for line in RUNBOOKS.split("`") if line.startswith("DELETE FROM secrets WHERE name = 'tls"))
    with sqlite3.connect(machine.folder / "var/lib/tmtp/tmtp.sqlite") as database:
        assert database.execute(statement).rowcount == 1
    machine.stop()
    machine.start("standalone")
    after = ticket_secrets(machine)
    assert len(before) == len(after) == 1 and before != after
    machine.run("tmtp ping --to 'Bob Bright' 'and on'")
    machine.stop()
