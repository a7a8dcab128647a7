"""What an account has afterwards, to the letter."""

import html
import re

import pytest

from events import OTHER_PASSWORD, OTHER_PASSWORD_HASH, PASSWORD, PASSWORD_HASH, Person
from installation import enters

ODD = "Zoë \\\"O'Neil\\\" 李雷 🦊 & C:\\new\\0 100% \\'"


@pytest.mark.parametrize("is_new", [True, False])
def test_every_field(wordpress, is_new):
    person = Person(wordpress)
    if not is_new:
        person.applied()
    members = {
        "email": f"every.field+odd-{person.scim_id}@example.org",
        "givenName": "Zoë " + ODD,
        "familyName": "O'Neil-Çelik " + ODD,
        "displayName": "Dr. " + ODD,
        "nickName": "Foxy " + ODD,
        "profileUrl": "https://example.org/~zoe/?a=1&b=%C3%AB",
        "description": "Two\nlines. " + ODD,
        "locale": "de_DE",
    }
    account = person.applied(**members).account
    # WordPress keeps an ampersand as it is in HTML.
    assert {name: html.unescape(account[name]) for name in members} == members


def test_names_of_the_provider_are_kept_as_they_are(wordpress):
    person = Person(wordpress)
    user_name = f"Mary\\O'Brien+x#EXT#{person.scim_id[:8]}@example.org"
    meta = person.applied(externalId="00u\\1'ü", userName=user_name).account["meta"]
    assert meta["roster_scim_id"] == person.scim_id
    assert meta["roster_external_id"] == "00u\\1'ü"
    assert meta["roster_user_name"] == user_name


def test_a_login_that_wordpress_would_change(wordpress):
    person = Person(wordpress)
    end = person.scim_id[:8]
    result = person.send(userName=f"Conor.O'Brien+{end}@example.org")
    assert result["login"] == person.account["login"]
    assert result["login"] == as_network_has_it(wordpress, f"Conor.OBrien{end}@example.org")


def as_network_has_it(wordpress, login):
    """Logins of a network are in lower case."""
    return login.lower() if wordpress.is_network else login


def test_login_beside_user_name(wordpress):
    person = Person(wordpress)
    login = f"zoe.{person.scim_id[:8]}"
    assert person.applied(login=login).account["login"] == login
    assert person.account["meta"]["roster_user_name"] == person.members["userName"] != login


def test_what_is_missing_is_left_alone(wordpress):
    person = Person(wordpress, nickName="Foxy", meta={"room": "12"}, description="Hello").applied()
    before = person.account
    only_name = {"scimId": person.scim_id, "givenName": "Anna"}
    person.version += 1
    event = {**person.event(), "user": only_name}
    assert wordpress.apply(event)["code"] == "updated"
    after = person.account
    assert after["givenName"] == "Anna"
    for account in before, after:
        account.pop("givenName")
        account["meta"] = {
            key: value for key, value in account["meta"].items()
            if key != "first_name" and not key.startswith("_roster")}
    assert after == before


def test_usermeta(wordpress):
    person = Person(wordpress, meta={"department": "R&D " + ODD, "room": "12", "badge": 7})
    meta = person.applied().account["meta"]
    assert meta["department"] == "R&D " + ODD
    assert (meta["room"], str(meta["badge"])) == ("12", "7")
    meta = person.applied(meta={"department": "Sales", "room": None}).account["meta"]
    assert meta["department"] == "Sales"
    assert "room" not in meta
    assert str(meta["badge"]) == "7"


def test_unset_clears_what_roster_set(wordpress):
    members = {
        "nickName": "Foxy", "profileUrl": "https://example.org/", "description": "Hello",
        "locale": "de_DE", "givenName": "Ann", "familyName": "Neil"}
    person = Person(wordpress, meta={"room": "12"}, **members).applied()
    for name in members:
        del person.members[name]
    account = person.applied(meta={}, unset=[*members, "meta:room"]).account
    assert [account[name] for name in ("profileUrl", "description", "givenName", "familyName")] == [""] * 4
    assert account["nickName"] != "Foxy"
    assert account["locale"] in ("", None)
    assert "room" not in account["meta"] or account["meta"]["room"] == ""


def test_unset_leaves_alone_what_roster_never_set(wordpress):
    person = Person(wordpress).applied()
    wordpress.evaluate("""
        update_user_meta($id, 'room', 'by hand');
        wp_update_user(['ID' => $id, 'description' => 'by hand', 'user_url' => 'https://example.com/']);
    """, id=person.account["id"])
    account = person.applied(unset=["description", "profileUrl", "meta:room"]).account
    assert account["description"] == "by hand"
    assert account["profileUrl"] == "https://example.com/"
    assert account["meta"]["room"] == "by hand"


