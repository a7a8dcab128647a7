"""`roster administrator` and `roster settings`: who may sign in, and what is kept."""

import json
import os
import pty
import select
import sqlite3
import subprocess

import pytest

import sites

PASSWORD = "correct horse battery"
ADDRESS = "ann@example.org"


class Commands:
    """Commands on a database of their own."""

    def __init__(self, folder):
        self.database = folder / "roster.sqlite"

    def arguments(self, *arguments):
        return [sites.ROSTER, *arguments, "--database", self.database]

    def run(self, *arguments, given=""):
        return subprocess.run(
            self.arguments(*arguments), input=given, capture_output=True, text=True, timeout=60)

    def done(self, *arguments, given=""):
        result = self.run(*arguments, given=given)
        assert result.returncode == 0, result
        return result.stdout

    def refused(self, *arguments, given=""):
        result = self.run(*arguments, given=given)
        assert (result.returncode, result.stdout) == (1, ""), result
        return result.stderr

    def rows(self, *arguments):
        return json.loads(self.done(*arguments, "--json"))

    def people(self):
        return {row["name"]: row for row in self.rows("administrator", "list")}

    def hash(self, name=ADDRESS):
        with sqlite3.connect(self.database) as connection:
            row, = connection.execute(
                "SELECT password FROM administrator WHERE name = ?", [name]).fetchone()
        return row

    def journal(self):
        with sqlite3.connect(self.database) as connection:
            return connection.execute(
                "SELECT action, type, actor_type FROM journal ORDER BY sequence").fetchall()


@pytest.fixture
def commands(tmp_path):
    return Commands(tmp_path)


@pytest.fixture
def ann(commands):
    commands.done("administrator", "create", ADDRESS, "--password-stdin", given=f"{PASSWORD}\n")
    return commands


def test_create_makes_the_database_and_stores_a_hash(ann):
    person = ann.people()[ADDRESS]
    assert (person["role"], person["way"], person["signedIn"]) == ("administrator", "password", None)
    assert ann.hash().startswith("$2y$")
    assert PASSWORD.encode() not in ann.database.read_bytes()


def test_create_refuses(ann):
    def create(*arguments, password=PASSWORD):
        return ann.refused("administrator", "create", *arguments, "--password-stdin", given=password)

    assert "at least 12 characters" in create("bob@example.org", password="short\n")
    assert "no blanks" in create("bob and ann")
    assert create(ADDRESS.upper())
    assert list(ann.people()) == [ADDRESS]


def test_no_password_is_taken_from_elsewhere(commands):
    """Neither from an argument nor, unasked, from what another program pipes in."""
    stderr = commands.refused("administrator", "create", ADDRESS, given=f"{PASSWORD}\n")
    assert "--password-stdin" in stderr
    assert commands.run("administrator", "create", ADDRESS, PASSWORD).returncode == 64
    assert commands.rows("administrator", "list") == []


def at_terminal(arguments, *lines):
    """Types lines at a terminal; the exit status, and all that was to be seen."""
    process, terminal = pty.fork()
    if process == 0:
        os.execv(arguments[0], [str(argument) for argument in arguments])
    seen = b""
    try:
        for line in lines:
            seen += read(terminal, until=b": ")
            os.write(terminal, line.encode() + b"\n")
        seen += read(terminal)
    finally:
        os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), seen.decode()


def read(terminal, until=None):
    """What is written, until a prompt or the end."""
    seen = b""
    while until is None or not seen.endswith(until):
        assert select.select([terminal], [], [], 60)[0], seen
        try:
            piece = os.read(terminal, 4096)
        except OSError:
            piece = b""
        if not piece:
            assert until is None, seen
            return seen
        seen += piece
    return seen


def test_a_terminal_does_not_show_what_is_typed(commands):
    arguments = commands.arguments("administrator", "create", ADDRESS)
    status, seen = at_terminal(arguments, PASSWORD, PASSWORD)
    assert status == 0, seen
    assert "Password: " in seen and "Again: " in seen
    assert PASSWORD not in seen
    assert ADDRESS in commands.people()


def test_a_terminal_asks_twice(commands):
    arguments = commands.arguments("administrator", "create", ADDRESS)
    status, seen = at_terminal(arguments, PASSWORD, PASSWORD + "!")
    assert status == 1
    assert "not the same" in seen
    assert commands.rows("administrator", "list") == []


def test_password(ann):
    before = ann.hash()
    ann.done("administrator", "password", ADDRESS, "--password-stdin", given="another " + PASSWORD)
    assert ann.hash() != before
    assert "no administrator" in ann.refused(
        "administrator", "password", "bob@example.org", "--password-stdin", given=PASSWORD)


def test_role_and_removal(ann):
    assert "administrator" in ann.refused("administrator", "role", ADDRESS, "auditor")
    assert ann.run("administrator", "role", ADDRESS, "king").returncode == 64
    ann.done(
        "administrator", "create", "bob@example.org", "--role", "auditor", "--password-stdin",
        given=PASSWORD)
    assert ann.people()["bob@example.org"]["role"] == "auditor"
    ann.refused("administrator", "remove", ADDRESS)
    ann.done("administrator", "role", "BOB@example.org", "administrator")
    ann.done("administrator", "remove", ADDRESS)
    assert list(ann.people()) == ["bob@example.org"]


def test_sign_out(ann):
    def since():
        with sqlite3.connect(ann.database) as connection:
            return connection.execute("SELECT sessions_since FROM administrator").fetchone()[0]

    before = since()
    ann.done("administrator", "sign-out", ADDRESS)
    assert since() > before


# Settings.

def settings(commands):
    return {row["name"]: (row["value"], row["default"]) for row in commands.rows("settings", "list")}


STANDARD = {
    "audit.bodies": (True, True), "audit.maskForAuditors": (False, True),
    "audit.days": (365, True), "audit.megabytes": (2000, True)}


def test_settings(ann):
    assert settings(ann) == STANDARD
    ann.done("settings", "set", "audit.days", "30")
    ann.done("settings", "set", "audit.bodies", "off")
    assert settings(ann) == {
        **STANDARD, "audit.days": (30, False), "audit.bodies": (False, False)}
    ann.done("settings", "unset", "audit.days")
    ann.done("settings", "set", "audit.bodies", "on")
    assert settings(ann) == {**STANDARD, "audit.bodies": (True, False)}


@pytest.mark.parametrize(("name", "value", "message"), [
    ("audit.days", "thirty", "a number from 0 to 36500"), ("audit.days", "36501", "36500"),
    ("audit.bodies", "1", "on or off"), ("audit.hours", "1", "there is no setting audit.hours"),
    ("console.key", "x", "there is no setting console.key")])
def test_settings_that_cannot_be(ann, name, value, message):
    assert message in ann.refused("settings", "set", name, value)
    assert settings(ann) == STANDARD


def test_all_of_it_is_in_the_journal(ann):
    ann.done("settings", "set", "audit.days", "30")
    ann.done("administrator", "sign-out", ADDRESS)
    assert [entry[:2] for entry in ann.journal()] == [
        ("create", "Administrator"), ("modify", "Settings"), ("modify", "Administrator")]
    assert {entry[2] for entry in ann.journal()} == {"command"}
