"""Single sign-on beside SCIM: a plugin that sets the cookie itself, and roles as it likes."""

import itertools

import pytest

from installation import enters
from roster_site import program_copy, roster, user  # noqa: F401

numbers = itertools.count(1)


@pytest.fixture
def name():
    return f"sso{next(numbers)}"


@pytest.fixture
def editor(roster, name):
    """A user's id, whom a group makes an editor; and the group."""
    id = roster.create(name, externalId=f"external-{name}")
    group = roster.group(f"Editors {name}", id)
    roster.wp("role", "set", f"Editors {name}", "editor")
    assert roster.account(id)["roles"] == ["editor"]
    yield id
    roster.wp("role", "unset", f"Editors {name}")
    roster.delete(group, "Groups")


def ways(name):
    """How single sign-on finds an account."""
    return {"email": f"{name}@example.org", "login": name, "id": f"external-{name}"}.items()


def test_leaver_stays_out(roster, name, editor):
    wordpress = roster.wordpress
    sessions = [wordpress.signed_on(*way) for way in ways(name)]
    assert all(map(enters, sessions))
    roster.replace(editor, active=False)
    roster.settle()
    assert not any(map(enters, sessions))
    for way in ways(name):
        assert not enters(wordpress.signed_on(*way))
        assert not enters(wordpress.signed_on(*way, role="editor"))
    roster.replace(editor, displayName="Still away")
    assert roster.account(editor)["roles"] == []
    assert not enters(wordpress.signed_on("email", f"{name}@example.org"))
    roster.replace(editor, active=True)
    assert roster.account(editor)["roles"] == ["editor"]
    assert all(enters(wordpress.signed_on(*way)) for way in ways(name))


def test_deleted_is_gone(roster, name):
    id = roster.create(name)
    roster.settle()
    session = roster.wordpress.signed_on("email", f"{name}@example.org")
    assert enters(session)
    roster.delete(id)
    roster.settle()
    assert not enters(session)
    answer = roster.wordpress.browser().get(f"/?sso=email&value={name}@example.org")
    assert answer.status == 404


@pytest.fixture
def authors(roster, name):
    """A rule for another role than the editor's."""
    roster.wp("role", "set", f"Authors {name}", "author")
    yield
    roster.wp("role", "unset", f"Authors {name}")


def test_roles_do_not_flap(roster, name, editor, authors):
    """Signing on as such leaves the role, and what SCIM sends brings back one that was changed."""
    wordpress = roster.wordpress
    for number in range(3):
        wordpress.signed_on("email", f"{name}@example.org")
        assert roster.account(editor)["roles"] == ["editor"]
        wordpress.signed_on("email", f"{name}@example.org", role="author")
        roster.replace(editor, displayName=f"Ann {number}")
        assert roster.account(editor)["roles"] == ["editor"]


def test_account_that_single_sign_on_has_made(roster, name):
    """It is taken over only where the site says so; then signing on finds it as before."""
    wordpress = roster.wordpress
    number = wordpress.add_account(name, user_email=f"{name}@example.org")
    post = wordpress.add_post(number, "Hers")
    sent = user(f"{name}-new", externalId=f"external-{name}", emails=[{"value": f"{name}@example.org"}])
    assert roster.client.post("/Users", sent).status == 409
    with wordpress.constants(ROSTER_ADOPT="email"):
        id = roster.succeed(roster.client.post("/Users", sent), 201)["id"]
        assert roster.account(id)["id"] == number
    assert wordpress.evaluate("return (int) get_post($id)->post_author;", id=post) == number
    session = wordpress.signed_on("email", f"{name}@example.org")
    assert enters(session)
    roster.replace(id, active=False)
    roster.settle()
    assert not enters(session)
