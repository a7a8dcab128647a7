"""Accounts that go: with their content, or with the content handed on, or only deactivated."""

import pytest

from events import PASSWORD, PASSWORD_HASH, Person
from installation import enters


def status_of(wordpress, post):
    return wordpress.evaluate("return get_post_status($id);", id=post)


def author_of(wordpress, post):
    return wordpress.evaluate("return (int) get_post($id)->post_author;", id=post)


def test_with_the_content(wordpress):
    person = Person(wordpress, roles=["author"]).applied()
    post = wordpress.add_post(person.account["id"], "Hers")
    assert person.delete()["code"] == "deleted"
    assert wordpress.account("email", person.email) is None
    assert status_of(wordpress, post) in (False, "trash")


@pytest.mark.parametrize("by", ["login", "id"])
def test_content_is_handed_on(wordpress, by):
    heir = Person(wordpress, roles=["editor"]).applied()
    person = Person(wordpress, roles=["author"]).applied()
    post = wordpress.add_post(person.account["id"], "Hers")
    reassign = heir.login if by == "login" else heir.account["id"]
    assert person.delete(reassign=reassign)["code"] == "deleted"
    assert wordpress.account("email", person.email) is None
    assert author_of(wordpress, post) == heir.account["id"]
    assert status_of(wordpress, post) == "publish"


def test_only_deactivated(wordpress):
    person = Person(wordpress, roles=["author"], passwordHash=PASSWORD_HASH).applied()
    post = wordpress.add_post(person.account["id"], "Hers")
    assert person.delete(mode="deactivate")["code"] == "deactivated"
    assert author_of(wordpress, post) == person.account["id"]
    assert person.account["roles"] == []
    assert not enters(wordpress.logged_in(person.login, PASSWORD))


def test_absent(wordpress):
    person = Person(wordpress)
    assert person.delete()["code"] == "absent"
    person = Person(wordpress).applied()
    wordpress.remove_account(person.account["id"])
    assert person.delete()["code"] == "absent"


def test_removed_by_hand_and_sent_again(wordpress):
    """An account that was removed in WordPress is made anew, be it by the version that it had."""
    person = Person(wordpress, roles=["author"])
    event = person.event()
    for _ in range(2):
        assert wordpress.apply(event)["code"] == "created"
        assert person.account["roles"] == ["author"]
        wordpress.remove_account(person.account["id"])
    assert person.send()["code"] == "created"


def test_others_content_stays(wordpress):
    neighbour = wordpress.add_account(f"neighbour-{Person(wordpress).scim_id[:8]}", role="author")
    post = wordpress.add_post(neighbour, "Theirs")
    person = Person(wordpress).applied()
    person.delete()
    assert (status_of(wordpress, post), author_of(wordpress, post)) == ("publish", neighbour)
