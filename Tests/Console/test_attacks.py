"""What strangers, other sites and auditors try."""

import base64
import json
import socket
import urllib.parse

import pytest

from console import ticket
from markup import Markup
from visitor import FORM, kind
from webhooks import new_secret
from world import HOSTILE

ORIGIN = {"Origin": "https://evil.example"}


@pytest.fixture
def somebody(world):
    """Signed in for one test."""
    return world.administrator()


STATE = {
    "resource": "*", "value": "*", "external_id": "*", "member": "*", "credential": "*",
    "token": "id, name, revoked", "receiver": "id, name, settings, paused", "setting": "*",
    "administrator": "id, name, role", "journal": "*"}


def state(world):
    """Everything that a form can change; what requests leave behind anyhow is left out."""
    return {
        table: world.execute(f"SELECT {columns} FROM {table}") for table, columns in STATE.items()}


# Forms of other sites.


@pytest.mark.parametrize("fields", [{}, {"csrf": ""}, {"csrf": "x" * 43}, {"csrf": "foreign"}])
def test_form_needs_the_sessions_own_value(world, somebody, fields):
    if fields.get("csrf") == "foreign":
        fields = {"csrf": world.administrator().token}
    before = state(world)
    answer = somebody.send("/scim/admin/deliveries/pause", {"receiver": "helpdesk", **fields})
    assert answer.status == 403 and "does not belong to your session" in answer.text
    assert state(world) == before
    assert somebody.send("/scim/admin/sign-out", fields).status == 403
    assert somebody.is_in


