"""What WordPress will not take: each with its code, and nothing changed by it."""

import pytest

from events import Person

LONG = "x" * 61
UNIQUENESS, INVALID = "uniqueness", "invalidValue"

# Members, code, scimType.
REFUSED = {
    "login taken": ({"userName": "taken"}, "existing_user_login", UNIQUENESS),
    "login taken in another case": ({"userName": "TAKEN"}, "existing_user_login", UNIQUENESS),
    "login taken once sanitised": ({"userName": "tak'en"}, "existing_user_login", UNIQUENESS),
    "e-mail taken": ({"email": "taken@example.org"}, "existing_user_email", UNIQUENESS),
    "e-mail taken in another case": ({"email": "TAKEN@example.org"}, "existing_user_email", UNIQUENESS),
    "unfit login": ({"userName": "o'brien+x", "onUnfit": "refuse"}, "invalid_username", INVALID),
    "nothing left of the login": ({"userName": "李雷"}, "empty_user_login", INVALID),
    "login too long": ({"userName": LONG}, "user_login_too_long", INVALID),
    "no e-mail": ({"email": "nobody"}, "invalid_email", INVALID),
    "e-mail in Unicode": ({"email": "zoë@example.org"}, "invalid_email", INVALID),
    "e-mail too long": ({"email": f"{'x' * 60}@{'y' * 60}.example.org"}, "too_long", INVALID),
    "display name too long": ({"displayName": "x" * 251}, "too_long", INVALID),
    "address too long": ({"profileUrl": "https://example.org/" + "x" * 100}, "too_long", INVALID),
    "administrator": ({"roles": ["administrator"]}, "role_not_allowed", INVALID),
    "unknown role": ({"roles": ["astronaut"]}, "role_not_allowed", INVALID),
    "capabilities": ({"meta": {"wp_capabilities": {"administrator": True}}}, "meta_not_allowed", INVALID),
    "capabilities of another site": (
        {"meta": {"other_7_capabilities": "x"}}, "meta_not_allowed", INVALID),
    "Roster's own key": ({"meta": {"roster_scim_id": "x"}}, "meta_not_allowed", INVALID),
    "level": ({"meta": {"wp_user_level": "10"}}, "meta_not_allowed", INVALID),
    "sessions": ({"meta": {"session_tokens": "x"}}, "meta_not_allowed", INVALID),
    "application passwords": ({"meta": {"_application_passwords": "x"}}, "meta_not_allowed", INVALID),
    "protected key": ({"meta": {"_secret": "x"}}, "meta_not_allowed", INVALID),
    "removal of a protected key": ({"meta": {"wp_capabilities": None}}, "meta_not_allowed", INVALID),
    "no hash": ({"passwordHash": "secret"}, "bad_password_hash", INVALID),
    "hash of another kind": ({"passwordHash": "$1$abcdefgh$"}, "bad_password_hash", INVALID),
}


@pytest.fixture(scope="module", autouse=True)
def taken(wordpress):
    if not wordpress.account("login", "taken"):
        wordpress.add_account("taken", user_email="taken@example.org")


@pytest.fixture(params=REFUSED)
def refused(request):
    return REFUSED[request.param]


def is_refused(result, code, scim_type):
    assert (result["status"], result["code"]) == ("refused", code)
    assert result["scimType"] == scim_type
    assert result["message"]
    return True


def test_new_account(wordpress, refused):
    members, code, scim_type = refused
    count = accounts(wordpress)
    person = Person(wordpress, **members)
    assert is_refused(person.validate(), code, scim_type)
    assert is_refused(person.send(), code, scim_type)
    assert accounts(wordpress) == count


def test_account_that_is_there(wordpress, refused):
    members, code, scim_type = refused
    person = Person(wordpress, roles=["author"]).applied()
    before = person.account
    assert is_refused(person.validate(givenName="Other", **members), code, scim_type)
    assert is_refused(person.send(givenName="Other", **members), code, scim_type)
    assert person.account == before


def accounts(wordpress):
    return wordpress.evaluate("global $wpdb; return (int) $wpdb->get_var("
                              "\"SELECT COUNT(*) FROM $wpdb->users\");")


def test_longest_that_is_taken(wordpress):
    person = Person(wordpress)
    unique = person.scim_id[:8]
    members = {
        "login": unique + "y" * 52, "email": f"{unique}{'x' * 56}@{'y' * 23}.example.org",
        "displayName": "ü" * 250, "profileUrl": "https://example.org/" + "x" * 80}
    assert person.send(**members)["code"] == "created"
    account = person.account
    assert {name: account[name] for name in members} == members


def test_the_same_person_keeps_login_and_email(wordpress):
    person = Person(wordpress).applied()
    assert person.validate()["status"] == "ok"
    assert person.send()["status"] == "applied"


def test_two_without_an_email(wordpress):
    for _ in range(2):
        assert Person(wordpress, email="").send()["code"] == "created"


@pytest.mark.parametrize("to", ["nobody-of-that-name", 999999, "self"])
def test_reassigning_to_nobody(wordpress, to):
    person = Person(wordpress).applied()
    account = person.account
    result = person.delete(reassign=account["id"] if to == "self" else to)
    assert is_refused(result, "bad_reassign", INVALID)
    assert (person.account["id"], person.account["roles"]) == (account["id"], [])
