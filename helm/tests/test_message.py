"""The steps of `helm test`, carried out here against a server of this machine."""

import json
import os
import pathlib
import subprocess
import time

import chart
import pytest
from ports import free_port, is_ready

TMTPD = pathlib.Path(os.environ["TMTPD_BIN"])
HOST = "edge.localhost"


@pytest.fixture
def server(tmp_path):
    """`tmtpd dev`: its data folder and the port that clients connect to."""
    tmtp, health = free_port(), free_port()
    words = ["dev", "--data", tmp_path, "--tmtp-addr", f"127.0.0.1:{tmtp}", "--http-addr", f"127.0.0.1:{health}"]
    variables = {**os.environ, "TMTPD_DELIVERY__LIMITS__SITES_POLL_SECONDS": "1"}
    process = subprocess.Popen([TMTPD, *words], env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 30
    while not is_ready(health):
        assert process.poll() is None and time.monotonic() < end, "tmtpd dev does not get ready"
        time.sleep(0.05)
    yield tmp_path, tmtp
    process.terminate()
    assert process.wait(timeout=30) == 0


def run_step(command, variables, tries):
    """A step that fails is tried again, as Kubernetes does."""
    for left in reversed(range(tries)):
        done = subprocess.run(command, env=variables, capture_output=True, text=True)
        if done.returncode == 0 or left == 0:
            return done
        time.sleep(0.5)


def run_steps(server, uid, profile=None, tries=30):
    """Carries out the steps of a pod in their order, until one fails for good; what each did."""
    data, port = server
    spec = chart.one("min-values.yaml", "Pod", "-test")["spec"]
    assert spec["restartPolicy"] == "OnFailure" and spec["activeDeadlineSeconds"] < 300, "helm test waits for 300 s"
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
        done.append((step["name"], run_step(command, variables, tries)))
        if done[-1][1].returncode != 0:
            break
    return done


def test_the_load_tests_job_loads_its_site_and_prints_its_figures(server):
    data, port = server
    args = ["steady", "--members", "4", "--seconds", "1", "--warm-up", "0", "--yardstick-seconds", "1"]
    wish = f'loadTest={json.dumps({"enabled": True, "host": "demo.localhost", "args": args})}'
    job = next(each for each in chart.of_kind("min-values.yaml", "Job", settings=(wish,)) if "loadtest" in each["metadata"]["name"])
    assert job["spec"]["backoffLimit"] == 0
    container = job["spec"]["template"]["spec"]["containers"][0]
    edge = chart.one("min-values.yaml", "Service", "-edge")
    inside = f"{edge['metadata']['name']}.{chart.NAMESPACE}.svc.cluster.local:7443"
    words = [word.replace(inside, f"localhost:{port}") for word in container["args"]]
    assert f"localhost:{port}" in words, words
    program = TMTPD.parent / pathlib.Path(container["command"][0]).name
    done = subprocess.run([program, *words], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["verdict"]["lost"] == 0 and figures["verdict"]["acked"] > 0, figures
    # Another wish is another run, and the same is none.
    again = f'loadTest={json.dumps({"enabled": True, "host": "demo.localhost", "args": args[:1]})}'
    names = {each["metadata"]["name"] for each in chart.of_kind("min-values.yaml", "Job", settings=(again,))}
    assert job["metadata"]["name"] not in names
    newer = {each["metadata"]["name"] for each in chart.of_kind("min-values.yaml", "Job", settings=(wish, 'image.tag="9.9.9"'))}
    assert job["metadata"]["name"] not in newer, "an upgrade would change it"


def test_each_pods_steps_send_a_message_and_a_step_that_fails_fails_the_pod(server):
    for uid in ("5f0c9e7a", "b1d2c3e4"):
        done = run_steps(server, uid)
        name, last = done[-1]
        assert name == "suspend-site" and last.returncode == 0, f"{name}: {last.stderr}"
        received = dict(done)["receive"].stdout
        assert "helm test" in received, received
    name, last = run_steps(server, uid, profile="another", tries=4)[-1]
    assert name == "register-alice" and last.returncode != 0, "aliases that are taken were given again"
