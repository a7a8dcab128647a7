"""The ways in: the first administrator, passwords, and WordPress; and tries that are too many."""

import concurrent.futures
import multiprocessing
import socket
import time
import urllib.parse

import pytest

from chromium import NARROW
from markup import Markup
from visitor import AGENT, FORM
from world import SETUP_KEY

NAME, PASSWORD = "first@example.com", "correct horse battery"


@pytest.fixture(scope="module")
def first(world):
    """The first administrator, made by the set-up page."""
    visitor = world.visitor()
    page = visitor.page("/set-up")
    form = page.form("Make the administrator")
    values = {"name": NAME, "password": PASSWORD}
    assert visitor.submit(form, key="wrong", **values).status == 403
    form = visitor.page("/set-up").form("Make the administrator")
    short = visitor.submit(form, key=SETUP_KEY, name=NAME, password="short")
    assert short.status == 400 and "12 characters" in short.text
    assert not visitor.is_in

    form = visitor.page("/set-up").form("Make the administrator")
    done = visitor.submit(form, key=SETUP_KEY, **values)
    assert (done.status, done.location) == (303, "/scim/admin/")
    assert visitor.is_in
    return visitor


def test_first_administrator_is_made_once(world, first):
    visitor = world.visitor()
    form = visitor.page("/set-up").form("Make the administrator")
    again = visitor.submit(form, key=SETUP_KEY, name="second@example.com", password=PASSWORD)
    assert again.status == 400
    assert "already" in again.text
    assert not visitor.is_in


def test_password(world, first):
    visitor = world.visitor()
    answer = visitor.sign_in(NAME.upper(), PASSWORD)
    assert (answer.status, answer.location) == (303, "/scim/admin/")
    assert visitor.is_in
    for name, password in [(NAME, PASSWORD + " "), ("nobody@example.com", PASSWORD)]:
        stranger = world.visitor()
        answer = stranger.sign_in(name, password)
        assert answer.status == 403 and "The address or the password is wrong" in answer.text
        assert not stranger.is_in
    world.visitor().sign_in(NAME, PASSWORD)


def test_password_by_keyboard(chromium, world, first):
    chromium.open("/scim/admin/users")
    chromium.reach("E-mail address").type(NAME)
    chromium.reach("Password").type(PASSWORD)
    chromium.follow("Sign in")
    assert chromium.path == "/scim/admin/"
    chromium.follow("Sign out")
    assert chromium.path == "/scim/admin/sign-in"


def test_wrong_password_by_keyboard(chromium, world, first):
    chromium.look(NARROW, "dark")
    chromium.open("/scim/admin/sign-in")
    chromium.reach("E-mail address").type("mistyped@example.com")
    chromium.reach("Password").type("wrong")
    chromium.follow("Sign in")
    assert "That did not work" in chromium.text
    faults = chromium.faults()
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_wordpress_lets_in(chromium, world, host):
    """Also where Roster is another site for the browser: nothing that it asks for there has strict
    cookies."""
    origin = f"http://{host}:{world.site.port}"
    with world.wordpress.constants(ROSTER_URL=f"{origin}/scim/v2"):
        chromium.driver.get(origin + "/scim/admin/users")
        assert chromium.driver.current_url == origin + "/scim/admin/sign-in"
        chromium.follow("Continue with WordPress")
        # Nobody is logged in there yet.
        assert "/wp-login.php" in chromium.driver.current_url
        # Its own script takes the focus there a little later.
        chromium.wait("return document.activeElement.id === 'user_login'")
        chromium.type("admin")
        chromium.reach("Password").type(world.wordpress.password)
        chromium.enter()
        chromium.wait("return location.pathname === '/scim/v2/admin/'")
        assert chromium.driver.current_url == origin + "/scim/v2/admin/"
        assert f"admin@{world.wordpress.host}" in chromium.text
        assert "Times are in +00:00" in chromium.text


