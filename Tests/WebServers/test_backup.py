"""Copies of a database that is in use."""

import sqlite3
import subprocess

import pytest

import sites
from scim import user


def backup(site, path):
    return subprocess.run(
        [sites.ROSTER, "backup", path], env={"ROSTER_DATABASE": str(site.database)},
        capture_output=True, text=True)


@pytest.fixture(scope="module")
def site():
    with sites.running("nginx") as site:
        yield site


def test_copy_is_whole(site, tmp_path):
    assert site.client.post("/Users", user("ada@example.test")).status == 201
    copy = tmp_path / "copy.sqlite"
    made = backup(site, copy)
    assert made.returncode == 0, made.stderr
    assert copy.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(copy) as database:
        assert database.execute("SELECT count(*) FROM resource").fetchone() == (1,)
        assert database.execute("PRAGMA quick_check").fetchone() == ("ok",)
    served = subprocess.run(
        [sites.ROSTER, "token", "list"], env={"ROSTER_DATABASE": str(copy)}, capture_output=True,
        text=True)
    assert served.returncode == 0, served.stderr


def test_nothing_is_overwritten(site, tmp_path):
    copy = tmp_path / "copy.sqlite"
    copy.write_text("mine")
    made = backup(site, copy)
    assert made.returncode == 1
    assert "exists" in made.stderr
    assert copy.read_text() == "mine"
