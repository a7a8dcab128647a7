"""Many at once, and half of it: parallel calls, batches, plugins that get in the way."""

import concurrent.futures

from events import Person, event


def test_parallel_deliveries_of_somebody_new(wordpress):
    person = Person(wordpress, roles=["author"])
    event = person.event()
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: wordpress.call("events", {"events": [event]}), range(16)))
    results = [answer.json["results"][0] for answer in answers]
    statuses = [result["status"] for result in results]
    assert statuses.count("applied") == 1
    # Who had to wait too long may say so, and is sent again.
    assert set(statuses) <= {"applied", "ignored", "error"}
    assert statuses.count("ignored") >= 10
    assert wordpress.evaluate(
        "return count(get_users(['blog_id' => 0, 'search' => $email, 'search_columns' => ['user_email']]));",
        email=person.email) == 1


def test_parallel_people_of_one_login(wordpress):
    """Two people with the same login at the same time: one account, one refusal."""
    login = f"twin-{Person(wordpress).scim_id[:8]}"
    twins = [Person(wordpress, userName=login) for _ in range(8)]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        results = list(pool.map(Person.send, twins))
    codes = [result["code"] for result in results]
    assert codes.count("created") == 1
    assert codes.count("existing_user_login") == 7


def test_parallel_versions(wordpress):
    person = Person(wordpress).applied()
    events = [person.event(givenName=f"Name {number}") for number in range(12)]
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        list(pool.map(wordpress.apply, events))
    assert person.account["givenName"] == "Name 11"


def test_batch_with_one_refusal(wordpress):
    people = [Person(wordpress, roles=["author"]) for _ in range(50)]
    people[20].members["email"] = "not an address"
    results = wordpress.apply_all(*[person.event() for person in people])
    assert [result["code"] for result in results] == [
        "invalid_email" if number == 20 else "created" for number in range(50)]
    assert people[20].account is None
    assert people[49].account["roles"] == ["author"]


def test_unknown_type_stops_nobody(installed):
    person = Person(installed)
    unknown = event("explode", "somebody", 1, {})
    answer = installed.call("events", {"events": [unknown, person.event()]})
    assert answer.status == 200
    assert [result["status"] for result in answer.json["results"]][1:] == ["applied"]
    assert answer.json["results"][0]["status"] in ("refused", "error")


def test_plugin_that_ends_the_request(wordpress):
    """No success is said, nothing is half done, and the next try goes through."""
    person = Person(wordpress, roles=["author"])
    event = person.event()
    with wordpress.option("exits", "1"):
        answer = wordpress.call("events", {"events": [event]})
        assert statuses(answer) in (None, ["error"])
        assert wordpress.account("email", person.email) is None
    assert wordpress.apply(event)["code"] == "created"
    assert person.account["roles"] == ["author"]


def statuses(answer):
    """Those of the results; None where there are none."""
    try:
        return [result["status"] for result in answer.json["results"]]
    except (ValueError, LookupError):
        return None


def test_plugin_that_throws(installed):
    """An error is said as one; the others of the batch go through."""
    first, second = Person(installed, displayName="throw"), Person(installed)
    results = installed.apply_all(first.event(), second.event())
    assert [result["status"] for result in results] == ["error", "applied"]
    assert installed.account("email", first.email) is None
    assert installed.apply(first.event(displayName="calm"))["code"] == "created"


def test_hooks_of_other_plugins(wordpress):
    """Others hear of what happens by WordPress's own hooks."""
    with wordpress.option("listens", []):
        person = Person(wordpress, roles=["author"]).applied()
        user_id = person.account["id"]
        person.applied(givenName="Anna")
        person.delete()
        heard = wordpress.evaluate("return get_option('listens');")
    assert [name for name, id in heard if id == user_id] == [
        "user_register", "profile_update", "deleted_user"]
