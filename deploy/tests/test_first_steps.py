"""What a newcomer does: `make dev`, and the conversation that the README shows."""

import os
import pathlib
import re
import signal
import socket
import subprocess

import pytest
from ports import free_port

ROOT = pathlib.Path(__file__).parents[2]
TMTPD = pathlib.Path(os.environ["TMTPD_BIN"])
# Nothing here takes longer, also on a busy machine.
LIMIT = 120


class Demo:
    """`make dev`, and what it said until it waits."""

    def __init__(self, folder):
        self.port = free_port()
        addresses = [f"--{name}-addr=127.0.0.1:{port}" for name, port in
                     [("tmtp", self.port), ("http", free_port()), ("api", free_port())]]
        self.process = subprocess.Popen(
            [ROOT / "deploy/dev.sh", "--data", folder / "data", *addresses], text=True, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, start_new_session=True, env={**os.environ, "TMTPD_BIN": str(TMTPD)})
        self.said = ""
        for line in self.process.stdout:
            self.said += line
            if "The server runs at" in line:
                break

    def interrupt(self):
        """What Ctrl-C does: every process of the terminal hears it."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(LIMIT)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    demo = Demo(tmp_path_factory.mktemp("demo"))
    yield demo
    if demo.process.poll() is None:
        os.killpg(demo.process.pid, signal.SIGKILL)


def test_make_dev_shows_two_members_exchanging_messages_and_serves_on(demo):
    told, _, seen = demo.said.partition("Alice sees at once")
    assert "Hello Bob, it is Alice" in told.partition("Bob comes back")[2], demo.said
    assert "Hello Alice" in seen and "At noon, the usual place?" in seen, demo.said
    assert demo.process.poll() is None


def test_the_readmes_conversation_in_six_commands_goes_as_it_says(demo, tmp_path):
    section = (ROOT / "README.md").read_text().split("## A conversation in six commands")[1].split("\n## ")[0]
    commands = re.findall(r"^    (tmtp .+)$", section, re.MULTILINE)
    assert len(commands) == 6
    environment = {**os.environ, "PATH": f"{TMTPD.parent}:{os.environ['PATH']}", "TMTP_PROFILE": str(tmp_path / "profile")}
    said = []
    for command in commands:
        here = command.replace("=127.0.0.1:7443", f"=127.0.0.1:{demo.port}")
        done = subprocess.run(["bash", "-c", here], capture_output=True, text=True, env=environment, timeout=LIMIT)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        said.append(done.stdout)
    assert "Hello Bob, it is Alice" in said[3] and "Lunch at noon?" in said[5], said


def test_ctrl_c_ends_all_of_it(demo):
    assert demo.interrupt() == 130
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", demo.port), 5)
