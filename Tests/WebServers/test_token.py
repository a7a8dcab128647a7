"""`roster token`: what it prints, what it stores, and what the tokens are then good for."""

import contextlib
import os
import re
import sqlite3

import pytest

import sites
from scim import Client, user

COLUMNS = ["ID", "NAME", "PROFILE", "RIGHTS", "DOMAIN", "CREATED", "LAST USED", "STATE"]


@pytest.fixture
def site():
    with sites.running("nginx") as site:
        yield site


def tokens(site):
    """The list: for each token a dictionary by column, by number."""
    head, *lines = site.command("token", "list").splitlines()
    assert head.split("\t") == COLUMNS
    found = [dict(zip(COLUMNS, line.split("\t"), strict=True)) for line in lines]
    return {int(token["ID"]): token for token in found}


def status(site, token):
    return Client(site.base, token).get("/Users?count=0").status


def failure(result):
    """What a command that failed said, in one line, on standard error."""
    assert (result.returncode, result.stdout or "") == (1, ""), result
    line, = result.stderr.splitlines()
    return line


def test_create_prints_the_token_alone(site):
    result = site.run("token", "create", "okta-hr", "--profile", "okta", "--domain", "hr")
    assert result.returncode == 0
    assert re.fullmatch(r"roster_[\w-]{43}\n", result.stdout)
    token = result.stdout.strip()
    assert token not in result.stderr and "okta-hr" in result.stderr
    assert status(site, token) == 200
    # It is kept as a hash.
    assert not [file for file in site.data.iterdir() if token.encode() in file.read_bytes()]


def test_list(site):
    site.command("token", "create", "reader", "--rights", "read", "--domain", "hr")
    first, second = tokens(site).values()
    assert (first["NAME"], first["PROFILE"], first["STATE"]) == ("tests", "generic", "valid")
    assert (second["NAME"], second["RIGHTS"], second["DOMAIN"]) == ("reader", "read", "hr")
    assert (first["LAST USED"], second["LAST USED"]) == ("never", "never")
    assert site.token not in site.command("token", "list")
    assert status(site, site.token) == 200
    # It is noted behind the answer.
    sites.until(lambda: tokens(site)[int(first["ID"])]["LAST USED"].startswith("20"))


def test_revoke_by_number_and_by_name(site):
    made = [site.command("token", "create", "okta") for _ in range(3)]
    numbers = [number for number, token in tokens(site).items() if token["NAME"] == "okta"]
    site.command("token", "revoke", numbers[0])
    assert [status(site, token) for token in made] == [401, 200, 200]
    site.command("token", "revoke", "okta")
    assert [status(site, token) for token in made] == [401, 401, 401]
    assert all(tokens(site)[number]["STATE"].startswith("revoked 20") for number in numbers)
    assert status(site, site.token) == 200
    for what in "okta", numbers[0], "nobody", 4711:
        assert "no such token" in failure(site.run("token", "revoke", what))


def test_expiry(site):
    token = site.command("token", "create", "brief", "--expires", "30m")
    number = max(tokens(site))
    assert tokens(site)[number]["STATE"].startswith("valid until 20")
    assert status(site, token) == 200
    with contextlib.closing(sqlite3.connect(site.database)) as database:
        database.execute("UPDATE token SET expires = created WHERE id = ?", [number])
        database.commit()
    assert status(site, token) == 401
    assert tokens(site)[number]["STATE"].startswith("expired 20")


def test_right_to_read(site):
    reader = Client(site.base, site.command("token", "create", "reader", "--rights", "read"))
    assert reader.get("/Users").status == 200
    assert reader.post("/Users", user("ada@example.test")).status == 403
    assert site.client.get("/Users").json["totalResults"] == 0


def test_domains_have_their_own_external_ids(site):
    other = Client(site.base, site.command("token", "create", "hr", "--domain", "hr"))
    answer = site.client.post("/Users", user("ada@example.test", externalId="17"))
    path = f"/Users/{answer.json['id']}"
    assert site.client.get(path).json["externalId"] == "17"
    assert "externalId" not in other.get(path).json


@pytest.mark.parametrize("arguments", [
    ["4711"], ["a b"], [""], ["a" * 65], ["a", "--profile", "unheard-of"], ["a", "--rights", "all"],
    ["a", "--expires", "soon"], ["a", "--expires", "0d"],
])
def test_what_is_refused(site, arguments):
    result = site.run("token", "create", *arguments)
    assert result.returncode != 0
    assert result.stdout == ""
    assert result.stderr.startswith("Error: ")
    assert len(tokens(site)) == 1


@pytest.mark.parametrize("closed", [False, True])
def test_token_that_could_not_be_printed_is_not_valid(site, closed):
    with open("/dev/full", "wb") as full:
        result = site.run(
            "token", "create", "lost", stdout=full,
            preexec_fn=(lambda: os.close(1)) if closed else None)
    assert "standard output" in failure(result)
    valid = [token["NAME"] for token in tokens(site).values() if token["STATE"] == "valid"]
    assert valid == ["tests"]
    with contextlib.closing(sqlite3.connect(site.database)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize("command", [["list"], ["revoke", "tests"]])
def test_missing_database_is_not_made(site, command):
    missing = site.data / "missing.sqlite"
    assert str(missing) in failure(site.run("token", *command, "--database", missing))
    assert list(site.data.glob("missing*")) == []
