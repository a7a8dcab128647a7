"""Roster behind a real web server, connected to a real WordPress: what a client sends by SCIM is
looked for in WordPress."""

import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys

import pytest

from installation import ROOT, until

sys.path.append(str(ROOT / "Tests/WebServers"))

import replay  # noqa: E402, F401
import sites  # noqa: E402
from scim import CORE, Client, user  # noqa: E402, F401
from wordpress_site.site import definitions  # noqa: E402

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
SETTLING_SECONDS = 60


class Roster:
    """A site of Tests/WebServers whose changes go into a WordPress."""

    def __init__(self, site, wordpress):
        self.site = site
        self.wordpress = wordpress
        self.client = site.client
        self.command = site.command

    # The command line.

    def json(self, *arguments):
        """What a command says as JSON."""
        return json.loads(self.command(*arguments, "--json"))

    def wp(self, *arguments):
        """What `roster wordpress` says as JSON."""
        return self.json("wordpress", *arguments)

    @contextlib.contextmanager
    def connected(self, *options, **constants):
        """Connects as the manual says: Roster's lines, and further constants, are in wp-config.php."""
        lines = definitions(self.command("wordpress", "connect", self.wordpress.url, *options))
        self.secret = lines["ROSTER_SECRET"]
        with self.wordpress.constants(**{**lines, **constants}):
            self.command("wordpress", "test")
            yield

    def waiting(self):
        """What is still to be sent."""
        return [row for row in self.json("deliver", "--list") if row["state"] == "waiting"]

    def parked(self):
        """What was given up, by the resource's id."""
        return {
            row["resource"]: row for row in self.json("deliver", "--list") if row["state"] == "parked"}

    def status(self):
        """How the site stands, well or not."""
        return json.loads(self.site.run("wordpress", "status", "--json").stdout)

    def trouble(self):
        """What is wrong with the site as a whole; None where nothing is."""
        return self.status().get("trouble")

    def mend(self):
        """What an administrator does who has mended something."""
        self.command("deliver", "--retry")

    def settle(self):
        """Waits until everything has been delivered, by the processes that Roster starts itself."""
        until(lambda: not self.waiting(), SETTLING_SECONDS)

    def couriers(self):
        """Process ids of those who send."""
        found = []
        for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                words = path.read_bytes().decode(errors="replace").split("\0")
                if "deliver" in words and str(self.site.database) in words:
                    found.append(int(path.parent.name))
        return found

    def end_couriers(self, number=signal.SIGTERM):
        """Ends those who send, and waits for their end."""
        for pid in self.couriers():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        until(lambda: not self.couriers())

    # What a client does.

    def create(self, name, /, **members):
        """A new user's id. Somebody whom WordPress knows by nothing but the name has an address."""
        members = {"emails": [{"value": f"{name}@example.org", "primary": True}], **members}
        return self.succeed(self.client.post("/Users", user(name, **members)), 201)["id"]

    def group(self, name, *members):
        """A new group's id."""
        body = {
            "schemas": [CORE + "Group"], "displayName": name,
            "members": [{"value": member} for member in members]}
        return self.succeed(self.client.post("/Groups", body), 201)["id"]

    def replace(self, id, **values):
        """Replaces attributes of a user."""
        return self.patch(f"/Users/{id}", {"op": "replace", "value": values})

    def put_in(self, group, *members):
        self.patch(f"/Groups/{group}", {
            "op": "add", "path": "members", "value": [{"value": member} for member in members]})

    def take_out(self, group, member):
        self.patch(f"/Groups/{group}", {"op": "remove", "path": f'members[value eq "{member}"]'})

    def patch(self, path, *operations):
        return self.succeed(self.client.patch(path, *operations), 200, 204)

    def delete(self, id, resources="Users"):
        self.succeed(self.client.delete(f"/{resources}/{id}"), 204)

    @staticmethod
    def succeed(answer, *statuses):
        assert answer.status in statuses, answer.body
        return answer.json if answer.body else None

    # What is there.

    def users(self):
        """Every user that the directory has."""
        found = self.succeed(self.client.get("/Users?count=1000"), 200)
        assert len(found["Resources"]) == found["totalResults"]
        return found["Resources"]

    def clear(self):
        """Deletes every group and user; WordPress follows."""
        for resources in "Groups", "Users":
            while found := self.client.get(f"/{resources}?attributes=id").json["Resources"]:
                for resource in found:
                    self.delete(resource["id"], resources)
        self.settle()

    def account(self, id):
        """The account of a user, when everything has been delivered; None where there is none."""
        self.settle()
        return self.wordpress.account("roster_scim_id", id)


@contextlib.contextmanager
def carrying(wordpress, kind="nginx", starter=None, options=()):
    """A Roster that is connected to a WordPress, while it is needed. Nothing else is on its site."""
    with sites.running(kind, starter, has_front_controller=False) as site:
        roster = Roster(site, wordpress)
        try:
            with roster.connected(*options):
                yield roster
        finally:
            roster.end_couriers()


def logins(wordpress):
    """The login of every account, by its number."""
    return wordpress.evaluate(
        "return (object) array_column(get_users(['blog_id' => 0]), 'user_login', 'ID');")


def rows(wordpress):
    """All that WordPress keeps of each account, by its number."""
    return wordpress.evaluate("""
        global $wpdb;
        $rows = [];
        foreach ($wpdb->get_results("SELECT * FROM $wpdb->users", ARRAY_A) as $row) {
            $rows[$row['ID']] = $row;
        }
        foreach ($wpdb->get_results("SELECT * FROM $wpdb->usermeta") as $meta) {
            $rows[$meta->user_id]['meta'][$meta->meta_key] = $meta->meta_value;
        }
        return (object) $rows;
    """)


def database(program, wordpress, **options):
    """What a program of the database's says to a site's database."""
    socket = wordpress.evaluate("return explode(':', DB_HOST)[1];")
    name = wordpress.evaluate("return DB_NAME;")
    return subprocess.run(
        [program, "--no-defaults", "--user=root", f"--socket={socket}", name], check=True,
        stdout=subprocess.PIPE, **options).stdout


def dump(wordpress):
    """The database of a site as SQL."""
    return database("mariadb-dump", wordpress)


def restore(wordpress, sql):
    """Makes the database of a site what it was when it was dumped."""
    database("mariadb", wordpress, input=sql)


@pytest.fixture(scope="session")
def program_copy():
    """Roster's program where its user can reach it."""
    yield
    sites.remove_program()


@pytest.fixture(scope="module")
def roster(installed, program_copy):
    """nginx with Roster, connected to the installed WordPress, for the tests of a module."""
    with carrying(installed) as roster:
        yield roster
        roster.clear()
