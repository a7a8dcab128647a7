"""Settings that reach Roster through the web server's configuration."""

import pytest

import sites
from scim import user

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
    site = sites.Site("apache").start(starter=starter)
    try:
        answer = site.client.post("/Users", user("ada@example.test"))
        location = f"{BASE_URL}/Users/{answer.json['id']}"
        assert answer.headers["location"] == location
        assert answer.json["meta"]["location"] == location
    finally:
        site.stop()
