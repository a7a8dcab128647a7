"""Signed messages mean what they were signed for; versions stay within bounds."""

import pytest

from events import Person


@pytest.mark.parametrize("body", [
    {}, {"acknowledge": [], "limit": 50}, {"events": [], "settings": {}, "more": False},
    {"after": None}, {"after": []}])
@pytest.mark.parametrize("call", ["accounts", "report"])
def test_other_messages_do_not_list_accounts(installed, call, body):
    """Who has read one on the way cannot send it to a call that says more."""
    answer = installed.call(call, body)
    assert (answer.status, answer.json["code"]) == (400, "scim_malformed")


def test_one_list_is_not_the_other(installed):
    assert installed.call("accounts", {"after": "", "limit": 5}).status == 400
    assert installed.call("report", {"after": 0, "limit": 5}).status == 400


@pytest.mark.parametrize("version", [2**53, 2**63 - 1, 2**64, 2**53 + 0.5, "7", -1, 0])
def test_versions_out_of_bounds(wordpress, version):
    person = Person(wordpress)
    event = {**person.event(), "version": version}
    assert wordpress.apply(event)["code"] == "scim_malformed"
    assert person.send()["code"] == "created"


@pytest.mark.parametrize("was", [True, False])
@pytest.mark.parametrize("wants", [True, False])
def test_result_says_whether_the_account_is_active(wordpress, was, wants):
    person = Person(wordpress)
    assert person.send(active=was)["active"] is was
    assert person.send(active=wants, givenName="Other")["active"] is wants
