"""Whatever goes wrong between Roster and WordPress: in the end WordPress is as the directory says,
and nothing is there twice."""

import concurrent.futures
import datetime
import itertools
import signal

import pytest

import passage as faults
import webhooks
from installation import until
from passage import Gate, Passage
from roster_site import carrying, logins, program_copy, user  # noqa: F401

numbers = itertools.count(1)
CLIENTS = 16


@pytest.fixture(scope="module")
def passage(installed):
    passage = Passage(installed)
    yield passage
    passage.close()


@pytest.fixture(scope="module")
def module_roster(installed, passage, program_copy):  # noqa: F811
    with carrying(installed, options=("--connect-to", passage.place)) as roster:
        yield roster


@pytest.fixture
def roster(module_roster, passage):
    """Nothing is wrong before a test; afterwards WordPress has exactly whom the directory has."""
    roster = module_roster
    if not roster.wordpress.account("login", "taken"):
        roster.wordpress.add_account("taken", user_email="taken@example.org")
    roster.wp("set", "--validation", "queue")
    roster.clear()
    others = logins(roster.wordpress)
    yield roster
    passage.open()
    roster.mend()
    roster.settle()
    assert [row["code"] for row in roster.parked().values()] == []
    users = roster.users()
    for user in users:
        account = roster.account(user["id"])
        assert account["displayName"] == user.get("displayName", user["userName"])
        assert (account["roles"] != []) == user["active"]
    assert len(logins(roster.wordpress)) == len(others) + len(users)


def now():
    """The time as Roster writes it."""
    return datetime.datetime.now(datetime.timezone.utc).isoformat()


def name():
    return f"fault{next(numbers)}"


# Before a user is stored.


def test_refused_user_is_stored_nowhere(roster):
    before = logins(roster.wordpress)
    for sent, status, kind in (
            (user("taken", emails=[{"value": "free@example.org"}]), 409, "uniqueness"),
            (user("free", emails=[{"value": "Taken@Example.org"}]), 409, "uniqueness"),
            (user("free", emails=[{"value": "no address"}]), 400, "invalidValue"),
            (user("x" * 61, emails=[{"value": "free@example.org"}]), 400, "invalidValue"),
            (user("🦊"), 400, "invalidValue")):
        answer = roster.client.post("/Users", sent)
        assert (answer.status, answer.json["scimType"]) == (status, kind), sent
    assert roster.users() == []
    assert roster.json("deliver", "--list") == []
    assert logins(roster.wordpress) == before


def test_refused_change_is_stored_nowhere(roster):
    id, other = roster.create(name()), roster.create(name())
    roster.settle()
    before = roster.users()
    address = next(user for user in before if user["id"] == other)["emails"][0]["value"]
    answer = roster.client.patch(
        f"/Users/{id}", {"op": "replace", "value": {"emails": [{"value": address}]}})
    assert (answer.status, answer.json["scimType"]) == (409, "uniqueness")
    assert roster.users() == before


def test_down(roster, passage):
    with passage.closed():
        id = roster.create(name())
        assert roster.waiting()
        assert roster.wordpress.account("roster_scim_id", id) is None
    roster.command("deliver", "--retry")
    assert roster.account(id)


def test_down_and_strict(roster, passage):
    id = roster.create(name(), active=True)
    roster.settle()
    roster.wp("set", "--validation", "strict")
    with passage.closed():
        answer = roster.client.post("/Users", user(name()))
        assert answer.status == 503
        assert int(answer.headers["retry-after"]) > 0
        assert len(roster.users()) == 1
        # Access is taken away in any case.
        roster.replace(id, active=False)
    roster.mend()
    assert roster.account(id)["roles"] == []
    assert roster.client.post("/Users", user(name())).status == 201


@pytest.mark.parametrize("validation", ["queue", "strict"])
def test_deleted_while_down(roster, passage, validation):
    id = roster.create(name())
    number = roster.account(id)["id"]
    roster.wp("set", "--validation", validation)
    with passage.closed():
        roster.delete(id)
    roster.mend()
    roster.settle()
    assert roster.wordpress.account("id", number) is None


def test_back_again(roster, passage):
    """Who sends tries again, with nobody's doing."""
    with passage.closed():
        id = roster.create(name())
        until(roster.trouble)
    assert roster.account(id)


