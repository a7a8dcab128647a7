"""Administrators are not adopted, linked or changed unless wp-config.php names them; the last one stays."""

import pytest

from events import PASSWORD_HASH, Person
from installation import enters


def test_admin_is_still_there(wordpress):
    person = Person(wordpress, userName="admin", email="other@example.org")
    assert person.send()["code"] in ("existing_user_login", "administrator", "super_admin")
    person = Person(wordpress, email="admin@example.com")
    assert person.send()["code"] in ("existing_user_email", "administrator", "super_admin")
    assert enters(wordpress.logged_in("admin", wordpress.password))


@pytest.fixture
def boss(installed):
    """A second administrator by hand, gone afterwards."""
    login = f"boss-{Person(installed).scim_id[:8]}"
    user_id = installed.add_account(login, role="administrator", user_email=f"{login}@example.org")
    yield installed.account("login", login)
    installed.remove_account(user_id)


@pytest.mark.parametrize("adopt", ["login", "email"])
def test_not_adopted(installed, boss, adopt):
    with installed.constants(ROSTER_ADOPT=adopt):
        person = Person(installed, userName=boss["login"], email=boss["email"])
        assert person.send()["status"] == "refused"
        assert installed.account("id", boss["id"]) == boss


def test_not_linked(installed, boss):
    person = Person(installed, userName=boss["login"], email=boss["email"], userId=boss["id"])
    assert person.send()["code"] == "administrator"
    assert installed.account("id", boss["id"]) == boss


def test_named_administrators_may_be_adopted_and_changed(installed, boss):
    with installed.constants(ROSTER_ADOPT="login", ROSTER_ADMINISTRATORS=f"somebody, {boss['login']}"):
        person = Person(installed, userName=boss["login"], email=boss["email"], givenName="Bo")
        assert person.send()["status"] == "applied"
        assert person.account["id"] == boss["id"]
        assert person.account["givenName"] == "Bo"
        assert person.account["roles"] == ["administrator"]


@pytest.fixture
def promoted(installed):
    """Somebody of Roster's who was made administrator by hand."""
    person = Person(installed, roles=["editor"], managedRoles=["editor"]).applied()
    installed.evaluate("get_userdata($id)->set_role('administrator');", id=person.account["id"])
    yield person
    installed.remove_account(person.account["id"])


@pytest.mark.parametrize("change", [
    {"active": False}, {"givenName": "Other"}, {"email": "other@example.net"},
    {"userName": "other"}, {"passwordHash": PASSWORD_HASH}, {"roles": []}])
def test_not_changed(installed, promoted, change):
    before = promoted.account
    result = promoted.send(**change)
    assert (result["status"], result["code"]) == ("refused", "administrator")
    assert result["scimType"] == "mutability"
    assert promoted.account == before


@pytest.mark.parametrize("mode", ["delete", "deactivate"])
def test_not_deleted(installed, promoted, mode):
    before = promoted.account
    assert promoted.delete(mode=mode)["code"] == "administrator"
    assert promoted.account == before


@pytest.fixture
def last(installed):
    """The only administrator, whom wp-config.php names and Roster has adopted."""
    with installed.constants(
            ROSTER_ADOPT="login", ROSTER_ADMINISTRATORS="admin,demoted", ROSTER_ROLES="administrator,editor"):
        person = Person(installed, userName="admin", email="admin@example.com",
                        displayName="admin", givenName="", familyName="")
        person.version = 0
        yield person.applied()
        installed.evaluate("get_userdata(1)->set_role('administrator');")
        installed.evaluate("""
            global $wpdb;
            $wpdb->query("DELETE FROM {$wpdb->base_prefix}roster WHERE user_id = 1");
            foreach (array_keys(get_user_meta(1)) as $key) {
                if (str_contains($key, 'roster')) {
                    delete_user_meta(1, $key);
                }
            }
        """)


def test_last_administrator_survives(installed, last):
    before = last.account
    assert before["id"] == 1
    for result in (
            last.send(active=False), last.delete(), last.delete(mode="deactivate"),
            last.delete(reassign=1)):
        assert result["status"] == "refused"
    last.members["active"] = True
    assert last.send(roles=["editor"], managedRoles=["administrator", "editor"])["code"] == "last_admin"
    assert last.account == before
    assert enters(installed.logged_in("admin", installed.password))


def test_last_administrator_is_said_so(installed, last):
    result = last.send(active=False)
    assert (result["code"], result["scimType"]) == ("last_admin", "mutability")


def test_a_deactivated_administrator_does_not_count(installed, last):
    """Who is deactivated cannot help: the other one is the last."""
    demoted = Person(installed, userName="demoted", roles=["administrator"]).applied()
    demoted.applied(active=False)
    assert last.send(active=False)["code"] == "last_admin"
    installed.remove_account(demoted.account["id"])


def test_the_last_but_one_may_go(installed, last):
    other = Person(installed, userName="demoted", roles=["administrator"]).applied()
    assert other.send(active=False)["code"] == "deactivated"
    assert other.send(active=True)["code"] == "reactivated"
    assert other.account["roles"] == ["administrator"]
    assert other.delete()["code"] == "deleted"


@pytest.mark.parametrize("change", [{"active": False}, {"givenName": "Other"}])
def test_super_administrators(network, change):
    person = Person(network).applied()
    network.evaluate("grant_super_admin($id);", id=person.account["id"])
    try:
        before = person.account
        result = person.send(**change)
        assert (result["status"], result["code"]) == ("refused", "super_admin")
        assert person.delete()["code"] == "super_admin"
        assert person.account == before
    finally:
        network.evaluate("revoke_super_admin($id);", id=person.account["id"])
