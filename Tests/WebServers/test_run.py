"""`make run`: it serves, its curl lines work as printed, Ctrl-C ends it, the data stay."""

import json
import os
import signal
import subprocess
import tempfile

import pytest

import sites


@pytest.fixture
def data():
    with tempfile.TemporaryDirectory(prefix="roster-test-", dir="/tmp") as directory:
        yield directory


class Run:
    """Scripts/run in a session of its own, as in a terminal; waits until it has said all."""

    def __init__(self, server, data):
        self.port = sites.free_port()
        self.process = subprocess.Popen(
            ["Scripts/run", server, str(self.port), data], cwd=sites.ROOT, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            start_new_session=True)
        self.lines = []
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            if line.startswith("Ctrl-C"):
                break
        assert self.lines and self.lines[-1].startswith("Ctrl-C"), self.lines

    def value(self, label):
        return next(line.split()[-1] for line in self.lines if line.strip().startswith(label))

    @property
    def token(self):
        return self.value("Bearer token")

    @property
    def commands(self):
        return [line for line in self.lines if line.startswith("curl ")]

    def interrupt(self):
        """Ctrl-C; returns the processes that are still there after it."""
        started = descendants(self.process.pid)
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.communicate(timeout=60)
        return [pid for pid, _ in sites.parents() if pid in started]


def descendants(ancestor):
    """Process ids of everything that a process started, itself or through others."""
    found = {ancestor}
    while True:
        more = {pid for pid, parent in sites.parents() if parent in found} - found
        if not more:
            return found - {ancestor}
        found |= more


def shell(command):
    result = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.mark.parametrize("server", ["nginx", "apache"])
def test_first_and_second_run(server, data):
    first = Run(server, data)
    try:
        assert first.value("SCIM base URL") == f"http://127.0.0.1:{first.port}/scim/v2"
        create, find, deactivate = first.commands
        user = shell(create)
        assert shell(find)["Resources"][0]["id"] == user["id"]
        assert shell(deactivate)["active"] is False
        assert os.stat(f"{data}/token").st_mode & 0o777 == 0o600
    finally:
        assert first.interrupt() == []
    assert first.process.returncode == 0

    second = Run(server, data)
    try:
        assert second.token == first.token
        found = shell(find.replace(str(first.port), str(second.port)))
        assert found["Resources"][0]["active"] is False
    finally:
        assert second.interrupt() == []


def test_both_servers_share_the_data(data):
    nginx = Run("nginx", data)
    try:
        apache = Run("apache", data)
        try:
            user = shell(nginx.commands[0])
            found = shell(nginx.commands[1].replace(str(nginx.port), str(apache.port)))
            assert found["Resources"][0]["id"] == user["id"]
            assert apache.token == nginx.token
        finally:
            apache.interrupt()
    finally:
        nginx.interrupt()


def test_taken_port_is_said_in_one_line(data):
    run = Run("nginx", data)
    try:
        result = subprocess.run(
            ["Scripts/run", "nginx", str(run.port), data], cwd=sites.ROOT, capture_output=True,
            text=True, timeout=60)
        assert result.returncode == 1
        assert result.stdout == ""
        assert result.stderr.count("\n") == 1
        assert str(run.port) in result.stderr
    finally:
        run.interrupt()
