"""What a client hears when Roster is away or its database cannot be used, and that both pass."""

import concurrent.futures
import contextlib
import os
import shutil
import socket
import sqlite3
import subprocess
import threading

import pytest

import fastcgi
import sites
from scim import ERROR, Client, user

NAME = "ada@example.test"


def assert_unavailable(answer):
    assert answer.status == 503, answer.body
    assert answer.headers["content-type"] == "application/scim+json"
    assert answer.json["schemas"] == [ERROR]
    assert answer.json["status"] == "503"


@pytest.mark.parametrize("kind", ["nginx", "apache-proxy_fcgi"])
def test_roster_is_used_again_as_soon_as_it_is_back(kind):
    with sites.running(kind) as site:
        site.stop_roster()
        assert_unavailable(site.client.get("/Users"))
        (site.directory / "roster.sock").unlink()
        assert_unavailable(site.client.get("/Users"))
        sites.spawn_roster(site)
        site.wait()
        assert site.client.get("/Users?count=0").status == 200


def test_process_that_a_parameters_length_kills_is_replaced():
    """Lengths whose sum is beyond 2 GiB, which only the web server's own user could send."""
    with sites.running("nginx") as site:
        name, value = b"\xff\xff\xff\xfe", b"\x0a"
        for _ in range(10):
            with fastcgi.Connection(str(site.directory / "roster.sock")) as connection:
                connection.send(
                    fastcgi.begin(), fastcgi.record(fastcgi.PARAMS, name + value + b"x" * 100))
                connection.socket.shutdown(socket.SHUT_WR)
                assert connection.answer().output == b""
        sites.until(lambda: len(site.workers()) == sites.FORKS)
        for _ in range(2 * sites.FORKS):
            assert site.client.get("/Users?count=0").status == 200


# The database


@pytest.fixture
def site():
    with sites.running("nginx") as site:
        yield site


class Outage:
    """Requests while the database is out of order: what is answered, logged and stored."""

    def __init__(self, site):
        self.site = site
        self.seen = len(site.request_log())  # lines

    def refuses(self, send, cause):
        """503 in SCIM's form, which names no file, and one line in the log that has the cause."""
        answer = send()
        assert_unavailable(answer)
        assert str(self.site.data) not in answer.body.decode()
        line, = self.site.request_log()[self.seen:]
        self.seen += 1
        assert cause in sites.REQUEST_LINE.match(line)["cause"]
        return answer

    def create(self):
        return self.site.client.post("/Users", user(NAME))

    def read(self):
        return self.site.client.get("/Users?count=0")

    def is_over(self):
        """Nothing was stored; what was refused is done now, without a restart."""
        assert self.read().json["totalResults"] == 0
        assert self.create().status == 201
        with contextlib.closing(sqlite3.connect(self.site.database)) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert database.execute("SELECT count(*) FROM resource").fetchone() == (1,)


@pytest.fixture
def outage(site):
    return Outage(site)


def files(site):
    return list(site.data.glob("roster.sqlite*"))


def put_back(aside, site):
    for file in files(site):
        file.unlink()
    for file in aside.iterdir():
        file.rename(site.data / file.name)


@pytest.mark.parametrize("is_empty, cause", [(False, "there is no database"), (True, "empty")])
def test_database_that_is_gone(site, outage, is_empty, cause):
    """Nobody makes a new, empty directory of it: to a client all users would be deleted."""
    aside = site.directory / "aside"
    aside.mkdir()
    for file in files(site):
        file.rename(aside / file.name)
    if is_empty:
        site.database.touch(mode=0o600)
        sites.give(site.database)
    for send in outage.read, outage.create, outage.read, outage.create:
        outage.refuses(send, cause)
    assert [file.stat().st_size for file in files(site)] == ([0] if is_empty else [])
    put_back(aside, site)
    outage.is_over()


