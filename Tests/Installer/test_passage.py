"""What passes between a browser and the program on each way, seen by a program that tells all."""

import pytest

from hosts import Host
from test_hosts import NGINX, installed
from web import request

# It answers as pages for people do, and repeats in the body what it was given.
TELL_TALE = """\
#!/bin/sh
printf 'Status: 303 See Other\\r\\nLocation: /scim/admin/users?page=2&q=a%%20b\\r\\n'
printf 'Set-Cookie: one=1; Path=/scim; HttpOnly; SameSite=Strict\\r\\nSet-Cookie: two=2; Secure\\r\\n'
printf 'Content-Type: text/html\\r\\nContent-Security-Policy: default-src none\\r\\n\\r\\n'
env
echo "BODY=$(cat)"
"""
WAYS = {
    "front": NGINX,
    "php": Host("apache"),
    "cgi": Host("apache", ("cgid",)),
}
PATHS = ["/scim/admin/sign-in?next=%2Fusers&x=1", "/scim/v2/admin/sign-in?next=%2Fusers&x=1"]
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


@pytest.fixture(scope="module", params=WAYS)
def site(laboratory, zips, request):
    site = laboratory.site("single", WAYS[request.param])
    _, page = installed(site, zips.full)
    assert "Provisioning works." in page
    program = site.private / "roster"
    program.unlink()
    program.write_text(TELL_TALE)
    program.chmod(0o755)
    return site


def told(answer):
    """The variables that the program had."""
    return dict(line.split("=", 1) for line in answer.text.splitlines() if "=" in line)


@pytest.mark.parametrize("path", PATHS)
def test_console(site, path):
    form = b"csrf=a%2Bb&name=J%C3%B6rg&name=again"
    answer = request("POST", site.url + path, {
        "Cookie": "session=abc; theme=dark", "Content-Type": "application/x-www-form-urlencoded",
        "X-Https": "on", "Referer": site.url + "/scim/admin/"}, form)
    assert answer.status == 303
    assert answer.location == "/scim/admin/users?page=2&q=a%20b"
    assert [value for name, value in answer.headers if name == "set-cookie"] == [
        "one=1; Path=/scim; HttpOnly; SameSite=Strict", "two=2; Secure"]
    fields = dict(answer.headers)
    assert fields["content-type"] == "text/html"
    assert fields["content-security-policy"] == "default-src none"
    given = told(answer)
    assert given["BODY"] == form.decode()
    assert given["CONTENT_TYPE"] == "application/x-www-form-urlencoded"
    assert given["CONTENT_LENGTH"] == str(len(form))
    assert given["HTTP_COOKIE"] == "session=abc; theme=dark"
    assert given["HTTP_HOST"] == site.host
    assert given["HTTP_REFERER"] == site.url + "/scim/admin/"
    assert given["HTTPS"] == "on"
    assert given["REMOTE_ADDR"] == "127.0.0.1"
    assert given["REQUEST_URI"] == path
    assert given["QUERY_STRING"] == "next=%2Fusers&x=1"
    assert given["SCRIPT_NAME"] + given["PATH_INFO"] == path.partition("?")[0]


def test_every_method(site):
    for method in METHODS:
        for path in "/scim/admin", "/scim/admin/", "/scim/v2/admin/a":
            answer = request(method, site.url + path, body=b"")
            assert answer.status == 303, (method, path)
            if method != "HEAD":
                assert told(answer)["REQUEST_METHOD"] == method
    for path in "/scim/administrators", "/scim/v2x", "/scim/", "/other/scim/admin":
        assert request("GET", site.url + path).status != 303, path