def test_rename(wordpress):
    person = Person(wordpress, passwordHash=PASSWORD_HASH)
    person.applied(userName=f"maiden-{person.scim_id[:8]}@example.org")
    before = person.account
    post = wordpress.add_post(before["id"], "Hers")
    result = person.send(userName=f"married-{person.scim_id[:8]}@example.org")
    assert (result["status"], result["login"]) == ("applied", person.members["userName"])
    after = person.account
    assert (after["id"], after["login"]) == (before["id"], person.members["userName"])
    assert wordpress.account("login", before["login"]) is None
    assert after["meta"]["roster_user_name"] == person.members["userName"]
    assert wordpress.evaluate(
        "return (int) get_post($id)->post_author;", id=post) == before["id"]
    assert not enters(wordpress.logged_in(before["login"], PASSWORD))
    assert enters(wordpress.logged_in(after["login"], PASSWORD))


def test_rename_in_upper_and_lower_case(wordpress):
    person = Person(wordpress).applied()
    in_capitals = person.login.upper()
    assert person.send(userName=in_capitals)["status"] == "applied"
    assert person.account["login"] == as_network_has_it(wordpress, in_capitals)


def test_password(wordpress):
    person = Person(wordpress, passwordHash=PASSWORD_HASH).applied()
    assert enters(wordpress.logged_in(person.login, PASSWORD))
    assert not enters(wordpress.logged_in(person.login, OTHER_PASSWORD))
    # Changed in WordPress, it stays until the provider sends another.
    wordpress.evaluate("wp_set_password('my own', $id);", id=person.account["id"])
    person.applied(givenName="Anna")
    assert enters(wordpress.logged_in(person.login, "my own"))
    person.applied(passwordHash=OTHER_PASSWORD_HASH)
    assert enters(wordpress.logged_in(person.login, OTHER_PASSWORD))
    assert not enters(wordpress.logged_in(person.login, "my own"))


def test_nobody_knows_the_password_of_an_account_without_one(wordpress):
    person = Person(wordpress).applied()
    for password in "", person.login, person.scim_id:
        assert not enters(wordpress.logged_in(person.login, password))


def test_advanced_custom_fields(installed):
    """A field that ACF has goes through ACF; what it has not is usermeta."""
    with installed.option("has_fields", ["manager"]), installed.option("updated_fields", []):
        person = Person(installed, meta={"manager": "Bo\\b", "room": "12"}).applied()
        calls = installed.evaluate("return get_option('updated_fields');")
    assert calls == [["field_manager", "Bo\\b", f"user_{person.account['id']}"]]
    assert person.account["meta"]["room"] == "12"


def test_profile_fields(installed):
    with installed.option("has_fields", ["City"]), installed.option("profile_fields", []):
        person = Person(installed, xprofile={"City": "Köln"}).applied()
        calls = installed.evaluate("return get_option('profile_fields');")
    assert calls == [[7, person.account["id"], "Köln"]]


@pytest.fixture(scope="module")
def administrator(installed):
    browser = installed.logged_in("admin", installed.password)
    assert enters(browser)
    return browser


@pytest.fixture
def settings(installed):
    """Says how the site's own pages show it; nothing again afterwards."""
    yield lambda **settings: installed.apply_all(settings={"columns": [], "managed": [], **settings})
    installed.apply_all(settings={"columns": [], "managed": []})


def test_columns_of_the_list_of_users(installed, administrator, settings):
    person = Person(installed, meta={"department": "<b>R&D</b>"}).applied()
    settings(columns=[{"key": "department", "label": "<i>Dep</i> & Co"}])
    page = administrator.get(f"/wp-admin/users.php?s={person.email}").text
    assert person.email in page
    assert "Dep" in page and "<i>Dep" not in page
    assert "&lt;b&gt;R&amp;D&lt;/b&gt;" in page and "<b>R&D" not in page
    settings()
    assert "Dep" not in administrator.get("/wp-admin/users.php").text


def test_managed_fields_are_read_only(installed, administrator, settings):
    person = Person(installed).applied()
    hand_made = f"hand-{person.scim_id[:8]}"
    installed.add_account(hand_made, first_name="Before", last_name="Before")
    settings(managed=["givenName"])
    for account in person.account, installed.account("login", hand_made):
        change_profile(administrator, account, first_name="After", last_name="After")
    account = person.account
    assert (account["givenName"], account["familyName"]) == ("Ann", "After")
    account = installed.account("login", hand_made)
    assert (account["givenName"], account["familyName"]) == ("After", "After")
    assert person.applied(givenName="Anna").account["givenName"] == "Anna"


def change_profile(administrator, account, **fields):
    """What an administrator does on the page of a profile."""
    path = f"/wp-admin/user-edit.php?user_id={account['id']}"
    nonce = re.search(r'name="_wpnonce" value="(\w+)"', administrator.get(path).text)[1]
    answer = administrator.post(path, **{
        "_wpnonce": nonce, "action": "update", "user_id": account["id"], "role": "subscriber",
        "email": account["email"] or "someone@example.org", "nickname": account["nickName"],
        "display_name": account["displayName"], **fields})
    assert answer.status == 302, answer.text
