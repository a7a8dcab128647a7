"""Conversations of identity providers, as they arrive in WordPress through nginx and Apache."""

import base64
import re

import pytest

from roster_site import Client, carrying, program_copy, replay, rows, sites  # noqa: F401

TRANSCRIPTS = sorted((sites.ROOT / "Tests/Fixtures/transcripts").glob("*.jsonl"))
ADDRESS = re.compile(r"[\w.+'-]+@[\w.-]+")
# Files that are no particular identity provider's.
NEUTRAL = {"generic", "rfc7644"}
# Whom WordPress does not take: an address has ASCII letters before its @.
REFUSED = {"keycloak": "jörg.weiß@dorf.example"}
# What WordPress makes of user names.
LOGINS = "return array_map(fn ($name) => sanitize_user($name, true), $names);"


def conversations():
    """Each through nginx, and two through Apache with CGI."""
    for path in TRANSCRIPTS:
        yield pytest.param("nginx", path, id=path.stem)
        if path.stem in ("entra", "okta"):
            yield pytest.param("htaccess-cgid", path, id=f"{path.stem} by CGI")


@pytest.fixture(scope="module")
def roster(request, installed, program_copy):  # noqa: F811
    with carrying(installed, request.param) as roster:
        yield roster


def address(document):
    """The address that the standard mapping takes."""
    emails = document.get("emails", [])
    for wanted in (
            lambda email: email.get("primary"), lambda email: email.get("type") == "work",
            lambda email: True):
        for email in filter(wanted, emails):
            if email.get("value"):
                return email["value"]
    return document["userName"] if ADDRESS.fullmatch(document["userName"]) else ""


def display_name(document):
    name = document.get("name", {})
    parts = " ".join(filter(None, (name.get("givenName"), name.get("familyName"))))
    return (
        document.get("displayName") or name.get("formatted") or parts or document["userName"])


def wanted(document, login):
    """What WordPress should have of a user."""
    name = document.get("name", {})
    return {
        "login": login,
        "email": address(document),
        "givenName": name.get("givenName", ""),
        "familyName": name.get("familyName", ""),
        "displayName": display_name(document),
        "isActive": document.get("active", False),
        "userName": document["userName"],
        "externalId": document.get("externalId"),
    }


def found(account):
    """The same of an account."""
    return {
        **{key: account[key] for key in ("login", "email", "givenName", "familyName", "displayName")},
        "isActive": account["roles"] != [],
        "userName": account["meta"]["roster_user_name"],
        "externalId": account["meta"].get("roster_external_id"),
    }


def play(roster, path):
    """A transcript's problems, with a token of its provider's profile."""
    provider = path.stem.partition("-")[0]
    profile = "generic" if provider in NEUTRAL else provider
    secret = roster.command("token", "create", path.stem, "--profile", profile)
    variables = {
        "token": secret, "baseUrl": roster.site.base,
        "basic": base64.b64encode(f"{path.stem}:{secret}".encode()).decode()}
    lines = path.read_text(encoding="utf-8").splitlines()
    return replay.replay(Client(roster.site.base, secret), lines, variables)[1]


@pytest.fixture
def others(roster):
    """The accounts that are there before and after, by number: none of them is Roster's."""
    roster.clear()
    wordpress = roster.wordpress
    if not wordpress.account("login", "hand-made"):
        wordpress.add_account(
            "hand-made", role="author", user_email="hand@example.org", first_name="By hand")
    others = rows(wordpress)
    yield others
    roster.clear()
    assert rows(wordpress) == others


def require_same(roster, others, missing=None):
    """WordPress has exactly whom the directory has, as they are there, and the others as before."""
    users = [user for user in roster.users() if user["userName"] != missing]
    names = roster.wordpress.evaluate(LOGINS, names=[user["userName"] for user in users])
    for user, login in zip(users, names):
        assert found(roster.account(user["id"])) == wanted(user, login)
    now = rows(roster.wordpress)
    assert len(now) == len(others) + len(users)
    assert {id: now[id] for id in others} == others


@pytest.mark.parametrize("roster, path", conversations(), indirect=["roster"])
def test_transcript(roster, others, path):
    """The site is asked before anybody is stored; of a transcript with somebody whom it does not
    take, it is not."""
    missing = REFUSED.get(path.stem)
    roster.wp("set", "--validation", "off" if missing else "queue")
    problems = play(roster, path)
    assert not problems, "\n".join(problems)
    roster.settle()
    assert [row["code"] for row in roster.parked().values()] == []
    require_same(roster, others, missing)