def test_wordpress_lets_nobody_else_in(world):
    world.wordpress.add_account("editor", "editor")
    browser = world.wordpress.logged_in("editor", "editor")
    answer = browser.get("/wp-admin/admin-post.php?action=roster_console")
    assert answer.status == 403 and answer.location is None


# Tries that are too many.


def tries(port, source, name, count):
    """Statuses of wrong passwords from one address, as fast as they are answered."""
    def ask(path, cookie="", body=None):
        with socket.socket() as connection:
            connection.bind((source, 0))
            connection.settimeout(60)
            connection.connect(("127.0.0.1", port))
            method = "GET" if body is None else "POST"
            head = (
                f"{method} {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\nUser-Agent: {AGENT}\r\n"
                f"Cookie: {cookie}\r\nContent-Type: {FORM}\r\nContent-Length: {len(body or '')}\r\n\r\n")
            connection.sendall((head + (body or "")).encode())
            return b"".join(iter(lambda: connection.recv(65536), b"")).decode()

    page = ask("/scim/admin/sign-in")
    cookie = page.partition("Set-Cookie: ")[2].partition(";")[0]
    token = dict(Markup(page.partition("\r\n\r\n")[2]).form("Sign in").fields)["csrf"]
    statuses = []
    for number in range(count):
        body = urllib.parse.urlencode({"csrf": token, "name": name, "password": f"wrong {number}"})
        statuses.append(int(ask("/scim/admin/sign-in", cookie, body).split()[1]))
    return statuses


def all_tries(world, name, sources, count):
    """The statuses of tries from several processes at once, and for how many seconds they went on."""
    began = time.monotonic()
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(len(sources), context) as pool:
        jobs = [pool.submit(tries, world.site.port, source, name, count) for source in sources]
        statuses = [status for job in jobs for status in job.result()]
    assert set(statuses) <= {403, 429}
    return statuses, time.monotonic() - began


def looked_at_most(free, longest, seconds):
    """How many tries get through in a time: some at once, then after waits that double."""
    count, wait = free, 1
    while seconds > 0:
        count += 1
        seconds -= wait
        wait = min(2 * wait, longest)
    return count


def test_ten_thousand_tries(world, first):
    """Of one name, from one address, by 8 processes: few passwords are looked at, whatever they are."""
    statuses, seconds = all_tries(world, NAME, ["127.0.0.1"] * 8, 1250)
    assert len(statuses) == 10_000
    assert statuses.count(403) <= looked_at_most(5, 900, seconds)

    visitor = world.visitor()
    answer = visitor.sign_in(NAME, PASSWORD)
    assert answer.status == 429 and "Too many tries" in answer.text
    assert 1 <= int(dict(answer.headers)["retry-after"]) <= 900
    assert not visitor.is_in
    # Whoever is in stays in, and WordPress lets people in.
    assert first.is_in
    assert world.visitor().enter(world.secret).is_in


def test_tries_from_many_addresses(world, first):
    """The name has a patience of its own, beyond what each address has; it is never long."""
    name = "second@example.com"
    sources = [f"127.0.7.{number}" for number in range(1, 25)]
    statuses, seconds = all_tries(world, name, sources[:8], 40)
    statuses += [s for source in sources[8:] for s in tries(world.site.port, source, name, 5)]
    assert statuses.count(403) <= 8 * looked_at_most(5, 900, seconds) + 5 * 16
    # Beyond 50, one every few seconds.
    assert statuses.count(403) <= 60


def test_address_that_tries_many_names(world, first):
    """Whatever names it tries, an address has its own patience."""
    began = time.monotonic()
    statuses = [
        status for number in range(60)
        for status in tries(world.site.port, "127.0.8.1", f"name{number}@example.com", 1)]
    assert statuses.count(403) <= looked_at_most(20, 900, time.monotonic() - began)
    assert statuses.count(429) > 30
