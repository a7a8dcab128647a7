"""Roles on the main site: those that rules give come and go, those of others stay."""

import pytest

from events import Person

MANAGED = ["author", "editor"]


@pytest.fixture
def person(wordpress):
    return Person(wordpress, roles=["author"], managedRoles=MANAGED).applied()


def add_role(person, role):
    person.site.evaluate(
        "get_userdata($id)->add_role($role);", id=person.account["id"], role=role)


def test_given(wordpress, person):
    assert person.account["roles"] == ["author"]
    assert sorted(person.applied(roles=["author", "editor"]).account["roles"]) == MANAGED


def test_changed(wordpress, person):
    assert person.applied(roles=["editor"]).account["roles"] == ["editor"]


def test_managed_roles_are_taken_away_whoever_gave_them(wordpress, person):
    add_role(person, "editor")
    assert person.applied().account["roles"] == ["author"]


def test_other_roles_stay(wordpress, person):
    add_role(person, "contributor")
    person.applied(roles=["editor"])
    assert sorted(person.account["roles"]) == ["contributor", "editor"]


def test_default_role_where_none_is_left(wordpress, person):
    assert person.applied(roles=[]).account["roles"] == ["subscriber"]


def test_other_default_role(installed):
    person = Person(installed, roles=["author"], managedRoles=MANAGED).applied()
    installed.evaluate("update_option('default_role', 'contributor');")
    try:
        assert person.applied(roles=[]).account["roles"] == ["contributor"]
    finally:
        installed.evaluate("update_option('default_role', 'subscriber');")


def test_the_default_role_goes_with_the_first_one_given(wordpress):
    person = Person(wordpress, roles=[], managedRoles=MANAGED).applied()
    assert person.account["roles"] == ["subscriber"]
    assert "editor" in person.applied(roles=["editor"]).account["roles"]


def test_role_that_no_rule_gives_any_more(wordpress, person):
    """What the plugin gave before goes, even when it is not managed any more."""
    assert person.applied(roles=["editor"], managedRoles=["editor"]).account["roles"] == ["editor"]


def test_left_alone(wordpress):
    person = Person(wordpress).applied()
    assert person.account["roles"] == ["subscriber"]
    add_role(person, "editor")
    before = person.account["roles"]
    assert person.applied(givenName="Anna").account["roles"] == before
    assert person.applied(roles=[]).account["roles"] == before


def test_allow_list(installed):
    with installed.constants(ROSTER_ROLES="author, contributor"):
        assert Person(installed, roles=["author"]).send()["code"] == "created"
        assert Person(installed, roles=["contributor"]).send()["code"] == "created"
        assert Person(installed, roles=["editor"]).send()["code"] == "role_not_allowed"
        assert Person(installed, roles=["author", "editor"]).send()["code"] == "role_not_allowed"
    assert Person(installed, roles=["editor"]).send()["code"] == "created"


def test_allow_list_may_name_the_administrator(installed):
    with installed.constants(ROSTER_ROLES="administrator"):
        person = Person(installed, roles=["administrator"]).applied()
        assert person.account["roles"] == ["administrator"]
        installed.remove_account(person.account["id"])


@pytest.mark.parametrize("capability", [
    "manage_options", "promote_users", "edit_users", "edit_plugins", "unfiltered_upload",
    "create_users", "delete_users", "install_plugins", "activate_plugins", "update_plugins",
    "edit_themes", "edit_files", "update_core"])
def test_roles_with_more_power_are_not_given(installed, capability):
    installed.evaluate(
        "add_role('operator', 'Operator', ['read' => true, $capability => true]);",
        capability=capability)
    try:
        assert Person(installed, roles=["operator"]).send()["code"] == "role_not_allowed"
    finally:
        installed.evaluate("remove_role('operator');")


def test_a_role_of_the_sites_own(installed):
    installed.evaluate("add_role('librarian', 'Librarian', ['read' => true]);")
    try:
        person = Person(installed, roles=["librarian"]).applied()
        assert person.account["roles"] == ["librarian"]
    finally:
        installed.evaluate("remove_role('librarian');")


def test_single_sign_on_that_gives_another_role(wordpress, person):
    """The next state from Roster puts right what single sign-on did, and it stays right."""
    wordpress.signed_on("email", person.email, role="editor")
    assert person.applied().account["roles"] == ["author"]
    wordpress.signed_on("email", person.email)
    assert person.account["roles"] == ["author"]
