"""Processes that end are replaced, however early and often, and the site serves on."""

import os
import shutil
import signal
import subprocess

import pytest

import sites

DEATHS = 10
SYSTEMD = sites.DEPLOY / "systemd"


def test_processes_killed_again_and_again_are_replaced():
    with sites.running("nginx") as site:
        for _ in range(DEATHS):
            sites.until(lambda: len(site.workers()) == sites.FORKS)
            victims = site.workers()
            for pid in victims:
                os.kill(pid, signal.SIGKILL)
            sites.until(lambda: not set(site.workers()) & set(victims))
        sites.until(lambda: len(site.workers()) == sites.FORKS)
        assert site.watcher.poll() is None
        for _ in range(2 * sites.FORKS):
            assert site.client.get("/Users?count=0").status == 200


def test_supervisor_leaves_nothing_behind():
    with sites.running("nginx") as site:
        sites.until(lambda: len(site.workers()) == sites.FORKS)
        workers = site.workers()
        site.stop_roster()
        living = {pid for pid, _ in sites.parents()}
        assert not living & set(workers)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd")
def test_units_are_valid(tmp_path):
    for unit in SYSTEMD.iterdir():
        text = unit.read_text().replace("/usr/local/bin/roster", "/bin/true")
        (tmp_path / unit.name).write_text(text)
    names = "roster.socket", "roster.target", "roster@1.service", "roster-deliver.service"
    result = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *names], cwd=tmp_path, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60,
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path}:"})
    assert result.returncode == 0, result.stdout
    assert "roster" not in result.stdout
