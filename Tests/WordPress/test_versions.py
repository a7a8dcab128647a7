"""Events come twice, late and in any order: the highest version stands."""

from events import Person, event


def test_later_versions_are_applied(wordpress):
    person = Person(wordpress)
    assert person.send()["code"] == "created"
    assert person.send(givenName="Anna")["code"] == "updated"
    assert person.account["givenName"] == "Anna"


def test_the_answer_names_the_account(wordpress):
    person = Person(wordpress)
    result = person.send()
    assert (result["userId"], result["login"]) == (person.account["id"], person.login)


def test_older_versions_are_ignored(wordpress):
    person = Person(wordpress)
    late = person.event(givenName="Late")
    person.applied(givenName="Newer")
    result = wordpress.apply(late)
    assert (result["status"], result["code"]) == ("ignored", "old_version")
    assert person.account["givenName"] == "Newer"


def test_the_same_again_is_ignored(wordpress):
    person = Person(wordpress)
    event = person.event()
    assert wordpress.apply(event)["status"] == "applied"
    wordpress.evaluate(
        "update_user_meta($id, 'first_name', 'by hand');", id=person.account["id"])
    assert wordpress.apply(event)["status"] == "ignored"
    assert person.account["givenName"] == "by hand"


def test_one_call_with_versions_in_any_order(wordpress):
    person = Person(wordpress)
    first, second = person.event(givenName="First"), person.event(givenName="Second")
    results = wordpress.apply_all(second, first, second)
    assert [result["status"] for result in results] == ["applied", "ignored", "ignored"]
    assert person.account["givenName"] == "Second"


def test_deletion_is_remembered(wordpress):
    person = Person(wordpress)
    late = [person.event(), person.event()]
    person.applied()
    assert person.delete()["code"] == "deleted"
    for event in late:
        assert wordpress.apply(event)["code"] == "old_version"
    assert wordpress.account("email", person.email) is None


def test_deletion_that_comes_first(wordpress):
    person = Person(wordpress)
    late = person.event()
    assert person.delete()["code"] == "absent"
    assert wordpress.apply(late)["code"] == "old_version"
    assert wordpress.account("email", person.email) is None


def test_a_refused_version_can_be_sent_again(wordpress):
    person = Person(wordpress)
    in_the_way = wordpress.add_account(f"way-{person.scim_id[:8]}", user_email=person.email)
    event = person.event()
    assert wordpress.apply(event)["status"] == "refused"
    wordpress.remove_account(in_the_way)
    assert wordpress.apply(event)["code"] == "created"


def test_validation_changes_nothing(wordpress):
    person = Person(wordpress)
    result = person.validate()
    assert result["status"] == "ok"
    assert wordpress.account("email", person.email) is None
    person.applied()
    assert person.validate(givenName="Other")["status"] == "ok"
    assert person.account["givenName"] == "Ann"
    # Nor does it use a version up.
    assert person.send()["status"] == "applied"


def test_validation_without_a_version(wordpress):
    question = event("validate", "unknown", None, {"userName": "nobody-yet", "email": ""})
    del question["version"]
    assert wordpress.apply(question)["status"] == "ok"