def test_database_that_nobody_may_open(site):
    """Processes that have it open go on; a new one is refused until it may."""
    site.stop_roster()
    site.database.chmod(0)
    sites.spawn_roster(site)
    site.wait()
    outage = Outage(site)
    for send in outage.read, outage.create:
        outage.refuses(send, "unable to open")
    site.database.chmod(0o600)
    outage.is_over()


def test_spell_of_a_read_only_file(site, outage):
    """What SQLite makes beside a read-only database is read-only too, and must not stay so."""
    site.stop_roster()
    for file in files(site):
        file.chmod(0o444)
    sites.spawn_roster(site)
    site.wait()
    outage = Outage(site)
    for _ in range(2 * sites.FORKS):
        site.client.get("/Users?count=0")
    assert site.client.post("/Users", user(NAME)).status == 503
    site.database.chmod(0o600)
    for _ in range(2 * sites.FORKS):
        answer = site.client.post("/Users", user(NAME))
        assert answer.status in (201, 409), answer.body
    assert all(file.stat().st_mode & 0o200 for file in files(site))


def rename_over(new, database, aside):
    os.link(database, aside)
    new.rename(database)


def move_aside_first(new, database, aside):
    """For a moment there is no database."""
    database.rename(aside)
    new.rename(database)


@pytest.mark.parametrize("replace", [rename_over, move_aside_first])
def test_files_renamed_into_place_under_traffic(site, replace):
    """Each file has what was acknowledged while it was in place, and nothing of another one."""
    turns = 6
    stop = threading.Event()
    made = []  # (user name, number of the file that was in place before and after)
    number = [0]

    def write(writer):
        count = 0
        while not stop.is_set():
            name, before = f"writer{writer}-{count}", number[0]
            answer = site.client.post("/Users", user(name))
            count += 1
            if answer.status == 201:
                made.append((name, before, number[0]))
            else:
                assert answer.status == 503, answer.body

    def until_more_are_made():
        seen = len(made)
        sites.until(lambda: len(made) > seen + 20 or any(w.done() for w in writers))

    def prove(file, turn):
        """In between two files it cannot be said whose a user is."""
        certain = {name for name, before, after in made if before == after == turn}
        stored = user_names(file)
        assert certain and certain <= stored
        others = {name for name, before, after in made if before == after != turn}
        assert not others & stored

    copy = site.directory / "copy"
    with closing_connection(site.database) as source, closing_connection(copy) as target:
        source.backup(target)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        writers = [pool.submit(write, writer) for writer in range(sites.FORKS)]
        try:
            until_more_are_made()
            for turn in range(turns):
                new, aside = site.data / "new", site.data / f"aside{turn}"
                shutil.copy(copy, new)
                new.chmod(0o600)
                sites.give(new)
                number[0] = -1
                replace(new, site.database, aside)
                number[0] = turn + 1
                # The new file is in use: nothing of the old one is left anywhere else.
                until_more_are_made()
                prove(aside, turn)
        finally:
            stop.set()
        for writer in writers:
            writer.result()
    prove(site.database, turns)


def user_names(path):
    """What a whole database holds."""
    with closing_connection(path) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return {name for name, in database.execute(
            "SELECT json_extract(document, '$.userName') FROM resource")}


def test_reader_of_a_file_that_is_moved_aside(site):
    """What cannot be moved from the `-wal` into its file is kept, and no other file gets it."""
    with closing_connection(site.database) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM resource").fetchone()
        assert site.client.post("/Users", user(NAME)).status == 201
        new, aside = site.data / "new", site.data / "aside"
        site.command("migrate", "--database", new)
        token = site.command("token", "create", "tests", "--database", new)
        move_aside_first(new, site.database, aside)
        client = Client(site.base, token)
        sites.until(lambda: client.get("/Users").status == 200)
        assert client.get("/Users").json["totalResults"] == 0
        kept, = site.data.glob("*.kept")
    kept.rename(site.data / "aside-wal")
    assert user_names(aside) == {NAME}


