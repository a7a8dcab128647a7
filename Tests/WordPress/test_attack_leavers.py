"""Whoever has left gets out, whatever else is wrong with the account or with the event."""

import pytest

from events import PASSWORD, PASSWORD_HASH, Person, event
from installation import enters

WRONG = [
    ({"email": "nobody at all"}, "invalid_email"),
    ({"roles": ["no_such_role"]}, "role_not_allowed"),
    ({"meta": {"wp_capabilities": "x"}}, "meta_not_allowed"),
    ({"displayName": "x" * 251}, "too_long"),
    ({"passwordHash": "plain"}, "bad_password_hash"),
]


@pytest.mark.parametrize("wrong,code", WRONG)
def test_deactivated_with_something_that_is_refused(wordpress, wrong, code):
    person = Person(wordpress, roles=["author"], passwordHash=PASSWORD_HASH).applied()
    browser = wordpress.logged_in(person.login, PASSWORD)
    assert enters(browser)
    before = dict(person.members)
    result = person.send(active=False, **wrong)
    assert (result["status"], result["code"]) == ("refused", code)
    assert person.account["roles"] == []
    assert not enters(browser)
    # What was refused is applied once it is right.
    person.members = before
    assert person.send(active=False, givenName="Gone")["status"] == "applied"
    assert person.account["givenName"] == "Gone"
    person.applied(active=True)
    assert person.account["roles"] == ["author"]


@pytest.mark.parametrize("wrong,code", WRONG[:1])
def test_active_and_refused(wordpress, wrong, code):
    person = Person(wordpress, roles=["author"]).applied()
    assert person.send(**wrong)["code"] == code
    assert person.account["roles"] == ["author"]


def test_deleted_with_nobody_to_hand_on_to(wordpress):
    person = Person(wordpress, roles=["author"], passwordHash=PASSWORD_HASH).applied()
    result = person.delete(reassign="nobody")
    assert (result["status"], result["code"]) == ("refused", "bad_reassign")
    assert person.account["roles"] == []
    assert not enters(wordpress.logged_in(person.login, PASSWORD))
    assert person.delete()["code"] == "deleted"


def test_last_administrator_stays(installed):
    """Not even by an event that is refused for another reason."""
    with installed.constants(
            ROSTER_ADOPT="login", ROSTER_ADMINISTRATORS="admin", ROSTER_ROLES="administrator"):
        person = Person(installed, userName="admin", email="admin@example.org").applied()
        result = person.send(active=False, email="nobody at all")
        assert result["code"] == "last_admin"
        assert person.account["roles"] == ["administrator"]
        installed.evaluate("""
            global $wpdb;
            $wpdb->delete($wpdb->base_prefix . 'roster', ['scim_id' => $scim]);
            $wpdb->delete($wpdb->usermeta, ['meta_value' => $scim]);
            wp_cache_flush();
        """, scim=person.scim_id)


def imported(wordpress):
    """A hand-made account that an import has found, and whom nobody has changed since."""
    person = Person(wordpress)
    number = wordpress.add_account(person.login, role="author", user_email=person.email)
    return person, number


@pytest.mark.parametrize("mode,code", [("delete", "deleted"), ("deactivate", "deactivated")])
def test_imported_account_is_deleted(wordpress, mode, code):
    person, number = imported(wordpress)
    gone = event("delete", person.scim_id, 1, {"userId": number}, mode=mode)
    assert wordpress.apply(gone)["code"] == code
    account = wordpress.account("id", number)
    assert account is None if mode == "delete" else account["roles"] == []


def test_account_that_is_somebody_elses_is_not_deleted(wordpress):
    other = Person(wordpress, roles=["author"]).applied()
    number = other.account["id"]
    scim_id = Person(wordpress).scim_id
    gone = event("delete", scim_id, 1, {"userId": number}, mode="delete")
    assert wordpress.apply(gone)["code"] == "absent"
    assert other.account["roles"] == ["author"]


def test_account_that_was_let_go_is_not_deleted_again(wordpress):
    person = Person(wordpress, roles=["author"]).applied()
    assert person.delete()["code"] == "deleted"
    number = wordpress.add_account(person.login, role="author")
    gone = event("delete", person.scim_id, 9, {"userId": number}, mode="delete")
    assert wordpress.apply(gone)["code"] == "absent"
    assert wordpress.account("id", number)["roles"] == ["author"]


def test_administrator_is_not_deleted_by_number(wordpress):
    number = wordpress.account("login", "admin")["id"]
    for mode in "delete", "deactivate":
        gone = event("delete", Person(wordpress).scim_id, 1, {"userId": number}, mode=mode)
        result = wordpress.apply(gone)
        assert result["status"] == "refused"
    assert wordpress.account("id", number)["roles"] == ["administrator"]
