"""`roster webhook`: other programs hear of changes, each signed, in their order, until they have
taken it."""

import pytest

from receiver import Receiver
from roster_site import Roster, program_copy, sites  # noqa: F401

NAME = "another-program"


@pytest.fixture(scope="module")
def roster(program_copy):  # noqa: F811
    """A directory without a WordPress."""
    with sites.running("nginx", has_front_controller=False) as site:
        roster = Roster(site, None)
        yield roster
        roster.end_couriers()


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.stop()
    assert receiver.unsigned == 0


@pytest.fixture
def added(roster, receiver):
    """Adds the receiver, which is forgotten after the test."""
    def add(*options):
        added = roster.json("webhook", "add", receiver.url, "--name", NAME, *options)
        receiver.secret = added["secret"]

    yield add
    roster.command("webhook", "remove", NAME)
    assert roster.json("webhook", "list") == []
    roster.clear()


def kinds(receiver):
    return [body["type"] for _, body in receiver.messages]


def test_kinds_in_their_order(roster, receiver, added):
    added()
    id = roster.create("ann", displayName="Ann")
    roster.settle()
    for values in {"displayName": "Anna"}, {"active": False}, {"active": True}:
        roster.replace(id, **values)
        roster.settle()
    group = roster.group("Writers", id)
    roster.settle()
    roster.patch(f"/Groups/{group}", {"op": "replace", "path": "displayName", "value": "Authors"})
    roster.settle()
    roster.delete(group, "Groups")
    roster.settle()
    roster.delete(id)
    roster.settle()
    assert [kind for kind in kinds(receiver) if kind.startswith("user.")] == [
        "user.created", "user.updated", "user.deactivated", "user.reactivated", "user.deleted"]
    assert [kind for kind in kinds(receiver) if kind.startswith("group.")] == [
        "group.created", "group.updated", "group.deleted"]
    first, second = (body["data"] for _, body in receiver.messages[:2])
    assert (first["id"], first["userName"], first["displayName"]) == (id, "ann", "Ann")
    assert second["displayName"] == "Anna"
    assert len({message for message, _ in receiver.messages}) == len(receiver.messages)


def test_only_the_kinds_that_are_wanted(roster, receiver, added):
    added("--events", "user.deactivated,group.*")
    id = roster.create("ann")
    roster.group("Writers", id)
    roster.settle()
    roster.replace(id, displayName="Anna")
    roster.settle()
    roster.replace(id, active=False)
    roster.settle()
    assert kinds(receiver) == ["group.created", "user.deactivated"]


def test_tried_again(roster, receiver, added):
    """A message has the same id at every try."""
    added()
    receiver.statuses = [500]
    id = roster.create("ann")
    roster.settle()
    assert kinds(receiver) == ["user.created"]
    assert receiver.tries == [receiver.messages[0][0]] * 2
    assert receiver.messages[0][1]["data"]["id"] == id


def test_passwords_stay_here(roster, receiver, added):
    added()
    roster.create("ann", password="Tr0ub4dor&3")
    roster.settle()
    (_, body), = receiver.messages
    assert "password" not in body["data"]
    assert "Tr0ub4dor" not in str(body) and "$2" not in str(body)