@pytest.mark.parametrize("header", [
    ORIGIN, {"Origin": "null"}, {"Origin": "http://127.0.0.1"}, {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"}])
def test_form_of_another_site_is_refused(world, somebody, header):
    """Even if it knew the value."""
    before = state(world)
    answer = somebody.send(
        "/scim/admin/deliveries/pause", {"receiver": "helpdesk", "csrf": somebody.token}, **header)
    assert answer.status == 403
    assert state(world) == before


def test_sign_in_form_of_another_site_is_refused(world):
    visitor = world.visitor()
    form = visitor.page("/sign-in").form("Sign in")
    fields = [*form.fields, ("name", "a@example.com"), ("password", "x")]
    assert visitor.send(form.action, fields, **ORIGIN).status == 403
    visitor.cookies.clear()
    answer = visitor.send(form.action, fields)
    assert answer.status == 403 and "does not belong" in answer.text


def test_form_reaches_what_it_is_for(world, somebody):
    """The same request as above, with nothing wrong in it."""
    fields = {"receiver": "helpdesk", "csrf": somebody.token}
    same = {"Origin": world.site.origin, "Sec-Fetch-Site": "same-origin"}
    for action in "pause", "continue":
        before = state(world)
        answer = somebody.send(f"/scim/admin/deliveries/{action}", fields, **same)
        assert (answer.status, answer.location) == (303, "/scim/admin/deliveries")
        assert state(world) != before


def test_nothing_changes_by_get(world, somebody):
    all_forms = forms(world, somebody)
    before = state(world)
    for form in all_forms.values():
        query = urllib.parse.urlencode(form.fields)
        assert somebody.get(f"{form.action}?{query}").status in (200, 400, 401, 404, 405), form.action
    assert state(world) == before


# Sessions.


def test_session_is_not_taken_from_before(world):
    """A cookie that somebody has planted does not become one that is signed in."""
    planted = world.administrator().cookies["roster"]
    visitor = world.visitor()
    visitor.cookies["roster"] = planted
    visitor.cookies["roster-form"] = "planted"
    visitor.enter(world.secret)
    assert visitor.cookies["roster"] != planted
    assert visitor.cookies["roster"].split(".")[0] != planted.split(".")[0]
    assert "roster-form" not in visitor.cookies


def test_cookie_is_of_no_use_to_another_browser(world, somebody):
    thief = world.visitor(agent="curl/8")
    thief.cookies.update(somebody.cookies)
    assert thief.get("/scim/admin/users").status == 401
    assert somebody.is_in


def test_altered_cookies(world, somebody):
    good = somebody.cookies["roster"]
    parts = good.split(".")
    other = world.visitor().enter(world.secret, "auditor").cookies["roster"].split(".")
    for index in range(len(parts)):
        for value in "", "0", parts[index] + "0", other[index]:
            altered = parts[:index] + [value] + parts[index + 1:]
            if altered == parts:
                continue
            somebody.cookies["roster"] = ".".join(altered)
            assert somebody.get("/scim/admin/users").status == 401, altered
            somebody.cookies["roster"] = good
    for text in "....", "x", good + ".", good * 20, "%00", "a.1.1.1.é":
        somebody.cookies["roster"] = text.encode().decode("latin-1")
        assert somebody.get("/scim/admin/users").status == 401, text


def test_signing_out_ends_the_session(somebody):
    before = dict(somebody.cookies)
    answer = somebody.submit(somebody.page("/users").form("Sign out"))
    assert (answer.status, answer.location) == (303, "/scim/admin/sign-in")
    assert "roster" not in somebody.cookies
    somebody.cookies.update(before)
    assert somebody.get("/scim/admin/users").status == 401
    assert somebody.send("/scim/admin/deliveries/pause", {"receiver": "helpdesk"}).status == 401


def test_other_sessions_go_on_when_one_ends(world, somebody):
    other = world.administrator()
    other.submit(other.page("/users").form("Sign out"))
    assert somebody.is_in


def test_cookies_are_for_the_console_alone(world):
    answer = world.visitor().use(ticket(world.secret))
    cookies = [value for name, value in answer.headers if name == "set-cookie"]
    assert len(cookies) == 2
    for cookie in cookies:
        assert cookie.endswith("; Path=/scim/admin; HttpOnly; SameSite=Strict")


def test_pages_are_kept_by_nobody_and_framed_by_nobody(world, somebody):
    for path in "", "/users", "/nothing", "/sign-in":
        fields = dict(somebody.get("/scim/admin" + path).headers)
        assert fields["cache-control"] == "no-store"
        assert "frame-ancestors 'none'" in fields["content-security-policy"]
        assert "unsafe" not in fields["content-security-policy"]
        assert fields["x-content-type-options"] == "nosniff"


# Tickets.


def tampered(text, index, change):
    parts = text.split(".")
    parts[index] = change(parts[index])
    return ".".join(parts)


def body_of(members):
    return base64.urlsafe_b64encode(json.dumps(members).encode()).rstrip(b"=").decode()


def test_ticket_is_good_once(world):
    text = ticket(world.secret)
    first = world.visitor()
    assert first.use(text).status == 200 and first.is_in
    second = world.visitor()
    assert second.use(text).status == 403
    assert not second.is_in


def test_bad_tickets(world):
    secret = world.secret
    good = ticket(secret)
    bad = {
        "of another key": ticket(new_secret()),
        "older than a minute": ticket(secret, age=62),
        "from the future": ticket(secret, age=-65),
        "without a purpose": ticket(secret, purpose=None),
        "for another purpose": ticket(secret, purpose="events"),
        "without a name": ticket(secret, login=""),
        "with another id": tampered(good, 0, lambda _: "tkt_other"),
        "with another time": tampered(good, 1, lambda time: str(int(time) + 1)),
        "with another name": tampered(
            good, 2, lambda _: body_of({"purpose": "console", "login": "root"})),
        "with another signature": tampered(good, 3, lambda code: code[:-2] + "AA"),
        "without a signature": tampered(good, 3, lambda _: ""),
        "with a part too many": good + ".x",
        "with a number that is none": tampered(good, 1, lambda time: " " + time),
        "with the least number": tampered(good, 1, lambda _: str(-1 << 63)),
        "with the largest number": tampered(good, 1, lambda _: str((1 << 63) - 1)),
        "very long": "a" * 7000,
        "empty": "",
    }
    for what, text in bad.items():
        visitor = world.visitor()
        answer = visitor.use(text)
        assert answer.status == (200 if what == "empty" else 403), what
        assert not visitor.is_in, what
    assert world.visitor().enter(secret).is_in


def test_ticket_of_a_removed_site(world):
    """The key of the site that was, not of the one that is."""
    world.roster.command("wordpress", "connect", "http://127.0.0.1:9", "--name", "former")
    try:
        rows = world.execute("SELECT settings FROM receiver WHERE name = 'former'")
        secret = find(json.loads(rows[0][0]), "whsec_")
        assert world.visitor().enter(secret, "somebody").is_in
        before = world.visitor().enter(secret, "somebody")
    finally:
        world.roster.command("wordpress", "disconnect", "--site", "former")
    assert world.visitor().use(ticket(secret)).status == 403
    assert not before.is_in


def test_site_that_is_connected_anew(world):
    """Its people keep their role, and need to sign in again."""
    connect = "wordpress", "connect", "http://127.0.0.1:8", "--name", "anew"

    def secret():
        rows = world.execute("SELECT settings FROM receiver WHERE name = 'anew'")
        return find(json.loads(rows[0][0]), "whsec_")

    world.roster.command(*connect)
    try:
        before = world.visitor().enter(secret(), "auditor")
        world.site.command("administrator", "role", "auditor@127.0.0.1:8", "auditor")
        world.roster.command("wordpress", "disconnect", "--site", "anew")
        world.roster.command(*connect)
        assert not before.is_in
        after = world.visitor().enter(secret(), "auditor")
        assert "Auditor" in after.page("/users").text
        assert not before.is_in
    finally:
        world.roster.command("wordpress", "disconnect", "--site", "anew")


def find(value, beginning):
    """The first text in JSON that begins so."""
    if isinstance(value, str):
        return value if value.startswith(beginning) else None
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return next((found for item in items if (found := find(item, beginning))), None)


def test_webhooks_key_lets_nobody_in(world):
    rows = world.execute("SELECT settings FROM receiver WHERE name = 'helpdesk'")
    secret = find(json.loads(rows[0][0]), "whsec_")
    assert secret and world.visitor().use(ticket(secret)).status == 403


def test_ticket_is_in_no_log(world):
    text = ticket(world.secret)
    world.visitor().use(text)
    assert text not in world.site.logs()
    assert text.split(".")[3] not in world.site.logs()


# Where one is sent.


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "/\\evil.example"])
def test_no_parameter_says_where_one_is_sent(world, target):
    names = ("next", "to", "return", "redirect", "redirect_to", "url", "back", "href", "continue")
    query = urllib.parse.urlencode({name: target for name in names})
    for answer in [
            world.visitor().get(f"/scim/admin/?{query}"),
            world.visitor().get(f"/scim/admin/sign-in?ticket={ticket(world.secret)}&{query}")]:
        assert "evil" not in (answer.location or "") and "evil" not in answer.text
        assert "evil" not in dict(answer.headers).get("refresh", "")
    visitor = world.administrator()
    fields = {"receiver": "helpdesk", "csrf": visitor.token, "state": target}
    for action in "pause", "continue":
        answer = visitor.send(
            f"/scim/admin/deliveries/{action}", {**fields, **{name: target for name in names}})
        assert answer.location.startswith("/scim/admin/deliveries")


@pytest.mark.parametrize("path", [
    "//evil.example/scim/admin", "/scim/admin//evil.example", "/scim//admin",
    "/scim/v2//evil.example/scim/admin/", "/scim/v2/\\evil.example/scim/admin",
    "/scim/admin/%0d%0aSet-Cookie:%20x=y", "/scim/v2/a;%20Domain=example/scim/admin/sign-in",
    "/scim/v2/;Max-Age=99999/scim/admin/sign-in", "/scim/v2/%2f%2fevil.example/v2/admin"])
def test_strange_paths(world, path):
    """Nothing of the path gets into a header but as a path of this host."""
    for text in raw(world, f"GET {path} HTTP/1.1"), raw(world, f"GET http://evil.example{path} HTTP/1.1"):
        head = text.partition("\r\n\r\n")[0]
        for line in head.splitlines():
            name, _, value = line.partition(": ")
            if name.lower() == "location":
                assert value.startswith("/") and not value.startswith(("//", "/\\")), line
            if name.lower() == "set-cookie":
                names = [part.split("=")[0] for part in value.split("; ")]
                assert names[-3:] == ["Path", "HttpOnly", "SameSite"], line
                assert len(names) == 4 + names.count("Max-Age"), line
                assert ";" not in value.replace("; ", ""), line
        assert "x=y" not in head


def raw(world, line):
    with socket.create_connection(("127.0.0.1", world.site.port), timeout=30) as connection:
        connection.sendall(
            f"{line}\r\nHost: 127.0.0.1:{world.site.port}\r\nConnection: close\r\n\r\n".encode())
        return b"".join(iter(lambda: connection.recv(65536), b"")).decode(errors="replace")


# Auditors.


def forms(world, visitor):
    """The forms that change something, one to each kind of address; of none whose session they end."""
    found = {}
    for markup in world.pages(visitor).values():
        for form in markup.forms:
            if form.method == "post" and not form.action.endswith("/sign-out"):
                found.setdefault(kind(form.action), form)
    return found


def test_auditor_changes_nothing(world, somebody):
    """Of all that an administrator's pages offer."""
    all_forms = forms(world, somebody)
    assert len(all_forms) >= 3
    auditor = world.auditor()
    token = auditor.token
    before = state(world)
    for address, form in all_forms.items():
        answer = auditor.send(form.action, {**dict(form.fields), "csrf": token})
        assert answer.status == 403, address
        assert "You may look, not change" in answer.text, address
    assert state(world) == before


def test_auditor_is_shown_no_form(world):
    auditor = world.auditor()
    assert forms(world, auditor) == {}
    for path, markup in world.pages(auditor).items():
        assert markup.headings, path


def test_auditor_may_sign_out(world):
    auditor = world.auditor()
    auditor.submit(auditor.page("/users").form("Sign out"))
    assert not auditor.is_in


def test_everything_is_shut_for_strangers(world, somebody):
    """Pages, files and forms."""
    pages = world.pages(somebody)
    addresses = {link for markup in pages.values() for link in markup.links}
    paths = {"/scim/admin" + path for path in pages} | {
        link for link in addresses if link.startswith("/scim/admin/")}
    for path in sorted(paths):
        answer = world.visitor().get(path)
        assert (answer.status, answer.location) == (303, "/scim/admin/sign-in"), path
        assert answer.body == b""
    for address, form in forms(world, somebody).items():
        assert world.visitor().send(form.action, form.fields).status == 401, address


# Requests that are none.


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACK"])
def test_other_methods(world, somebody, method):
    for path in "/scim/admin", "/scim/admin/users", "/scim/admin/sign-in":
        answer = somebody.request(method, path)
        assert answer.status == 405, path
        assert dict(answer.headers)["content-type"] == "text/html; charset=utf-8"
        assert len(Markup(answer.text).headings) == 1


def test_refusals_are_pages(world, somebody):
    for answer, status in [
            (somebody.get("/scim/admin/nothing"), 404),
            (somebody.get("/scim/admin/users/nobody"), 404),
            (somebody.get("/scim/admin/users/%ff"), 404),
            (somebody.send("/scim/admin/nothing", {"csrf": somebody.token}), 404),
            (somebody.send("/scim/admin/users", {"csrf": "x" * (1 << 20)}), 413),
            (somebody.get("/scim/admin/users?q=" + "x" * 20_000), 414)]:
        assert answer.status == status
        if status != 414:  # nginx has its own, whose limit is smaller.
            assert len(Markup(answer.text).headings) == 1
        assert "urn:ietf" not in answer.text


NAMES = {
    "q", "by", "state", "after", "before", "from", "to", "action", "result", "user", "site",
    "receiver", "field", "source", "sample", "who", "old", "rotate", "watch", "ticket"}
VALUES = [
    HOSTILE, "-9223372036854775808", "9223372036854775807", "9223372036854775808 x",
    "9223372036854775807-12-31", "-9223372036854775808-01-01", "2026-02-30", "a" * 300, "\0", "'; DROP TABLE token --", "%"]


def test_parameters_that_are_none(world, somebody):
    """Nothing that stands in an address makes a page fail, or becomes markup of it."""
    parts = world.pages(somebody)
    for path in sorted({path.partition("?")[0] for path in parts}):
        for value in VALUES:
            query = urllib.parse.urlencode({name: value for name in NAMES})
            answer = somebody.get(f"/scim/admin{path}?{query}")
            assert answer.status in (200, 303, 400, 404), (path, value)
            assert (answer.location or "/scim/admin/").startswith("/scim/admin/"), (path, value)
            for tag, attributes in Markup(answer.text).elements:
                assert tag != "x-stolen" and "x-stolen" not in attributes, (path, value)
    assert world.execute("SELECT COUNT(*) FROM token")


def test_forms_that_are_none(somebody):
    """What cannot be read as a form holds no value that lets it through."""
    token = somebody.token
    for body, media_type in [
            (json.dumps({"csrf": token}), "application/json"), (b"\x00\xff=&&&=%zz", FORM),
            (b"", FORM), ("csrf%00=" + token, FORM), ("CSRF=" + token, FORM)]:
        answer = somebody.request(
            "POST", "/scim/admin/deliveries/pause", {"Content-Type": media_type}, body)
        assert answer.status == 403
