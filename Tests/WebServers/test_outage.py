"""What a client hears when Roster is away: the web server's own errors, in SCIM's form."""

import signal

import pytest

import sites
from scim import ERROR


def stop_roster(site):
    watcher = next(p for p in site.processes if p.args[0] == "spawn-fcgi")
    watcher.send_signal(signal.SIGTERM)
    watcher.wait(20)
    site.processes.remove(watcher)


def assert_unavailable(answer):
    assert answer.status == 503
    assert answer.headers["content-type"] == "application/scim+json"
    assert answer.json["schemas"] == [ERROR]
    assert answer.json["status"] == "503"


@pytest.mark.parametrize("kind", ["nginx", "apache-proxy_fcgi"])
def test_roster_is_used_again_as_soon_as_it_is_back(kind):
    site = sites.Site(kind).start()
    try:
        stop_roster(site)
        assert_unavailable(site.client.get("/Users"))
        (site.directory / "roster.sock").unlink()
        assert_unavailable(site.client.get("/Users"))
        sites.spawn_roster(site)
        site.wait()
        assert site.client.get("/Users?count=0").status == 200
    finally:
        site.stop()
