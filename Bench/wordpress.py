"""Roster with a WordPress behind it, beside WordPress's own REST API on the same machine.

Each figure is of pairs: what goes through Roster, then what does the same through core REST, in
alternating order, so that a busy machine disturbs both alike.
"""

import base64
import contextlib
import http.client
import json
import pathlib
import sqlite3
import statistics
import subprocess
import time

from servers import DATABASE, BenchError, Server, free_ports, nginx

ROOT = pathlib.Path(__file__).resolve().parent.parent
SCRIPT = ROOT / "Scripts/wordpress"
PLUGIN = ROOT / "deploy/wordpress/roster.php"
USER_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:User"


def user(name):
    return {
        "schemas": [USER_SCHEMA], "userName": name, "active": True,
        "name": {"givenName": "Ada", "familyName": "Lovelace"}, "displayName": "Ada Lovelace",
        "emails": [{"value": f"{name}@example.com", "type": "work", "primary": True}]}


class Core:
    """WordPress's own REST API, on one connection."""

    def __init__(self, site):
        self.port = int(site["url"].rsplit(":", 1)[1])
        credentials = f"{site['administrator']}:{site['applicationPassword']}"
        self.headers = {
            "Authorization": "Basic " + base64.b64encode(credentials.encode()).decode(),
            "Content-Type": "application/json"}
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def request(self, method, path, body=None):
        """Seconds that an answer took, and its JSON."""
        start = time.perf_counter()
        self.connection.request(method, "/wp-json/wp/v2" + path, body and json.dumps(body),
                                self.headers)
        answer = self.connection.getresponse()
        content = answer.read()
        seconds = time.perf_counter() - start
        if answer.status not in (200, 201):
            raise BenchError(f"core REST: {method} {path}: {answer.status} {content[:200]}")
        return seconds, json.loads(content)

    def create(self, name):
        return self.request("POST", "/users", {
            "username": name, "email": f"{name}@example.com", "first_name": "Ada",
            "last_name": "Lovelace", "name": "Ada Lovelace", "roles": ["subscriber"],
            "password": f"{name}-P4ss-{name}"})


