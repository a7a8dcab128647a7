"""Programs of another schema: the directory is brought up, or comes back as it was."""

import shutil
import sqlite3

import pytest

from administrator import Provider, text_of
from hosts import ROOT, Host, give
from load import Load
from plugin import PROGRAM
from test_hosts import NGINX, installed

# A program whose schema is one above the real one's. It works on such a database by taking the
# number down and up again, and it does not serve everything.
NEXT_SCHEMA = """\
#!/usr/bin/python3
import fcntl, os, sqlite3, subprocess, sys
here = os.path.dirname(os.path.abspath(sys.argv[0]))
database = here + "/.htroster.sqlite"
def number(value=None):
    connection = sqlite3.connect(database, timeout=10, isolation_level=None)
    if value:
        connection.execute(f"PRAGMA user_version = {{value}}")
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    connection.close()
    return found
known = {schema}
lock = open(here + "/.lock", "w")
fcntl.flock(lock, fcntl.LOCK_EX)
if sys.argv[1:] == ["--version"]:
    sys.exit(print("9.9.9"))
serves = "GATEWAY_INTERFACE" in os.environ
# What nobody waits for would change the number behind the others' backs.
if sys.argv[1:2] == ["deliver"] or os.environ.get("REQUEST_URI", "").endswith("/Deliveries"):
    sys.exit(1)
if sys.argv[1:] == ["migrate"]:
    number(known)
elif number() != known:
    sys.exit("Error: the database has another schema: run `roster migrate`")
elif serves and os.environ["REQUEST_METHOD"] {fails}:
    sys.exit("Error: it fails")
number(known - 1)
try:
    os.environ["ROSTER_DATABASE"] = database
    os.environ["ROSTER_BASE_URL"] = "{base}"
    status = subprocess.run(["{program}", *([] if serves else sys.argv[1:])]).returncode
finally:
    number(known)
sys.exit(status)
"""
# An older program: it serves nothing any more, and copies its database when it is asked to.
OLDER = """\
#!/bin/sh
here=$(dirname "$0")
case "$1" in
    --version) echo 0.1.0;;
    backup) cp "$here/.htroster.sqlite" "$2";;
    *) exit 1;;
esac
"""
HOSTS = {"front": NGINX, "cgi": Host("apache", ("cgid",))}


@pytest.fixture
def program(laboratory):
    """The real program where the site's user may run it."""
    path = laboratory.directory / "program"
    if not path.exists():
        shutil.copyfile(PROGRAM, path)
        path.chmod(0o755)
    return path


def schema(site):
    return sqlite3.connect(f"file:{site.private}/.htroster.sqlite?mode=ro", uri=True).execute(
        "PRAGMA user_version").fetchone()[0]


def changed(site, zips, program, fails):
    """A zip whose program has the next schema."""
    return zips.with_program("next", NEXT_SCHEMA.format(
        schema=schema(site) + 1, fails=fails, program=program, base=f"{site.url}/scim/v2").encode())


@pytest.mark.parametrize("host, fails", [
    ("front", "!= 'none'"), ("front", "== 'PATCH'"), ("cgi", "== 'PATCH'")],
    ids=["at once", "in the test", "in the test by CGI"])
def test_taken_back(laboratory, zips, program, host, fails):
    """It has changed the schema, and then it fails: everything that was acknowledged is there."""
    site = laboratory.site("single", HOSTS[host])
    administrator, _ = installed(site, zips.full)
    provider = Provider(site, administrator.make_token())
    before = schema(site)
    with Load(provider) as load:
        load.go_on(5)
        administrator.replace(changed(site, zips, program, fails))
        page = text_of(administrator.get(administrator.page))
        load.go_on(1)
    assert "was taken back" in page
    assert schema(site) == before
    assert (site.private / "roster").read_bytes() == zips.program
    assert load.missing() == []
    # Nobody is told that a user is not there, by whatever page.
    assert load.statuses <= {201, 500, 503}, load.statuses
    assert 503 in load.statuses
    left = {path.name for path in site.private.iterdir()}
    assert not [name for name in left if name.endswith((".old", ".new")) or name == "closed"]
    assert not [name for name in site.traces if "probe" in name or "old" in name]


def test_goes_on(laboratory, zips, program):
    """The same where it does not fail."""
    site = laboratory.site("single", HOSTS["cgi"])
    administrator, _ = installed(site, zips.full)
    provider = Provider(site, administrator.make_token())
    provider.create("ann@example.org")
    before = schema(site)
    administrator.replace(changed(site, zips, program, "== 'none'"))
    page = text_of(administrator.get(administrator.page))
    assert "Provisioning works." in page and "was taken back" not in page
    assert schema(site) == before + 1
    assert "ann@example.org" in provider.request("GET", "/Users").text
    assert not (site.private / "closed").exists()


def test_database_of_the_first_release(laboratory, zips):
    site = laboratory.site("single", NGINX)
    administrator, _ = installed(site, zips.full)
    for path in site.private.glob(".htroster.sqlite*"):
        path.unlink()
    database = site.private / ".htroster.sqlite"
    shutil.copyfile(ROOT / "Tests/Fixtures/databases/0.1.0.sqlite", database)
    database.chmod(0o600)
    program = site.private / "roster"
    program.unlink()
    program.write_text(OLDER)
    program.chmod(0o755)
    give(database, program)
    administrator.replace(zips.newer())
    page = text_of(administrator.get(administrator.page))
    assert "Provisioning works." in page and "was taken back" not in page
    provider = Provider(site, administrator.make_token())
    assert "boss@example.org" in provider.request("GET", "/Users").text
    assert sorted(path.name for path in site.private.glob("*.old")) == []
