"""The audit trail, from a request through a web server to `roster audit`."""

import contextlib
import csv
import io
import json
import sqlite3
import subprocess

import pytest

import sites
from scim import Client, user


@pytest.fixture
def site():
    with sites.running("nginx") as site:
        yield site


def entries(site, *conditions):
    """What is found, but for the token that each site begins with."""
    found = json.loads(site.command("audit", "--json", *conditions))
    return [entry for entry in found if entry["sequence"] > 1]


def test_what_was_asked_is_found(site):
    sent = user("lena.weber@example.com", displayName="Lena Weber", password="hidden-secret")
    created = site.client.post("/Users", sent, headers={"User-Agent": "provider/1.0"})
    assert created.status == 201
    assert site.client.post("/Users", sent).status == 409
    assert site.client.get("/Users/none").status == 404
    # What is refused is written behind the answer, when nobody else writes.
    sites.until(lambda: len(entries(site)) == 3)
    refused, done = entries(site, "--user", "web len")
    assert (done["result"], done["action"], done["http"]["status"]) == ("done", "create", 201)
    assert (done["http"]["method"], done["http"]["path"]) == ("POST", "/Users")
    assert (done["http"]["address"], done["http"]["client"]) == ("127.0.0.1", "provider/1.0")
    assert done["http"]["body"]["displayName"] == "Lena Weber"
    assert done["http"]["body"]["password"] == "•••"
    assert 0 < done["http"]["microseconds"] < 60_000_000
    assert (refused["http"]["status"], refused["detail"]["error"]["scimType"]) == (409, "uniqueness")
    # The number is that of the log.
    number = done["request"]
    assert [entry["sequence"] for entry in entries(site, "--request", number)] == [2]
    assert any(number in line for line in site.request_log())
    for conditions in [("--status", "409"), ("--status", "refused", "--action", "created"),
                       ("--actor", "tests", "--address", "127.0.0.1", "--status", "409")]:
        assert [entry["sequence"] for entry in entries(site, *conditions)] == [refused["sequence"]], conditions
    assert len(entries(site, "--since", "1h", "--limit", "2")) == 2
    assert entries(site, "--until", "2020-01-01") == []
    assert not [file for file in site.data.iterdir() if b"hidden-secret" in file.read_bytes()]


def test_strangers_are_counted(site):
    stranger = Client(site.base, "wrong")
    for _ in range(50):
        assert stranger.get("/Users").status == 401

    def counted():
        with contextlib.closing(sqlite3.connect(site.database)) as database:
            return database.execute(
                "SELECT sum(total) FROM hour_count WHERE kind = 'unauthenticated'").fetchone()[0]

    # The rest comes when the processes have nothing to do.
    sites.until(lambda: counted() == 50)
    assert entries(site) == []


def test_export(site):
    for name in ["=1+1", "+a", "-a", "@a", 'quo"te, a', "plain"]:
        assert site.client.post("/Users", user(name)).status == 201
    _, *rows = list(csv.DictReader(io.StringIO(site.command("audit", "--export", "csv"))))
    assert [row["name"] for row in rows] == ["'=1+1", "'+a", "'-a", "'@a", 'quo"te, a', "plain"]
    assert {row["status"] for row in rows} == {"201"}
    exported = json.loads(site.command("audit", "--export", "json"))
    assert [entry["subject"]["name"] for entry in exported[1:7]] == [
        "=1+1", "+a", "-a", "@a", 'quo"te, a', "plain"]
    assert [entry["action"] for entry in exported[7:]] == ["export"]


def test_clear(site):
    for name in ["ann", "bob"]:
        assert site.client.post("/Users", user(name)).status == 201
    site.command("audit", "clear", "--before", "1m")
    assert [entry["action"] for entry in entries(site)] == ["clear", "create", "create"]
    result = site.run("audit", "clear", "--before", "2099-01-01")
    assert result.stderr.startswith("Deleted 4 entries")
    only, = entries(site)
    assert (only["action"], only["detail"]["entries"]) == ("clear", 4)


def test_follow(site):
    follower = subprocess.Popen(
        [sites.program(), "audit", "--follow", "--json", "--user", "bob"], stdout=subprocess.PIPE,
        env={"ROSTER_DATABASE": str(site.database)}, **sites.UNPRIVILEGED)
    try:
        for name in ["ann", "bob"]:
            assert site.client.post("/Users", user(name)).status == 201
        assert json.loads(follower.stdout.readline())["subject"]["name"] == "bob"
    finally:
        follower.kill()
        follower.wait()


def test_nonsense_is_refused(site):
    for arguments in [("--since", "yesterday"), ("--status", "fine"), ("--action", "eaten"),
                      ("--limit", "0"), ("--follow", "--export", "csv"), ("clear",)]:
        assert site.run("audit", *arguments).returncode != 0, arguments
