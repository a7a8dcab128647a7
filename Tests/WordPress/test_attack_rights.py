"""Whoever has come by the secret gets no more by it than the rules give."""

import pytest

from events import PASSWORD, PASSWORD_HASH, Person, event
from installation import enters


@pytest.fixture(params=["edit_users", "promote_users", "unfiltered_upload", "import"])
def role(wordpress, request):
    """A role of the site's own that leads to more, and makes no administrator."""
    wordpress.evaluate("""
        remove_role('keeper');
        add_role('keeper', 'Keeper', ['read' => true, 'list_users' => true, $cap => true]);
    """, cap=request.param)
    yield "keeper"
    wordpress.evaluate("remove_role('keeper');")


@pytest.fixture
def keeper(wordpress, role):
    login = f"keeper-{Person(wordpress).scim_id[:8]}"
    number = wordpress.add_account(login, role=role, user_email=f"{login}@example.org")
    yield wordpress.account("id", number)
    wordpress.remove_account(number)


def takes(keeper):
    return {"userId": keeper["id"], "login": keeper["login"], "email": "thief@example.org",
            "passwordHash": PASSWORD_HASH}


@pytest.mark.parametrize("active", [True, False])
def test_not_taken_over_by_number(wordpress, keeper, active):
    person = Person(wordpress, **takes(keeper), active=active)
    assert person.validate()["code"] == "administrator"
    assert person.send()["code"] == "administrator"
    assert wordpress.account("id", keeper["id"]) == keeper


@pytest.mark.parametrize("adopt", ["login", "email"])
def test_not_adopted(wordpress, keeper, adopt):
    with wordpress.constants(ROSTER_ADOPT=adopt):
        person = Person(
            wordpress, login=keeper["login"], email=keeper["email"], passwordHash=PASSWORD_HASH)
        assert person.send()["status"] == "refused"
    assert wordpress.account("id", keeper["id"]) == keeper


@pytest.mark.parametrize("mode", ["delete", "deactivate"])
def test_not_deleted_by_number(wordpress, keeper, mode):
    gone = event("delete", Person(wordpress).scim_id, 1, {"userId": keeper["id"]}, mode=mode)
    assert wordpress.apply(gone)["code"] == "administrator"
    assert wordpress.account("id", keeper["id"]) == keeper


def test_listed_as_one_that_an_import_leaves_alone(wordpress, keeper):
    rows = wordpress.call("accounts", {"after": keeper["id"] - 1, "limit": 1}).json
    assert [(row["userId"], row["administrator"]) for row in rows] == [(keeper["id"], True)]


def test_promoted_by_hand(wordpress, role):
    """Not changed any more; but whoever leaves is shut out, and comes back by hand only."""
    person = Person(wordpress, roles=["author"], managedRoles=["author"], passwordHash=PASSWORD_HASH)
    person.applied()
    wordpress.evaluate("get_userdata($id)->set_role($role);", id=person.account["id"], role=role)
    before = person.account
    members = dict(person.members)
    assert person.send(email="thief@example.org")["code"] == "administrator"
    assert person.account == before
    assert person.validate(active=False)["status"] == "ok"
    result = person.send(active=False)
    assert (result["status"], result["code"]) == ("applied", "deactivated")
    account = person.account
    assert (account["roles"], account["email"]) == ([], before["email"])
    assert not enters(wordpress.logged_in(person.login, PASSWORD))
    person.members = {**members, "active": True}
    assert person.send()["code"] == "administrator"
    with wordpress.constants(ROSTER_ADMINISTRATORS=person.login):
        person.applied()
    assert person.account["roles"] == [role, "author"] or "author" in person.account["roles"]


def test_promoted_by_hand_and_deleted(wordpress, role):
    person = Person(wordpress, roles=["author"]).applied()
    wordpress.evaluate("get_userdata($id)->set_role($role);", id=person.account["id"], role=role)
    assert person.delete()["code"] == "deleted"


def test_role_that_may_be_given_is_no_obstacle(wordpress, keeper, role):
    with wordpress.constants(ROSTER_ROLES=f"author,{role}"):
        person = Person(wordpress, userId=keeper["id"], login=keeper["login"], email=keeper["email"])
        assert person.send()["status"] == "applied"


@pytest.mark.parametrize("key", [
    "description", "Description", "first_name", "locale", "LOCALE", "nickname", "display_name",
    "user_pass", "user_login", "user_email", "user_url"])
def test_fields_are_not_written_as_usermeta(wordpress, key):
    """WordPress would clean them, and does not look at usermeta."""
    person = Person(wordpress, meta={key: "<script>alert(1)</script>../../uploads/x"})
    assert person.send()["code"] == "meta_not_allowed"
    assert person.account is None
