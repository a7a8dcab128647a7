"""Processes without requests let go of the database: its file alone is then complete."""

import concurrent.futures
import contextlib
import shutil
import sqlite3

import pytest

import sites
from scim import user

NAMES = [f"user{n}@example.test" for n in range(20)]


@pytest.mark.parametrize("kind", ["nginx", "htaccess-fcgid"])
def test_idle_processes_close_the_database(kind):
    def create(name):
        return site.client.post("/Users", user(name)).status

    with sites.running(kind) as site:
        with concurrent.futures.ThreadPoolExecutor() as pool:
            assert set(pool.map(create, NAMES)) == {201}
        beside = [site.data / f"roster.sqlite-{suffix}" for suffix in ("wal", "shm")]
        assert all(file.exists() for file in beside)
        sites.until(lambda: not any(file.exists() for file in beside))

        # What is downloaded now has everything.
        elsewhere = site.directory / "elsewhere"
        elsewhere.mkdir()
        sites.give(elsewhere)
        download = elsewhere / "roster.sqlite"
        shutil.copy(site.database, download)
        sites.give(download)
        with contextlib.closing(sqlite3.connect(download)) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert database.execute("SELECT count(*) FROM resource").fetchone() == (len(NAMES),)

        # What is uploaded in its place is used, by the same processes.
        site.client.token = site.command("token", "create", "second", "--database", download)
        assert [file.name for file in elsewhere.iterdir()] == ["roster.sqlite"]
        download.rename(site.database)
        assert site.client.get("/Users").json["totalResults"] == len(NAMES)
        assert create("late@example.test") == 201
