"""Everything that a console is about: Roster behind nginx, a WordPress, and people of all kinds."""

import contextlib
import pathlib
import secrets
import sqlite3
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
for folder in "Tests/WebServers", "Tests/WordPress":
    sys.path.append(str(ROOT / folder))

import sites  # noqa: E402
from installation import until  # noqa: E402
from laboratory import Laboratory  # noqa: E402
from roster_site import ENTERPRISE, Roster  # noqa: E402

from visitor import Visitor, walk  # noqa: E402

# Each would become an element or an attribute where it is not escaped.
HOSTILE = """</p></script><script>stolen</script><x-stolen a='"></x-stolen>' x-stolen="1" x='&lt;"""
QUOTES = """O'Brien "the \\ boss" & `Söhne` <3 {{name}} ${name} %00 %s"""
RIGHT_TO_LEFT = "\u202eمُحَمَّد بن سلمان — עברית"
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk" * 18
SITE = "blog"
SETUP_KEY = secrets.token_hex(16)


def attributes(text):
    """A user's members with a text wherever there can be one."""
    def entry(**more):
        return {"value": text, "display": text, "type": text, **more}

    return {
        "externalId": text,
        "displayName": text, "nickName": text, "title": text, "userType": text,
        "name": {part: text for part in (
            "formatted", "familyName", "givenName", "middleName", "honorificPrefix",
            "honorificSuffix")},
        "addresses": [{part: text for part in (
            "formatted", "streetAddress", "locality", "region", "postalCode", "country", "type")}],
        "emails": [entry(primary=True)], "phoneNumbers": [entry()], "ims": [entry()],
        "roles": [entry()], "entitlements": [entry()],
        ENTERPRISE: {part: text for part in (
            "employeeNumber", "costCenter", "organization", "division", "department")},
    }


PEOPLE = [
    ("ada", "Ada", "Lovelace", "Research"), ("grace", "Grace", "Hopper", "Research"),
    ("alan", "Alan", "Turing", "Research"), ("mary", "Mary", "Shelley", "Press"),
    ("jane", "Jane", "Austen", "Press"), ("emmy", "Emmy", "Noether", "Research"),
    ("max", "Max", "Planck", "Finance"), ("lise", "Lise", "Meitner", "Finance"),
]


class World:
    """What runs, and who is in it. `people` are ids by login, `groups` ids by name."""

    def __init__(self, site, wordpress):
        self.site = site
        self.wordpress = wordpress
        self.roster = Roster(site, wordpress)
        self.people, self.groups = {}, {}

    @property
    def secret(self):
        return self.roster.secret

    def visitor(self, **options):
        return Visitor(self.site.origin, **options)

    def administrator(self):
        return self.visitor().enter(self.secret)

    def auditor(self):
        """Somebody who may look."""
        visitor = self.visitor().enter(self.secret, "auditor")
        self.site.command("administrator", "role", f"auditor@{self.wordpress.host}", "auditor")
        # Another role ends all sessions.
        return visitor.enter(self.secret, "auditor")

    def execute(self, statement, *values):
        """What the database's owner can do to it."""
        with contextlib.closing(sqlite3.connect(self.site.database, timeout=30)) as connection:
            with connection:
                return connection.execute(statement, values).fetchall()

    def fill(self):
        """People, groups, tokens, rules: what works."""
        for login, given, family, department in PEOPLE:
            self.people[login] = self.roster.create(
                f"{login}@example.com", displayName=f"{given} {family}",
                name={"givenName": given, "familyName": family},
                emails=[{"value": f"{login}@example.com", "type": "work", "primary": True}],
                title="Head of " + department if login in ("ada", "max") else "Expert",
                **{ENTERPRISE: {"department": department, "employeeNumber": login.upper()}})
        for name, members in {
                "Editors": ["ada", "grace", "alan"], "Press": ["mary", "jane"],
                "Finance": ["max", "lise"]}.items():
            self.group(name, *members)
        self.roster.replace(self.people["lise"], active=False)
        self.set_up()
        self.settle()

    def settle(self):
        """Waits until WordPress has everything that it takes."""
        until(lambda: not any(
            row["state"] == "waiting"
            for row in self.roster.json("deliver", "--list", "--to", SITE)), 60)

    def group(self, name, *members):
        self.groups[name] = self.roster.group(name, *[self.people[login] for login in members])

    def attack(self):
        """People and groups whose every text attacks."""
        for number, text in enumerate([HOSTILE, QUOTES, RIGHT_TO_LEFT, LONG]):
            name = f"hostile{number}"
            self.people[name] = self.roster.create(text, **attributes(text))
            self.group(text, name, "ada")
        self.settle()

    def set_up(self):
        for arguments in (
                ("entra", "--profile", "entra"), ("okta", "--profile", "okta", "--expires", "300d"),
                ("reports", "--rights", "read"), ("okta-2024", "--profile", "okta")):
            self.roster.command("token", "create", *arguments)
        self.roster.command("token", "revoke", "okta-2024")
        self.roster.wp("role", "set", "Editors", "editor")
        self.roster.wp("map", "set", "description", "title")

    def go_wrong(self):
        """Whom WordPress will not have, a receiver that nobody reaches, requests that fail."""
        self.roster.wp("set", "--validation", "off")
        # Nothing of such a name is left that WordPress takes as a login.
        self.people["stuck"] = self.roster.create(
            "§§§", displayName="Hideki Yukawa",
            emails=[{"value": "yukawa@example.com", "primary": True}])
        self.roster.command(
            "webhook", "add", "https://helpdesk.example.com/hook", "--name", "helpdesk",
            "--connect-to", "127.0.0.1:9")
        self.fail()
        self.settle()

    def fail(self):
        client = self.roster.client
        client.post("/Users", {"displayName": "Nobody"})
        client.post("/Users", {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": "ada@example.com"})
        client.get("/Users?filter=userName%20is%20x")
        type(client)(client.base, "wrong").get("/Users")

    def pages(self, visitor, **options):
        """One page of each kind, by its address below the console."""
        found = dict(walk(visitor, **options))
        for path in SEARCHES:
            found.setdefault(path, visitor.page(path))
        return found

    def siblings(self, visitor, pages):
        """The other pages of those kinds whose text differs: people who attack, providers."""
        people = [
            f"/users/{id}{below}" for login, id in self.people.items() for below in ("", "/preview")
            if login.startswith("hostile") or login == "stuck"]
        groups = [f"/groups/{id}" for id in self.groups.values()]
        providers = [
            link.removeprefix(visitor.base) for link in pages["/providers"].links
            if link.startswith(visitor.base + "/providers/")]
        return [path for path in people + groups + providers if path not in pages]


# Lists as somebody has searched them.
SEARCHES = [
    "/users?q=ada", "/users?q=nobody-at-all", "/users?q=active+eq+false&by=filter",
    "/users?state=deactivated", "/users?state=stuck", "/groups?q=f", "/deliveries?state=waiting",
]


@contextlib.contextmanager
def running():
    """A world with everything that works, while it is needed."""
    laboratory = Laboratory()
    try:
        wordpress = laboratory.site("installed")

        def start(site):
            sites.start_nginx(site, ROSTER_SETUP_KEY=SETUP_KEY)

        with sites.running("nginx", start, has_front_controller=False) as site:
            world = World(site, wordpress)
            try:
                with world.roster.connected("--name", SITE):
                    world.fill()
                    yield world
            finally:
                world.roster.end_couriers()
    finally:
        laboratory.stop()
        sites.remove_program()
