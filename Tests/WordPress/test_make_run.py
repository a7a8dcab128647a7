"""`make run WORDPRESS=1`: what is posted with the printed commands is in WordPress's list of users."""

import contextlib
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import time

import pytest

from installation import ROOT, enters, free_port
from web import Browser

ROSTER = pathlib.Path(os.environ.get("ROSTER_BINARY", ROOT / ".build/release/roster"))


class Run:
    """Scripts/run with a WordPress, until it has said all it has to say."""

    def __init__(self, data):
        self.port, self.site_port = free_port(), free_port()
        self.process = subprocess.Popen(
            ["Scripts/run", "nginx", str(self.port), data], cwd=ROOT, text=True,
            env={**os.environ, "WORDPRESS": "1", "WORDPRESS_PORT": str(self.site_port)},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler))
        self.lines = []
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            if line.startswith("Ctrl-C"):
                return
        raise AssertionError(self.lines)

    def value(self, label):
        return next(line.split()[-1] for line in self.lines if line.strip().startswith(label))

    def post(self):
        """Creates somebody with the printed command; the user name."""
        command = next(line for line in self.lines if line.startswith("curl "))
        said = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=60)
        return json.loads(said.stdout)["userName"]

    def administrator(self):
        browser = Browser(f"http://127.0.0.1:{self.site_port}")
        browser.get("/wp-login.php")
        browser.post("/wp-login.php", log="admin", pwd=self.value("Log in as"), testcookie="1")
        assert enters(browser)
        return browser

    def interrupt(self):
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.communicate(timeout=60)


@contextlib.contextmanager
def running(data):
    run = Run(data)
    try:
        yield run
    finally:
        run.interrupt()


@pytest.fixture
def data():
    with tempfile.TemporaryDirectory(prefix="roster-test-", dir="/tmp") as directory:
        yield directory


def test_first_and_second_run(data):
    with running(data) as first:
        administrator = first.administrator()
        user = first.post()
        time.sleep(1)
        assert user in administrator.get("/wp-admin/users.php").text
    with pytest.raises(OSError):
        administrator.get("/")
    with running(data) as second:
        assert second.value("Log in as") == first.value("Log in as")
        administrator = second.administrator()
        assert user in administrator.get("/wp-admin/users.php").text
        later = second.post()
        time.sleep(1)
        assert later in administrator.get("/wp-admin/users.php").text
