"""What a newcomer does: `make dev`, and the conversation that the README shows."""

import json
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
            stderr=subprocess.STDOUT, start_new_session=True, env={**os.environ, "TMTPD_BIN": str(TMTPD)},
            # Whoever runs us in the background may have it ignored, which shells cannot undo.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
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
        # It stops its server, which is in a group of its own.
        demo.process.terminate()
        demo.process.wait(LIMIT)


def test_make_dev_shows_two_members_exchanging_messages_and_serves_on(demo):
    told, _, seen = demo.said.partition("Alice sees at once")
    assert "Hello Bob, it is Alice" in told.partition("Bob comes back")[2], demo.said
    assert "Hello Alice" in seen and "At noon, the usual place?" in seen, demo.said
    assert demo.process.poll() is None


def environment(folder):
    """Finds our programs, and has a profile of its own."""
    path = f"{TMTPD.parent}:{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "TMTP_PROFILE": str(folder / "profile")}


def shell(command, folder):
    """What a command prints."""
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, env=environment(folder), cwd=folder,
                          timeout=LIMIT)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


def test_the_readmes_conversation_in_six_commands_goes_as_it_says(demo, tmp_path):
    section = (ROOT / "README.md").read_text().split("## A conversation in six commands")[1].split("\n## ")[0]
    commands = re.findall(r"^    (tmtp .+)$", section, re.MULTILINE)
    assert len(commands) == 6
    said = [shell(command.replace("=127.0.0.1:7443", f"=127.0.0.1:{demo.port}"), tmp_path) for command in commands]
    assert "Hello Bob, it is Alice" in said[3] and "Lunch at noon?" in said[5], said


def test_groups_files_devices_and_presence_go_by_the_command_line_too(demo, tmp_path):
    def tmtp(account, words):
        return shell(f"tmtp {words.replace(' ', f' --account {account} ', 1)}", tmp_path)

    for account, alias in (("carol", "Carol Cole"), ("dave", "Dave Dunn")):
        tmtp(account, f'register --site =127.0.0.1:{demo.port} --alias "{alias}"')
    tmtp("carol", 'ping --to "Dave Dunn" "it is Carol"')
    tmtp("dave", 'ping --to "Carol Cole" "and Dave"')
    assert "it is Carol" in tmtp("dave", "listen --once") and "and Dave" in tmtp("carol", "listen --once")

    shell('tmtp group invite --account carol project-x --to "Dave Dunn" "come in"', tmp_path)
    assert "invites Dave Dunn to the group project-x: come in" in tmtp("dave", "listen --once")
    shell("tmtp group join --account dave project-x", tmp_path)
    tmtp("dave", 'post --group project-x "hello all"')
    assert "hello all" in tmtp("carol", "listen --once")

    # Under which of two aliases somebody was invited is known to whoever saw the invitation.
    shell('tmtp alias add --account dave "David Dunn"', tmp_path)
    shell('tmtp group invite --account carol project-y --to "David Dunn" "here too"', tmp_path)
    assert "project-y" in tmtp("dave", "listen --once")
    shell("tmtp group join --account dave project-y", tmp_path)
    shell("tmtp group leave --account dave project-y", tmp_path)

    (tmp_path / "plan.bin").write_bytes(os.urandom(3_000_000))
    device = json.loads(shell("tmtp node add --account dave laptop --json", tmp_path))
    tmtp("carol", 'post --to "Dave Dunn" --subject Plans "see the file" --attach plan.bin')
    shell(f"tmtp node use --account laptop '{device['token']}'", tmp_path)
    for account in ("dave", "laptop"):
        assert "Subject: Plans" in tmtp(account, f"listen --once --save {account}-saved")
        [saved] = (tmp_path / f"{account}-saved").rglob("plan.bin")
        assert saved.read_bytes() == (tmp_path / "plan.bin").read_bytes()

    # A device that was added learns from what it gets under which alias to speak.
    tmtp("carol", 'ping --to "Dave Dunn" "which device?"')
    assert "which device?" in tmtp("laptop", "listen --once")
    tmtp("laptop", 'ping --to "Carol Cole" "the laptop"')
    assert "the laptop" in tmtp("carol", "listen --once")

    shell('tmtp ohi add --account carol "Dave Dunn"', tmp_path)
    assert "Dave Dunn" in shell("tmtp ohi list --account carol", tmp_path)
    watching = subprocess.Popen(["timeout", str(LIMIT), "tmtp", "ohi", "watch", "--account", "dave"], text=True,
                                stdout=subprocess.PIPE, env=environment(tmp_path))
    there = subprocess.Popen(["tmtp", "listen", "--account", "carol"], stdout=subprocess.DEVNULL, env=environment(tmp_path))
    try:
        assert any("Carol Cole" in line for line in watching.stdout)
    finally:
        for process in (watching, there):
            process.terminate()
            process.wait(LIMIT)


def test_ctrl_c_ends_all_of_it(demo):
    assert demo.interrupt() == 130
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", demo.port), 5)
