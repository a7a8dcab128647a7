"""The console behind every kind of web server: both its paths, and what such servers alter."""

import http.client
import re

import pytest

from console import ticket

PATHS = pytest.mark.parametrize("path", ["/scim/admin", "/scim/v2/admin"])
HTML = "text/html; charset=utf-8"
POLICY = "default-src 'none'"


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.fields = [(name.lower(), value) for name, value in response.getheaders()]
        self.body = response.read()

    def all(self, name):
        return [value for field, value in self.fields if field == name]

    def __getitem__(self, name):
        value, = self.all(name)
        return value


def ask(site, path, method="GET", body=None, **fields):
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)
    try:
        connection.request(
            method, path, body, {name.replace("_", "-"): value for name, value in fields.items()})
        return Answer(connection.getresponse())
    finally:
        connection.close()


@pytest.fixture(scope="module")
def secret(site):
    """Of a WordPress that lets people in; nobody calls it."""
    lines = site.command(
        "wordpress", "connect", "http://127.0.0.1:9", "--base-url", site.base)
    return re.search(r"whsec_[\w+/=]+", lines)[0]


@PATHS
def test_redirect_stays_one(site, path):
    """The path in it is no place within the web server."""
    for address in path, path + "/", path + "/users?q=a%26b":
        answer = ask(site, address)
        assert (answer.status, answer["location"], answer.body) == (303, path + "/sign-in", b"")


@PATHS
def test_pages_and_their_files(site, path):
    page = ask(site, path + "/sign-in")
    assert (page.status, page["content-type"]) == (200, HTML)
    assert page["cache-control"] == "no-store"
    assert page["content-security-policy"].startswith(POLICY)
    cookie, = page.all("set-cookie")
    assert f"Path={path};" in cookie and "HttpOnly; SameSite=Strict" in cookie

    sheet, = re.findall(rf'"({path}/console-\w+\.css)"', page.body.decode())
    style = ask(site, sheet)
    assert (style.status, style["content-type"]) == (200, "text/css; charset=utf-8")
    assert style["cache-control"] == "public, max-age=31536000, immutable"
    assert b"--accent" in style.body


@PATHS
def test_head(site, path):
    for address in path + "/sign-in", path + "/elsewhere", path:
        shown, asked = ask(site, address), ask(site, address, "HEAD")
        assert (asked.status, asked.body) == (shown.status, b"")
        for name in "content-type", "location", "cache-control":
            assert asked.all(name) == shown.all(name)


@PATHS
def test_two_cookies_at_once(site, path, secret):
    answer = ask(site, f"{path}/sign-in?ticket={ticket(secret)}")
    assert answer.status == 200
    cookies = answer.all("set-cookie")
    assert sorted(re.match("[^=]+", cookie)[0] for cookie in cookies) == ["roster", "roster-form"]
    session, = [cookie.split(";")[0] for cookie in cookies if cookie.startswith("roster=")]
    page = ask(site, path + "/users", Cookie=session)
    assert page.status == 200 and b"<h1>Users</h1>" in page.body


@PATHS
def test_refusals_are_pages(site, path):
    for method in "PUT", "PATCH", "DELETE":
        answer = ask(site, path + "/users", method, b"{}")
        assert (answer.status, answer["content-type"]) == (405, HTML)
        assert answer["allow"] == "GET, HEAD, POST"
    unknown = ask(site, path + "/sign-in/elsewhere")
    assert (unknown.status, unknown["content-type"]) == (404, HTML)


@PATHS
def test_body_too_large(site, path):
    answer = ask(site, path + "/sign-in", "POST", b"a" * (1 << 20) + b"a")
    if site.kind.startswith("htaccess-fcgid"):
        # Its own limit ends it before.
        assert answer.status == 500
    else:
        assert (answer.status, answer["content-type"]) == (413, HTML)
    assert not answer.body.startswith(b"{") or site.kind.startswith("htaccess")


@PATHS
def test_web_servers_own_refusal_is_for_people(site, path):
    """Nothing is sent of what is announced: the answer does not wait for it."""
    if site.kind.startswith("htaccess"):
        pytest.skip("customers do not set the limit")
    answer = ask(site, path + "/sign-in", "POST", Content_Length="4194305")
    assert answer.status == 413 and answer["content-type"].startswith("text/html")
    assert b"urn:ietf" not in answer.body
