"""Settings that reach Roster through the web server's configuration, or as environment."""

import os
import subprocess

import pytest

import sites
from scim import Client, user

BASE_URL = "https://people.example.com/directory/scim/v2"


def htaccess(site):
    sites.start_htaccess(
        site, "fcgid", lambda text: text + f"SetEnv ROSTER_BASE_URL {BASE_URL}\n")


def apache(site):
    sites.spawn_roster(site)
    sites.start_apache(site, ["proxy", "proxy_fcgi"], [
        f"Define ROSTER_SOCKET {site.directory}/roster.sock",
        f"Include {sites.DEPLOY}/apache.conf",
        f"<Location /scim/v2>\nSetEnv ROSTER_BASE_URL {BASE_URL}\n</Location>",
    ])


@pytest.mark.parametrize("starter", [htaccess, apache])
def test_base_url(starter):
    with sites.running("apache", starter) as site:
        answer = site.client.post("/Users", user("ada@example.test"))
        location = f"{BASE_URL}/Users/{answer.json['id']}"
        assert answer.headers["location"] == location
        assert answer.json["meta"]["location"] == location


def test_environment_wins_over_the_web_server():
    """Otherwise whoever reaches the socket could name another database or log file."""
    def start(site):
        sites.start_nginx(
            site,
            sites.with_parameters(
                ROSTER_DATABASE=site.data / "other.sqlite", ROSTER_LOG=site.data / "other.log",
                ROSTER_BASE_URL="https://other.example/v2"),
            ROSTER_LOG=str(site.data / "requests.log"), ROSTER_BASE_URL=BASE_URL)

    with sites.running("nginx", start) as site:
        answer = site.client.post("/Users", user("ada@example.test"))
        assert answer.headers["location"] == f"{BASE_URL}/Users/{answer.json['id']}"
        assert " POST " in (site.data / "requests.log").read_text()
        assert list(site.data.glob("other*")) == []


def test_log_is_named_where_the_database_is():
    """Otherwise whoever reaches the socket could have lines appended to the database."""
    def start(site):
        sites.start_nginx(site, sites.with_parameters(ROSTER_LOG=site.database))

    with sites.running("nginx", start) as site:
        assert site.client.post("/Users", user("ada@example.test")).status == 201
        assert b" POST /scim/v2/Users 201 " not in site.database.read_bytes()
        assert any(" POST " in line for line in site.request_log())


def test_trap_12_two_rosters_in_one_virtual_host():
    """Apache joins back ends of one name, whatever their sockets; each needs all three lines."""
    def start(site):
        lines = []
        for name, path in ("production", "/scim/v2"), ("staging", "/scim/staging/v2"):
            database = site.database if name == "production" else site.data / "staging.sqlite"
            sites.spawn_roster(site, name, ROSTER_DATABASE=str(database))
            lines += [
                f"Define ROSTER_PATH {path}",
                f"Define ROSTER_NAME {name}",
                f"Define ROSTER_SOCKET {site.directory}/{name}.sock",
                f"Include {sites.DEPLOY}/apache.conf",
            ]
        sites.start_apache(site, ["proxy", "proxy_fcgi"], lines)

    with sites.running("apache", start) as site:
        token = site.command("token", "create", "tests", "--database", site.data / "staging.sqlite")
        staging = Client(f"{site.origin}/scim/staging/v2", token)
        for client, name in (site.client, "ada"), (staging, "grace"):
            assert client.post("/Users", user(name)).status == 201
            found = client.get("/Users").json["Resources"]
            assert [resource["userName"] for resource in found] == [name]
            assert found[0]["meta"]["location"].startswith(client.base + "/Users/")
        assert Client(staging.base, site.token).get("/Users").status == 401


def test_relative_path_of_the_database_is_refused():
    """It would be another file wherever the web server starts the process."""
    with sites.running("nginx") as site:
        site.stop_roster()
        sites.spawn_roster(site, ROSTER_DATABASE=os.path.relpath(site.database))
        site.wait()
        answer = site.client.get("/Users")
        assert answer.status == 503
        assert str(site.data) not in answer.body.decode()
        cause = sites.REQUEST_LINE.match(site.request_log()[-1])["cause"]
        assert cause.startswith("ROSTER_DATABASE must be an absolute path")


def test_commands_refuse_a_relative_path_in_the_environment(tmp_path):
    environment = {"PATH": sites.PATH, "ROSTER_DATABASE": "roster.sqlite"}
    make = [sites.program(), "token", "create", "tests"]
    refused = subprocess.run(
        make, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)
    assert refused.returncode != 0
    assert "ROSTER_DATABASE must be an absolute path, and is roster.sqlite" in refused.stderr
    assert list(tmp_path.iterdir()) == []
    made = subprocess.run(
        [*make, "--database", "roster.sqlite"], cwd=tmp_path, env=environment, capture_output=True,
        timeout=60)
    assert made.returncode == 0
    assert (tmp_path / "roster.sqlite").exists()
