"""Who may call: whoever knows the secret, now, and with this very body."""

import json
import time

import pytest

import webhooks
from events import Person


def refusal(answer, code):
    assert answer.status == 401
    assert answer.json["code"] == code
    assert answer.json["message"]
    assert abs(answer.json["time"] - time.time()) < 10
    return True


@pytest.fixture
def message(installed):
    """A message that makes an account, and its body; no account is there unless it is let in."""
    person = Person(installed)
    body = json.dumps({"events": [person.event()]}).encode()
    yield body
    assert person.account is None


def test_signed(wordpress):
    assert wordpress.call("status", {}).status == 200


def test_unsigned(installed, message):
    assert refusal(installed.post("events", message, {}), "scim_unsigned")


@pytest.mark.parametrize("missing", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_partly_signed(installed, message, missing):
    fields = webhooks.headers(message, installed.secret)
    del fields[missing]
    assert refusal(installed.post("events", message, fields), "scim_unsigned")


def test_other_secret(installed, message):
    answer = installed.call("events", message, webhooks.new_secret())
    assert refusal(answer, "scim_bad_signature")


@pytest.mark.parametrize("signature", ["", "v1,", "v1", "v1,AAAA", "v1a,{right}", "{right}"])
def test_no_signature_of_version_1(installed, message, signature):
    fields = webhooks.headers(message, installed.secret)
    right = fields["webhook-signature"].removeprefix("v1,")
    fields["webhook-signature"] = signature.format(right=right)
    answer = installed.post("events", message, fields)
    assert answer.status == 401
    assert answer.json["code"] in ("scim_unsigned", "scim_bad_signature")


@pytest.mark.parametrize("field,value", [
    ("webhook-id", "msg_other"), ("webhook-timestamp", str(int(time.time()) + 1))])
def test_other_id_or_time(installed, message, field, value):
    fields = {**webhooks.headers(message, installed.secret), field: value}
    assert refusal(installed.post("events", message, fields), "scim_bad_signature")


def test_other_body(installed, message):
    fields = webhooks.headers(message, installed.secret)
    assert refusal(installed.post("events", message + b" ", fields), "scim_bad_signature")


@pytest.mark.parametrize("seconds", [-330, -310, 310, 330])
def test_stale(installed, message, seconds):
    answer = installed.call("events", message, timestamp=int(time.time()) + seconds)
    assert refusal(answer, "scim_stale")


@pytest.mark.parametrize("seconds", [-290, 290])
def test_not_yet_stale(installed, seconds):
    assert installed.call("status", {}, timestamp=int(time.time()) + seconds).status == 200


def test_one_signature_of_several_is_enough(installed):
    others = webhooks.new_secret(), webhooks.new_secret()
    assert installed.call("status", {}, others[0], installed.secret, others[1]).status == 200
    assert refusal(installed.call("status", {}, *others), "scim_bad_signature")


def test_two_secrets_are_valid_while_one_is_exchanged(installed):
    new = webhooks.new_secret()
    with installed.constants(ROSTER_SECRET=f"{installed.secret} {new}"):
        assert installed.call("status", {}, installed.secret).status == 200
        assert installed.call("status", {}, new).status == 200
    assert refusal(installed.call("status", {}, new), "scim_bad_signature")


def test_secret_from_the_site_option(installed):
    stored = webhooks.new_secret()
    with installed.option("roster_secret", stored):
        assert refusal(installed.call("status", {}, stored), "scim_bad_signature")
        with installed.constants(ROSTER_SECRET=None):
            assert installed.call("status", {}, stored).status == 200
            assert installed.call("status", {}, installed.secret).status == 401


@pytest.mark.parametrize("secret", ["", "whsec_", " ", None])
def test_without_a_secret_nobody_is_let_in(installed, message, secret):
    with installed.constants(ROSTER_SECRET=secret):
        fields = webhooks.headers(message, "whsec_")
        assert installed.post("events", message, fields).status == 401


def test_rest_route(wordpress):
    person = Person(wordpress)
    body = json.dumps({"events": [person.event()]}).encode()
    route = "/wp-json/roster/v1/events"
    assert wordpress.post("events", body, {}, route).status == 401
    assert person.account is None
    answer = wordpress.call("events", body, route=route)
    assert answer.json["results"][0]["code"] == "created"


def test_other_methods(installed):
    browser = installed.browser()
    assert browser.get("/?roster=events").status == 405
    assert browser.request("PUT", "/?roster=events").status == 405


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"{}", b'{"events":"x"}', b'{"events":[1]}'])
def test_malformed(installed, body):
    answer = installed.call("events", body)
    assert (answer.status, answer.json["code"]) == (400, "scim_malformed")


def test_limits(installed):
    validations = [Person(installed).event("validate") for _ in range(101)]
    answer = installed.call("events", {"events": validations})
    assert (answer.status, answer.json["code"]) == (413, "scim_too_large")
    padding = b" " * (1 << 20)
    answer = installed.call("events", b'{"events":[]}' + padding)
    assert (answer.status, answer.json["code"]) == (413, "scim_too_large")
    assert installed.call("events", {"events": validations[:100]}).status == 200
    assert installed.call("events", b'{"events":[]}' + padding[13:]).status == 200
