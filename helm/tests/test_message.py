"""The steps of `helm test`, carried out here against a server of this machine."""

import http.client
import os
import pathlib
import socket
import subprocess
import time

import chart
import pytest

TMTPD = pathlib.Path(os.environ["TMTPD_BIN"])
HOST = "edge.localhost"


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def is_ready(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


@pytest.fixture
def server(tmp_path):
    """`tmtpd dev`: its data folder and the port that clients connect to."""
    tmtp, health = free_port(), free_port()
    words = ["dev", "--data", tmp_path, "--tmtp-addr", f"127.0.0.1:{tmtp}", "--http-addr", f"127.0.0.1:{health}"]
    process = subprocess.Popen([TMTPD, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 30
    while not is_ready(health):
        assert process.poll() is None and time.monotonic() < end, "tmtpd dev does not get ready"
        time.sleep(0.05)
    yield tmp_path, tmtp
    process.terminate()
    assert process.wait(timeout=30) == 0


def run_steps(server, uid, profile=None):
    """Carries out the steps of a pod in their order, until one fails; what each did."""
    data, port = server
    spec = chart.one("min-values.yaml", "Pod", "-test")["spec"]
    edge = chart.one("min-values.yaml", "Service", "-edge")
    inside = f"{edge['metadata']['name']}.{chart.NAMESPACE}.svc.cluster.local"
    variables = {
        "PATH": os.environ["PATH"], "TMTP_PROFILE": str(data / (profile or uid)),
        "TMTPD_STORE__URL": f"sqlite://{next(data.glob('*.sqlite'))}",
    }
    done = []
    for step in spec["initContainers"] + spec["containers"]:
        program, *words = step["command"]
        words = [word.replace(f"{inside}:7443", f"{HOST}:{port}").replace(inside, HOST) for word in words]
        words = [word.replace("$(POD_UID)", uid) for word in words]
        assert not any("$(" in word for word in words)
        command = [TMTPD.parent / pathlib.Path(program).name, *words]
        done.append((step["name"], subprocess.run(command, env=variables, capture_output=True, text=True)))
        if done[-1][1].returncode != 0:
            break
    return done


def test_the_steps_send_a_message(server):
    done = run_steps(server, "5f0c9e7a")
    name, last = done[-1]
    assert name == "suspend-site" and last.returncode == 0, f"{name}: {last.stderr}"
    received = dict(done)["receive"].stdout
    assert "helm test" in received, received


def test_the_next_pods_steps_work_as_well(server):
    for uid in ("5f0c9e7a", "b1d2c3e4"):
        name, last = run_steps(server, uid)[-1]
        assert name == "suspend-site" and last.returncode == 0, f"{name}: {last.stderr}"


def test_a_step_that_fails_fails_the_pod(server):
    run_steps(server, "5f0c9e7a")
    name, last = run_steps(server, "5f0c9e7a", profile="another")[-1]
    assert name == "register-alice" and last.returncode != 0, "aliases that are taken were given again"