def closing_connection(path):
    return contextlib.closing(sqlite3.connect(path))


def test_missing_folder(site, outage):
    site.data.rename(site.directory / "elsewhere")
    outage.refuses(outage.read, "there is no database")
    (site.directory / "elsewhere").rename(site.data)
    outage.is_over()


def set_schema(site, number):
    with contextlib.closing(sqlite3.connect(site.database)) as database:
        database.execute(f"PRAGMA user_version = {number}")


def schema(site):
    with contextlib.closing(sqlite3.connect(site.database)) as database:
        return database.execute("PRAGMA user_version").fetchone()[0]


@pytest.mark.parametrize("is_running", [True, False])
def test_newer_schema(site, outage, is_running):
    """Also when it becomes newer under running processes, which have the database open."""
    known = schema(site)
    if is_running:
        assert outage.read().status == 200
        outage.seen += 1
    else:
        site.stop_roster()
    set_schema(site, 99)
    if not is_running:
        sites.spawn_roster(site)
        site.wait()
        outage = Outage(site)
        outage.refuses(outage.read, "schema 99")
    outage.refuses(outage.create, "schema 99")
    assert schema(site) == 99
    set_schema(site, known)
    outage.is_over()


def test_database_that_may_not_be_written(site):
    site.stop_roster()
    for file in files(site):
        file.chmod(0o400)
    site.data.chmod(0o500)
    sites.spawn_roster(site)
    site.wait()
    outage = Outage(site)
    for _ in range(2):
        outage.refuses(outage.create, "SQLite error")
    site.data.chmod(0o700)
    for file in files(site):
        file.chmod(0o600)
    outage.is_over()


def test_file_that_is_no_database(site, outage):
    aside = site.data / "aside"
    junk = site.data / "junk"
    junk.write_text("a shopping list, long enough to be mistaken for something\n" * 20)
    sites.give(junk)
    site.database.rename(aside)
    junk.rename(site.database)
    for send in outage.read, outage.create:
        outage.refuses(send, "not a database")
    assert site.database.read_text().startswith("a shopping list")
    aside.rename(site.database)
    outage.is_over()


def test_database_that_another_process_locks(site, outage):
    """Changes wait, and are refused in the end; reads do not even wait."""
    with contextlib.closing(sqlite3.connect(site.database)) as other:
        other.execute("BEGIN IMMEDIATE")
        with concurrent.futures.ThreadPoolExecutor() as pool:
            change = pool.submit(outage.create)
            for _ in range(2 * sites.FORKS):
                assert outage.read().status == 200
                outage.seen += 1
            assert not change.done()
            refused = outage.refuses(change.result, "locked")
        assert int(refused.headers["retry-after"]) > 0
        other.rollback()
    outage.is_over()


@pytest.fixture
def small_disk(site):
    """The folder of the database on a file system of one megabyte."""
    site.stop_roster()
    content = site.directory / "content"
    site.data.rename(content)
    site.data.mkdir()
    mount = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", site.data], capture_output=True)
    if mount.returncode != 0:
        site.data.rmdir()
        pytest.skip("needs the right to mount")
    try:
        subprocess.run(["cp", "-a", f"{content}/.", site.data], check=True)
        sites.spawn_roster(site)
        site.wait()
        yield
        site.stop_roster()
    finally:
        subprocess.run(["umount", site.data], check=True)


@pytest.mark.parametrize("is_open, cause", [(True, "full"), (False, "SQLite error")])
def test_full_disk(site, small_disk, is_open, cause):
    """Full when there is something to write, or before the database has even been opened."""
    if is_open:
        assert site.client.get("/Users").status == 200
    outage = Outage(site)
    ballast = site.data / "ballast"
    with contextlib.suppress(OSError), open(ballast, "wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)
    outage.refuses(outage.create, cause)
    ballast.unlink()
    outage.is_over()