class Directory:
    """Roster behind nginx, on one connection."""

    def __init__(self, server, site):
        self.server, self.site = server, site
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        self.database = sqlite3.connect(server.directory / DATABASE, isolation_level=None)

    def request(self, method, path, body=None):
        start = time.perf_counter()
        self.connection.request(
            method, "/scim/v2" + path, body and json.dumps(body),
            {"Authorization": f"Bearer {self.server.token}",
             "Content-Type": "application/scim+json"})
        answer = self.connection.getresponse()
        content = answer.read()
        seconds = time.perf_counter() - start
        if answer.status not in (200, 201):
            raise BenchError(f"Roster: {method} {path}: {answer.status} {content[:200]}")
        return seconds, json.loads(content)

    def create(self, name):
        return self.request("POST", "/Users", user(name))

    def command(self, *words):
        program = self.server.program
        made = subprocess.run(
            [program.binary, *words], env=program.environment(self.server.directory),
            stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if made.returncode != 0:
            raise BenchError(f"roster {' '.join(words)}: {made.stderr.strip()}")
        return made.stdout

    def waiting(self):
        return self.database.execute(
            "SELECT count(*) FROM delivery WHERE due IS NOT NULL").fetchone()[0]

    def wait_until_delivered(self, scim_id=None):
        """Waits until WordPress has said that it has an account, or all of them."""
        one = "SELECT acknowledged >= version FROM delivery WHERE resource = ?"
        deadline = time.monotonic() + 300
        while time.monotonic() < deadline:
            if scim_id is None:
                if self.waiting() == 0:
                    return
            elif (row := self.database.execute(one, (scim_id,)).fetchone()) and row[0]:
                return
            time.sleep(0.001 if scim_id else 0.02)
        raise BenchError("WordPress did not get what is due")


@contextlib.contextmanager
def wordpress(directory):
    """The newest WordPress that Debian has, behind nginx and php-fpm."""
    port, = free_ports(1)
    made = subprocess.run(
        [SCRIPT, "up", directory, "--port", str(port), "--server", "nginx", "--release", "newest",
         "--plugin", PLUGIN], capture_output=True, text=True)
    if made.returncode != 0:
        raise BenchError(f"no WordPress: {made.stderr.strip()[-300:]}")
    try:
        yield json.loads(made.stdout)
    finally:
        subprocess.run([SCRIPT, "wipe", directory], capture_output=True)


def connect(directory, site):
    """Connects the two, as `make run WORDPRESS=1` does."""
    lines = directory.command("wordpress", "connect", site["url"])
    subprocess.run([SCRIPT, "define", pathlib.Path(site["root"]).parent], input=lines, text=True,
                   check=True, capture_output=True)
    directory.command("wordpress", "test")


def pairs(count, roster, core):
    """Milliseconds of both, a pair at a time, in alternating order; `None` for core where it has
    nothing alike."""
    found = ([], [])
    for number in range(count + 2):
        order = [(0, roster), (1, core)]
        for side, measure in order if number % 2 else reversed(order):
            seconds = measure(number)
            # The first two of each warm up.
            if number >= 2:
                found[side].append(seconds * 1000)
    return found


class Names:
    """User names that nobody has yet."""

    def __init__(self):
        self.count = 0

    def next(self, kind):
        self.count += 1
        return f"{kind}{time.time_ns() % 10**9}-{self.count}"


def measure_creates(directory, core, names, count):
    """Rows of one create: how long the client waits, and how long until WordPress has it."""
    def through_roster(_):
        start = time.perf_counter()
        _, made = directory.create(names.next("roster"))
        directory.wait_until_delivered(made["id"])
        return time.perf_counter() - start

    def answer_only(_):
        seconds, made = directory.create(names.next("answer"))
        directory.wait_until_delivered(made["id"])
        return seconds

    def through_core(_):
        return core.create(names.next("core"))[0]

    rows = []
    directory.command("wordpress", "set", "--validation", "off")
    rows.append(("POST, until the account is there", *pairs(count, through_roster, through_core)))
    rows.append(("POST, its answer, nobody validates", *pairs(count, answer_only, through_core)))
    directory.command("wordpress", "set", "--validation", "queue")
    rows.append(("POST with validation, until it is there",
                 *pairs(count, through_roster, through_core)))
    rows.append(("POST with validation, its answer", *pairs(count, answer_only, through_core)))
    return rows


def measure_reads(directory, core, count):
    scim_id = directory.request("GET", "/Users?count=1")[1]["Resources"][0]["id"]
    number = core.request("GET", "/users?per_page=1")[1][0]["id"]
    one = (lambda _: directory.request("GET", f"/Users/{scim_id}")[0],
           lambda _: core.request("GET", f"/users/{number}?context=edit")[0])
    page = (lambda _: directory.request("GET", "/Users?count=100")[0],
            lambda _: core.request("GET", "/users?per_page=100&context=edit")[0])
    return [("GET a user", *pairs(count, *one)), ("list of 100", *pairs(count, *page))]


def measure_load(directory, core, names, count):
    """Users a second: `count` of them from the first request until WordPress has the last."""
    directory.command("wordpress", "set", "--validation", "off")
    start = time.perf_counter()
    for _ in range(count):
        directory.create(names.next("load"))
    directory.wait_until_delivered()
    through_roster = count / (time.perf_counter() - start)
    # Web servers close a connection on which nothing comes for a minute; it is opened anew.
    core.connection.close()
    start = time.perf_counter()
    for _ in range(count):
        core.create(names.next("own"))
    through_core = count / (time.perf_counter() - start)
    directory.connection.close()
    return through_roster, through_core


def measure_cost(directory, names, count):
    """Milliseconds of a POST's answer with a site that is not sent to now, and without a site."""
    directory.command("wordpress", "set", "--validation", "off", "--paused", "on")

    def create(_):
        return directory.create(names.next("cost"))[0]

    def run():
        return statistics.median(create(0) * 1000 for _ in range(count))

    with_site, without = [], []
    settings = directory.database.execute("SELECT * FROM receiver").fetchall()
    for _ in range(5):
        with_site.append(run())
        directory.database.execute("DELETE FROM receiver")
        without.append(run())
        marks = ",".join("?" * len(settings[0]))
        directory.database.execute(f"INSERT INTO receiver VALUES ({marks})", settings[0])
    return with_site, without


def show(title, roster, core):
    ratio = statistics.median(b / a for a, b in zip(roster, core))
    print(f"{title:<42}{statistics.median(roster):>10.1f}{statistics.median(core):>10.1f}"
          f"{ratio:>9.2f}")


def measure(program, place, say, quick):
    """Measures all and prints it."""
    count, users = (20, 200) if quick else (60, 2000)
    place.mkdir()
    with contextlib.ExitStack() as stack:
        site = stack.enter_context(wordpress(place / "wordpress"))
        say(f"WordPress {site['version']}")
        port, = free_ports(1)
        server = Server(program, 0, 0, 2, place / "socket", port)
        front = place / "front"
        front.mkdir()
        stack.enter_context(nginx([server], front))
        stack.callback(server.stop)
        data = place / "data"
        data.mkdir()
        server.start(data)
        directory, core, names = Directory(server, site), Core(site), Names()
        connect(directory, site)
        say("creates")
        creates = measure_creates(directory, core, names, count)
        say(f"{users} users at once")
        loads = measure_load(directory, core, names, users)
        say("reads")
        reads = measure_reads(directory, core, count)
        say("what a site costs a POST")
        costs = measure_cost(directory, names, 100 if quick else 300)
    print(f"\nBeside WordPress {site['version']}'s own REST API, one connection each, "
          f"medians of {count} pairs in ms; a ratio above 1: Roster is faster.\n")
    print(f"{'':<42}{'Roster':>10}{'core':>10}{'ratio':>9}")
    for row in [*creates, *reads]:
        show(*row)
    print(f"{f'initial load of {users} users, users a second':<42}{loads[0]:>10.1f}"
          f"{loads[1]:>10.1f}{loads[0] / loads[1]:>9.2f}")
    ratio = statistics.median(a / b for a, b in zip(*costs))
    print(f"\nA POST's answer with a site that changes are counted for, against none: "
          f"{ratio:.2f} ({min(a / b for a, b in zip(*costs)):.2f}–"
          f"{max(a / b for a, b in zip(*costs)):.2f}).\n")

