import os
import pathlib
import subprocess

import pytest

DEPLOY = pathlib.Path(__file__).parent.parent


@pytest.fixture(scope="session")
def package(tmp_path_factory):
    """The Debian package, unpacked; itself beside that."""
    folder = tmp_path_factory.mktemp("package")
    programs = pathlib.Path(os.environ["TMTPD_BIN"]).parent
    words = [DEPLOY / "deb.sh", folder, programs]
    made = subprocess.run(words, env={**os.environ, "DEB_ZIP": "none"}, capture_output=True, text=True)
    assert made.returncode == 0, made.stdout + made.stderr
    subprocess.run(["dpkg-deb", "--raw-extract", made.stdout.strip(), folder / "root"], check=True)
    return folder / "root"
