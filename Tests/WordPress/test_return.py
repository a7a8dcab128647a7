"""Content that outlives its author, and people who come back to it."""

import pytest

from events import PASSWORD, PASSWORD_HASH, Person
from installation import enters


def leaver(wordpress, writes=True):
    """Somebody whom the provider deleted, where content is to be kept."""
    person = Person(wordpress, roles=["author"], passwordHash=PASSWORD_HASH).applied()
    if writes:
        person.post = wordpress.add_post(person.account["id"], "Hers")
    person.code = person.delete(keepContent=True)["code"]
    return person


def successor(wordpress, person, **members):
    """Another SCIM user of the same name and address."""
    other = Person(wordpress, **{**person.members, **members})
    return other, other.send()


def test_an_author_is_only_deactivated(wordpress):
    person = leaver(wordpress)
    assert person.code == "deactivated"
    assert not enters(wordpress.logged_in(person.login, PASSWORD))


def test_who_has_written_nothing_is_deleted(wordpress):
    person = leaver(wordpress, writes=False)
    assert person.code == "deleted"
    assert wordpress.account("email", person.email) is None


def test_the_same_person_comes_back(wordpress):
    person = leaver(wordpress)
    number = wordpress.account("email", person.email)["id"]
    other, result = successor(wordpress, person)
    assert (result["status"], result["userId"]) == ("applied", number)
    assert other.account["roles"] == ["author"]
    assert enters(wordpress.logged_in(person.login, PASSWORD))
    assert person.delete()["code"] == "absent"
    assert other.account["id"] == number


@pytest.mark.parametrize("members", [{"externalId": "another"}, {"email": "other@example.org"}])
def test_somebody_else_does_not_get_the_account(wordpress, members):
    person = leaver(wordpress)
    _, result = successor(wordpress, person, **members)
    assert (result["status"], result["code"]) == ("refused", "existing_user_login")
    assert not enters(wordpress.logged_in(person.login, PASSWORD))


def test_a_conflict_names_who_is_in_the_way(wordpress):
    person = Person(wordpress).applied()
    other = Person(wordpress)
    assert other.send(email=person.email)["conflict"] == person.scim_id
    assert other.validate(login=person.login)["conflict"] == person.scim_id
    login = f"hand-{person.scim_id[:8]}"
    wordpress.add_account(login)
    assert "conflict" not in other.validate(login=login)


def test_old_versions_are_told_the_known_one(wordpress):
    person = Person(wordpress)
    late = person.event()
    person.applied()
    assert wordpress.apply(late)["known"] == 2


def test_who_is_not_there_can_be_locked_out(wordpress):
    person = Person(wordpress)
    answer = wordpress.apply({
        "id": "question", "type": "user.validate",
        "user": {"scimId": person.scim_id, "active": False}})
    assert answer["status"] == "ok"


def test_preview(wordpress):
    person = Person(wordpress, meta={"department": "R&D"}).applied()
    person.version += 1
    answer = wordpress.apply({
        "id": "preview", "type": "user.validate", "preview": True,
        "user": {**person.members, "scimId": person.scim_id, "givenName": "Anna", "active": False,
                 "meta": {"department": "Sales"}}})
    changed = {
        name: (answer["before"][name], after) for name, after in answer["after"].items()
        if answer["before"][name] != after}
    assert changed == {
        "first_name": ("Ann", "Anna"), "active": (True, False),
        "meta:department": ("R&D", "Sales")}
    assert person.account["givenName"] == "Ann"


def test_preview_of_somebody_new(wordpress):
    person = Person(wordpress, roles=["editor"])
    answer = wordpress.apply({
        "id": "preview", "type": "user.validate", "preview": True,
        "user": {**person.members, "scimId": person.scim_id}})
    assert answer["before"]["user_login"] is None
    assert (answer["after"]["user_login"], answer["after"]["roles"]) == (person.login, ["editor"])
    assert person.account is None
