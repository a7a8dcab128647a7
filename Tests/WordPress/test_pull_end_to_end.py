"""Roster on a machine without curl: WordPress asks, each minute and when the Users list is opened."""

import contextlib
import pathlib
import subprocess
import tempfile

import pytest

from installation import enters
from roster_site import (  # noqa: F401
    Roster, definitions, logins, program_copy, sites)
from wordpress_site.servers import php_options

NAME = "the-site"


@pytest.fixture(scope="module")
def programs():
    """A folder with every program of the machine but curl."""
    with tempfile.TemporaryDirectory(prefix="roster-test-", dir="/tmp") as folder:
        folder = pathlib.Path(folder)
        folder.chmod(0o755)
        for place in sites.PATH.split(":"):
            for program in pathlib.Path(place).glob("*"):
                if program.name != "curl" and not (folder / program.name).exists():
                    (folder / program.name).symlink_to(program)
        yield folder


class Deaf(Roster):
    """A Roster that cannot call anybody; neither can its commands."""

    def __init__(self, site, wordpress, programs):
        super().__init__(site, wordpress)
        self.environment = {"ROSTER_DATABASE": str(site.database), "PATH": str(programs)}
        self.command = self.run

    def run(self, *arguments):
        return subprocess.run(
            [sites.program(), *map(str, arguments)], env=self.environment, check=True, text=True,
            stdout=subprocess.PIPE, timeout=60, **sites.UNPRIVILEGED).stdout

    @contextlib.contextmanager
    def connected(self):
        lines = definitions(self.command(
            "wordpress", "connect", self.wordpress.url, "--name", NAME,
            "--base-url", self.site.base))
        assert sorted(lines) == ["ROSTER_NAME", "ROSTER_SECRET", "ROSTER_URL"]
        with self.wordpress.constants(**lines):
            yield


@pytest.fixture(scope="module")
def roster(installed, programs, program_copy):  # noqa: F811
    def start(site):
        sites.start_nginx(site, PATH=str(programs))

    with sites.running("nginx", start, has_front_controller=False) as site:
        roster = Deaf(site, installed, programs)
        with roster.connected():
            yield roster
        roster.end_couriers()


def run_cron(wordpress):
    """What a machine's cron does each minute: here at once, and again at once."""
    wordpress.evaluate("wp_clear_scheduled_hook('roster_pull');")
    wordpress.browser().get("/")
    subprocess.run(
        ["php", *php_options(wordpress), wordpress.root / "wp-cron.php"], check=True,
        stdout=subprocess.DEVNULL, **sites.UNPRIVILEGED)


def open_users(wordpress):
    """The list of users, where no page has asked Roster lately."""
    wordpress.evaluate("delete_site_transient('roster_pull_page');")
    administrator = wordpress.logged_in("admin", wordpress.password)
    assert enters(administrator)
    return administrator.get("/wp-admin/users.php")


@pytest.mark.parametrize("ask", [run_cron, open_users])
def test_asked(roster, ask):
    wordpress = roster.wordpress
    before = logins(wordpress)
    names = [f"{ask.__name__}-{number}" for number in range(60)]
    ids = [roster.create(name, displayName="Ann") for name in names]
    assert len(roster.waiting()) == 60
    assert logins(wordpress) == before
    ask(wordpress)
    roster.settle()
    assert sorted(set(logins(wordpress).values()) - set(before.values())) == sorted(names)
    roster.replace(ids[0], displayName="Anna")
    roster.replace(ids[1], active=False)
    for id in ids[2:]:
        roster.delete(id)
    ask(wordpress)
    roster.settle()
    assert roster.account(ids[0])["displayName"] == "Anna"
    assert roster.account(ids[1])["roles"] == []
    assert len(logins(wordpress)) == len(before) + 2
    for id in ids[:2]:
        roster.delete(id)
    ask(wordpress)
    roster.settle()
    assert logins(wordpress) == before


def test_refusal(roster):
    """The site cannot be asked before somebody is stored; what it refuses is listed."""
    wordpress = roster.wordpress
    id = roster.create("admin", emails=[{"value": "another@example.org"}])
    run_cron(wordpress)
    roster.settle()
    assert roster.parked()[id]["code"] == "existing_user_login"
    roster.delete(id)
    run_cron(wordpress)
    roster.settle()
    assert roster.parked() == {}


def test_others_are_answered_nothing(roster):
    """Who does not know the secret, or another receiver's, is told nothing."""
    answer = roster.client.post("/Deliveries", {"acknowledge": [], "limit": 50}, headers={
        "roster-receiver": NAME, "webhook-id": "msg_1", "webhook-timestamp": "1",
        "webhook-signature": "v1,AAAA"})
    assert answer.status == 401
    assert "events" not in answer.json