def test_retry_sends_at_once(roster, passage):
    """An administrator who has mended the site need not wait for the next try, which after two
    failures is half a minute away."""
    with passage.closed():
        id = roster.create(name())
        until(roster.trouble)
        first = roster.status()["retryAt"]
        until(lambda: roster.status()["retryAt"] > first)
    roster.mend()
    until(lambda: not roster.waiting(), 20)
    assert roster.account(id)


def test_next_request_delivers_what_waits(roster, passage):
    """Where nobody sends any more, as after the machine's start."""
    with passage.closed():
        first = roster.create(name())
        until(roster.trouble)
        roster.end_couriers()
    until(lambda: now() > roster.status()["retryAt"])
    second = roster.create(name())
    assert roster.account(first)
    assert roster.account(second)


# Before there is an account, or after it is gone.


def test_leaves_before_there_is_an_account(roster, passage):
    gate = Gate(faults.drop)
    with passage.doing(gate):
        deactivated, deleted = roster.create(name()), roster.create(name())
        assert gate.arrived.wait(30)
        try:
            roster.replace(deactivated, active=False)
            roster.delete(deleted)
        finally:
            gate.opened.set()
    roster.mend()
    assert roster.account(deactivated)["roles"] == []
    assert roster.account(deleted) is None


def test_comes_again_before_the_account_is_gone(roster, passage):
    again = name()
    id = roster.create(again)
    before = roster.account(id)["id"]
    gate = Gate(faults.drop)
    with passage.doing(gate):
        roster.delete(id)
        assert gate.arrived.wait(30)
        try:
            id = roster.create(again, displayName="Again")
        finally:
            gate.opened.set()
    roster.mend()
    account = roster.account(id)
    assert (account["displayName"], account["login"]) == ("Again", again)
    assert account["id"] != before


# Answers.


@pytest.mark.parametrize("rule", [
    faults.server_error, faults.page, faults.half, faults.lost, faults.drop])
def test_answer_of_no_use(roster, passage, rule):
    with passage.doing(rule):
        id = roster.create(name(), displayName="Ann")
        until(lambda: any(row["attempts"] for row in roster.waiting()) or roster.trouble())
        roster.replace(id, displayName="Anna")
    roster.mend()
    assert roster.account(id)["displayName"] == "Anna"


def test_wordpress_that_hangs(roster, passage):
    """Clients are answered meanwhile, and who sends gives up waiting."""
    gate = Gate(faults.drop)
    with passage.doing(gate):
        id = roster.create(name())
        assert gate.arrived.wait(30)
        other = roster.create(name())
        until(lambda: any(row["attempts"] for row in roster.waiting()))
        gate.opened.set()
    roster.mend()
    assert roster.account(id)
    assert roster.account(other)


def test_many_of_which_one_cannot_be(roster, passage):
    """A plugin ends the request in the middle: the others get through."""
    with roster.wordpress.option("exits_for", "exit"):
        with passage.closed():
            ids = [
                roster.create(name(), displayName="exit" if place == 3 else "Ann")
                for place in range(8)]
            until(roster.trouble)
        until(lambda: len(roster.waiting()) == 1)
        assert roster.waiting()[0]["resource"] == ids[3]
        for id in ids[:3] + ids[4:]:
            assert roster.wordpress.account("roster_scim_id", id)


# Keys and clocks.


def test_other_clock(roster, passage):
    def late(call):
        call.sign(-600)
        call.forward()

    with passage.doing(late):
        id = roster.create(name())
        until(roster.trouble)
        assert roster.trouble().startswith("scim_stale")
        said = roster.site.run("wordpress", "test")
        assert said.returncode == 1
        assert "clocks" in said.stderr
        assert roster.wordpress.account("roster_scim_id", id) is None
    roster.command("wordpress", "test")
    assert roster.account(id)


def test_other_secret(roster, passage):
    """Nobody tries it again and again; when it is mended, `test` sends what waits."""
    with roster.wordpress.constants(ROSTER_SECRET=webhooks.new_secret()):
        id = roster.create(name())
        until(roster.trouble)
        assert roster.trouble().startswith("scim_bad_signature")
        until(lambda: not roster.couriers())
        seen = len(passage.calls)
        roster.create(name())
        assert not roster.couriers()
        assert not [call for call in passage.calls[seen:] if not call.is_question]
        said = roster.site.run("wordpress", "test")
        assert said.returncode == 1
        assert "wp-config.php" in said.stderr
    roster.wordpress.define({"ROSTER_SECRET": roster.secret})
    roster.command("wordpress", "test")
    assert roster.account(id)


