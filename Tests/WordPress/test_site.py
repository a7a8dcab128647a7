"""Scripts/wordpress: a site that can be had with each server, stopped, started again and removed.

And the ways into a site, as they are for somebody of whom Roster knows nothing.
"""

import json
import os
import pathlib
import re
import socket
import subprocess
import tempfile

import pytest

from installation import ROOT, enters, free_port
from web import Browser, request

IS_ROOT = os.geteuid() == 0


def run(*arguments, **options):
    return subprocess.run(
        [ROOT / "Scripts/wordpress", *map(str, arguments)], capture_output=True, text=True,
        timeout=120, **options)


def up(*arguments, **options):
    result = run("up", *arguments, **options)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.fixture
def directory():
    with tempfile.TemporaryDirectory(prefix="roster-test-", dir="/tmp") as parent:
        os.chmod(parent, 0o755)
        directory = pathlib.Path(parent) / "a site"
        try:
            yield directory
        finally:
            run("wipe", directory)


def processes_of(directory):
    """Command lines that name the directory, or the one where its sockets are."""
    work = json.loads((directory / "site.json").read_text())["work"]
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_text().replace("\0", " ")
        except OSError:
            continue
        if str(directory) in line or work in line:
            found.append(line)
    return found


def logged_in(site):
    browser = Browser(site["url"])
    browser.get("/wp-login.php")
    browser.post(
        "/wp-login.php", log=site["administrator"], pwd=site["password"], testcookie="1")
    return enters(browser)


@pytest.mark.parametrize("server", ["nginx", "apache", "builtin"])
def test_up_down_and_up_again(directory, server):
    site = up(directory, "--port", free_port(), "--server", server)
    assert re.fullmatch(r"\d+\.\d+(\.\d+)?", site["version"])
    assert logged_in(site)
    assert request("GET", site["url"] + "/wp-json/").status == 200
    assert request("GET", site["url"] + "/hello-world/").status == 200
    assert processes_of(directory)

    assert run("down", directory).returncode == 0
    assert processes_of(directory) == []

    again = up(directory, "--port", free_port(), "--server", server)
    assert again["password"] == site["password"]
    assert logged_in(again)
    assert run("wipe", directory).returncode == 0
    assert not directory.exists()


@pytest.mark.skipif(not IS_ROOT, reason="is an ordinary user already")
def test_ordinary_user(directory):
    directory.parent.chmod(0o777)
    user = {"user": "www-data", "group": "www-data", "extra_groups": []}
    checkout = directory.parent / "Scripts"
    subprocess.run(["cp", "-r", ROOT / "Scripts", checkout], check=True)
    site = subprocess.run(
        [checkout / "wordpress", "up", directory, "--port", str(free_port())],
        capture_output=True, text=True, timeout=120, **user)
    assert site.returncode == 0, site.stderr
    assert logged_in(json.loads(site.stdout))


def test_constants_and_plugins(directory):
    plugin = directory.parent / "says.php"
    plugin.write_text(
        "<?php add_action('wp_head', fn () => print('[' . GREETING . '|' . NAME . ']'));\n")
    port = free_port()
    site = up(directory, "--port", port, "--plugin", plugin,
              "--define", "GREETING=it's a \\ day", "--define", "NAME=one=1")
    assert "[it's a \\ day|one=1]" in request("GET", site["url"]).text
    lines = "define('GREETING', 'it\\'s \\\\ evening');\n\n"
    assert run("define", directory, input=lines).returncode == 0
    assert "[it's \\ evening|one=1]" in request("GET", site["url"]).text
    result = run("define", directory, input="phpinfo();")
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1


def test_taken_port_is_said_in_one_line(directory):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        result = run("up", directory, "--port", port)
    assert (result.returncode, result.stderr) == (1, f"Port {port} is taken\n")


@pytest.mark.skipif(not IS_ROOT, reason="nothing is closed to the user's own servers")
def test_directory_that_is_closed_to_the_servers(directory):
    directory.parent.chmod(0o700)
    result = run("up", directory, "--port", free_port())
    assert result.returncode == 1
    assert result.stderr.startswith(f"www-data may not enter {directory};")
    assert result.stderr.count("\n") == 1


# The ways in, for somebody of whom Roster knows nothing.


@pytest.fixture(scope="module")
def writer(wordpress):
    """A hand-made account's login, which is its password too."""
    if not wordpress.account("login", "writer"):
        wordpress.add_account("writer", role="author", user_email="writer@example.org")
    return "writer"


def test_login_form(wordpress, writer):
    assert enters(wordpress.logged_in(writer, writer))
    assert not enters(wordpress.logged_in(writer, "wrong"))
    assert not enters(wordpress.browser())


def test_single_sign_on(wordpress, writer):
    assert enters(wordpress.signed_on("login", writer))
    assert enters(wordpress.signed_on("email", f"{writer}@example.org"))


def test_application_password(wordpress, writer):
    secret = wordpress.new_application_password(wordpress.account("login", writer)["id"])
    assert wordpress.rest(writer, secret).json["username"] == writer
    assert wordpress.rest(writer, "wrong").status == 401


def test_xmlrpc(wordpress, writer):
    assert wordpress.xmlrpc(writer, writer)[0]["blogName"] == "Example"
    assert wordpress.xmlrpc(writer, "wrong").faultCode == 403


@pytest.mark.sends_mail
def test_password_reset(wordpress, writer):
    sent = wordpress.mail.stat().st_size
    wordpress.ask_for_new_password(writer)
    assert f"login={writer}" in wordpress.mail_since(sent)


def test_looking_inside(wordpress, writer):
    account = wordpress.account("login", writer)
    assert (account["email"], account["roles"]) == (f"{writer}@example.org", ["author"])
    assert "edit_posts" in account["capabilities"]
    assert wordpress.account("login", "nobody") is None
    odd = "\\'\"<🦊"
    assert wordpress.evaluate("return [$odd, PHP_SAPI];", odd=odd) == [odd, "fpm-fcgi"]
    with pytest.raises(AssertionError, match="out of order"):
        wordpress.evaluate("throw new Exception('out of order');")
