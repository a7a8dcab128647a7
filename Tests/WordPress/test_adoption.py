"""Hand-made accounts are never touched, unless wp-config.php says which are taken over."""

import pytest

from events import PASSWORD_HASH, Person
from installation import enters


@pytest.fixture
def hand_made(wordpress):
    login = f"hand-{Person(wordpress).scim_id[:8]}"
    wordpress.add_account(
        login, role="author", user_email=f"{login}@example.org", first_name="By hand")
    return wordpress.account("login", login)


def is_untouched(wordpress, account):
    return wordpress.account("id", account["id"]) == account


def test_untouched_by_everything_else(wordpress, hand_made):
    person = Person(wordpress, passwordHash=PASSWORD_HASH).applied()
    person.applied(active=False)
    person.applied(active=True)
    person.delete()
    assert is_untouched(wordpress, hand_made)


@pytest.mark.parametrize("adopt,same,code", [
    (None, "login", "existing_user_login"),
    (None, "email", "existing_user_email"),
    ("none", "login", "existing_user_login"),
    ("none", "email", "existing_user_email"),
    ("login", "email", "existing_user_email"),
    ("email", "login", "existing_user_login"),
    ("anything", "login", "existing_user_login"),
])
def test_not_adopted(wordpress, hand_made, adopt, same, code):
    members = {"userName": hand_made["login"]} if same == "login" else {"email": hand_made["email"]}
    with wordpress.constants(ROSTER_ADOPT=adopt):
        person = Person(wordpress, **members)
        assert person.validate()["code"] == code
        assert person.send()["code"] == code
    assert is_untouched(wordpress, hand_made)


@pytest.mark.parametrize("adopt", ["login", "email"])
def test_adopted(wordpress, hand_made, adopt):
    members = {"login": hand_made["login"]} if adopt == "login" else {"email": hand_made["email"].upper()}
    with wordpress.constants(ROSTER_ADOPT=adopt):
        person = Person(wordpress, givenName="Ann", **members)
        assert person.validate()["status"] == "ok"
        result = person.send()
        assert (result["status"], result["userId"]) == ("applied", hand_made["id"])
        account = person.account
        assert account["id"] == hand_made["id"]
        assert account["givenName"] == "Ann"
        # Without roles of Roster's, and without a password, both stay.
        assert account["roles"] == ["author"]
        assert enters(wordpress.logged_in(account["login"], hand_made["login"]))


@pytest.mark.parametrize("adopt", ["login", "email"])
def test_not_adopted_twice(wordpress, hand_made, adopt):
    members = {"login": hand_made["login"], "email": hand_made["email"]}
    with wordpress.constants(ROSTER_ADOPT=adopt):
        first = Person(wordpress, **members).applied()
        assert Person(wordpress, **members).send()["status"] == "refused"
        assert first.account["id"] == hand_made["id"]


def test_linked_by_id(wordpress, hand_made):
    person = Person(wordpress, userId=hand_made["id"], userName=hand_made["login"])
    result = person.send()
    assert (result["status"], result["userId"]) == ("applied", hand_made["id"])
    assert wordpress.account("id", hand_made["id"])["meta"]["roster_scim_id"] == person.scim_id


def test_an_account_is_linked_once(wordpress, hand_made):
    first = Person(wordpress, userId=hand_made["id"], userName=hand_made["login"]).applied()
    second = Person(wordpress, userId=hand_made["id"])
    second.send()
    account = wordpress.account("id", hand_made["id"])
    assert account["meta"]["roster_scim_id"] == first.scim_id
    assert account["email"] == first.email


def test_a_linked_person_stays_linked(wordpress, hand_made):
    person = Person(wordpress).applied()
    before = person.account["id"]
    person.applied(userId=hand_made["id"])
    assert person.account["id"] == before
    assert is_untouched(wordpress, hand_made)


def test_deleting_an_unlinked_id_touches_nobody(wordpress, hand_made):
    person = Person(wordpress, userName=hand_made["login"], email=hand_made["email"])
    person.version = 1
    assert wordpress.apply(
        {**person.event("delete"), "mode": "delete"})["code"] == "absent"
    assert is_untouched(wordpress, hand_made)