# Conflicts that are over.


@pytest.fixture
def unasked(roster):
    """A site that is not asked before: what it refuses is listed."""
    roster.wp("set", "--validation", "off")
    return roster


def test_conflict_that_the_provider_mends(unasked):
    roster = unasked
    id = roster.create(name(), emails=[{"value": "taken@example.org"}])
    assert roster.account(id) is None
    assert roster.parked()[id]["code"] == "existing_user_email"
    roster.replace(id, emails=[{"value": f"{name()}@example.org"}])
    assert roster.account(id)["roles"] == ["subscriber"]


def test_conflict_that_is_mended_in_wordpress(unasked):
    roster, wordpress = unasked, unasked.wordpress
    number = wordpress.add_account("in-the-way", user_email="way@example.org")
    id = roster.create("in-the-way", displayName="Ann")
    assert roster.account(id) is None
    assert roster.parked()[id]["code"] == "existing_user_login"
    wordpress.evaluate("wp_delete_user($id);", id=number)
    roster.mend()
    assert roster.account(id)["displayName"] == "Ann"


def test_addresses_that_change_hands(roster):
    """A second one gets the address that the first one has given up, and both are sent at once."""
    first, second = roster.create(name()), roster.create(name())
    roster.settle()
    address = roster.client.get(f"/Users/{first}").json["emails"][0]["value"]
    roster.wp("set", "--paused", "on")
    roster.replace(first, emails=[{"value": f"{name()}@example.org"}])
    roster.replace(second, emails=[{"value": address}])
    roster.wp("set", "--paused", "off")
    assert roster.account(second)["email"] == address
    assert roster.account(first)["email"] != address


def test_names_that_change_hands(roster):
    """Who gives up a name is behind who gets it: the order of ids is that of their making."""
    getter, name_of_both = roster.create(name()), name()
    giver = roster.create(name_of_both)
    roster.settle()
    roster.wp("set", "--paused", "on")
    roster.replace(giver, userName=name())
    roster.replace(getter, userName=name_of_both)
    roster.wp("set", "--paused", "off")
    assert roster.account(getter)["login"] == name_of_both
    assert roster.account(giver)["login"] != name_of_both


# Ends of processes, and several at once.


def test_killed_between_the_change_and_its_delivery(roster, passage):
    gate = Gate(faults.drop)
    with passage.doing(gate):
        id = roster.create(name(), displayName="Ann")
        assert gate.arrived.wait(30)
        roster.end_couriers(signal.SIGKILL)
        gate.opened.set()
    assert roster.waiting()
    roster.replace(id, displayName="Anna")
    assert roster.account(id)["displayName"] == "Anna"


def test_killed_between_the_delivery_and_its_receipt(roster, passage):
    gate = Gate(None, first=lambda call: call.ask())
    with passage.doing(gate):
        id = roster.create(name(), displayName="Ann")
        assert gate.arrived.wait(30)
        assert roster.wordpress.account("roster_scim_id", id)
        roster.end_couriers(signal.SIGKILL)
        gate.opened.set()
    assert roster.waiting()
    roster.command("deliver", "--once")
    assert not roster.waiting()
    assert roster.account(id)["displayName"] == "Ann"


def test_many_clients_at_once(roster):
    names = [name() for _ in range(CLIENTS)]
    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        ids = list(pool.map(roster.create, names))
    assert sorted(roster.account(id)["login"] for id in ids) == sorted(names)


def test_many_clients_that_want_the_same(roster):
    same = user(name(), emails=[{"value": "same@example.org"}])
    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        answers = list(pool.map(lambda _: roster.client.post("/Users", same), range(CLIENTS)))
    assert sorted(answer.status for answer in answers) == [201] + [409] * (CLIENTS - 1)


def test_several_who_send(roster, passage):
    """One of them at a time does."""
    with passage.closed():
        ids = [roster.create(name()) for _ in range(5)]
        until(roster.trouble)
        roster.end_couriers()
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        results = [pool.submit(roster.site.run, "deliver", "--retry") for _ in range(4)]
        assert {result.result().returncode for result in results} == {0}
    seen = len(passage.calls)
    for id in ids:
        assert roster.account(id)
    roster.command("deliver", "--once")
    assert len(passage.calls) == seen
