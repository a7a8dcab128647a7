"""`make run`: it serves, its curl lines work as printed, Ctrl-C ends it, the data stay."""

import json
import os
import pathlib
import shutil
import signal
import socket
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

    def __init__(self, server, data, root=sites.ROOT):
        self.port = sites.free_port()
        self.process = subprocess.Popen(
            ["Scripts/run", server, str(self.port), data], cwd=root, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            start_new_session=True, preexec_fn=heed_interrupts)
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


def heed_interrupts():
    """As in a terminal; what starts the tests in the background may have had SIGINT ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def descendants(ancestor):
    """Process ids of everything that a process started, itself or through others."""
    found = {ancestor}
    while True:
        more = {pid for pid, parent in sites.parents() if parent in found} - found
        if not more:
            return found - {ancestor}
        found |= more


@pytest.fixture
def checkout(data, monkeypatch):
    """What Scripts/run needs of the checkout, with a blank in the path and open to every user."""
    os.chmod(data, 0o755)
    root = pathlib.Path(data) / "check out"
    for folder in "Scripts", "deploy":
        shutil.copytree(sites.ROOT / folder, root / folder)
    monkeypatch.setenv("ROSTER_BINARY", sites.program())
    return root


def failure(arguments, root=sites.ROOT, **options):
    """What Scripts/run says, and all it says, when it does not serve."""
    result = subprocess.run(
        ["Scripts/run", *map(str, arguments)], cwd=root, capture_output=True, text=True, timeout=60,
        **options)
    assert (result.returncode, result.stdout) == (1, "")
    return result.stderr


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


@pytest.mark.parametrize("server", ["nginx", "apache"])
def test_blanks_in_paths(server, data, checkout):
    run = Run(server, f"{data}/some data", checkout)
    try:
        assert shell(run.commands[0])["userName"]
    finally:
        assert run.interrupt() == []


@pytest.mark.parametrize("mode", [[], ["check"]])
def test_taken_port_is_said_in_one_line(data, mode):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        said = failure(["nginx", port, data, *mode])
    assert said.count("\n") == 1
    assert str(port) in said and f"PORT={port + 1}" in said


@pytest.mark.skipif(not sites.IS_ROOT, reason="needs files of another user")
def test_data_of_another_user_are_said_in_one_line(data, checkout):
    folder = pathlib.Path(data) / "var"
    folder.mkdir(mode=0o700)
    said = failure(["nginx", sites.free_port(), folder], checkout, **sites.UNPRIVILEGED)
    assert said == f"{folder} belongs to another user; remove it or run as that user\n"


@pytest.mark.parametrize("command", ["migrate", "token"])
def test_what_cannot_be_made_is_explained(data, monkeypatch, command):
    program = pathlib.Path(data) / "roster"
    program.write_text(
        f'#!/bin/sh\n[ "$1" != {command} ] || {{ echo "the disk is full" >&2; exit 1; }}\n'
        f'exec "{sites.ROSTER}" "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("ROSTER_BINARY", str(program))
    said = failure(["nginx", sites.free_port(), data])
    assert "the disk is full\n" in said
    assert said.endswith(f"The logs are in {data}.\n")
