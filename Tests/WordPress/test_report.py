"""What Roster asks: who is linked, which accounts there are, what the site is."""

import time

import pytest

from events import Person


def pages(wordpress, call, key, limit):
    """Every row of a call, a page at a time; the pages go on where the last one ended."""
    rows, after = [], "" if key == "scimId" else 0
    while page := wordpress.call(call, {"after": after, "limit": limit}).json:
        assert len(page) <= limit
        rows += page
        after = page[-1][key]
    keys = [row[key] for row in rows]
    assert keys == sorted(set(keys))
    return rows


@pytest.fixture
def people(wordpress):
    return [Person(wordpress).applied() for _ in range(5)]


def test_report(wordpress, people):
    active, deactivated, deleted, kept, _ = people
    deactivated.applied(active=False)
    user_ids = {person.scim_id: person.account["id"] for person in people}
    deleted.delete()
    kept.delete(mode="deactivate")
    rows = {row["scimId"]: row for row in pages(wordpress, "report", "scimId", 3)}

    def row(person, **members):
        return {"scimId": person.scim_id, "userId": user_ids[person.scim_id],
                "version": person.version, "active": True, "deleted": False, **members}

    assert rows[active.scim_id] == row(active)
    assert rows[deactivated.scim_id] == row(deactivated, active=False)
    assert rows[deleted.scim_id] == row(deleted, userId=0, active=False, deleted=True)
    assert rows[kept.scim_id] == row(kept, userId=0, active=False, deleted=True)


def test_report_of_an_account_removed_by_hand(wordpress, people):
    person = people[0]
    wordpress.remove_account(person.account["id"])
    rows = pages(wordpress, "report", "scimId", 500)
    assert all(row["scimId"] != person.scim_id or not row["active"] for row in rows)


def test_accounts(wordpress, people):
    members = {"nickName": "Foxy", "profileUrl": "https://example.org/", "locale": "de_DE",
               "description": "Zoë \\ 🦊"}
    person = people[0].applied(**members)
    people[1].applied(active=False)
    login = f"hand-{person.scim_id[:8]}"
    hand_made = wordpress.add_account(login, role="author", user_email=f"{login}@example.org")
    rows = {row["userId"]: row for row in pages(wordpress, "accounts", "userId", 3)}
    assert rows[person.account["id"]] == {
        "userId": person.account["id"], "login": person.login, "email": person.email,
        "firstName": "Ann", "lastName": "O'Neil", "displayName": "Ann O'Neil",
        "nickname": "Foxy", "url": "https://example.org/", "description": "Zoë \\ 🦊",
        "locale": "de_DE", "roles": ["subscriber"], "active": True, "administrator": False,
        "scimId": person.scim_id, "userName": person.members["userName"],
        "externalId": person.members["externalId"]}
    assert rows[people[1].account["id"]]["active"] is False
    assert [rows[hand_made][name] for name in ("scimId", "userName", "externalId")] == [None] * 3
    assert rows[hand_made]["roles"] == ["author"]
    assert rows[1]["administrator"] is True


def test_everybody_is_in_accounts(wordpress, people):
    ids = wordpress.evaluate("""
        global $wpdb;
        return array_map('intval', $wpdb->get_col("SELECT ID FROM $wpdb->users ORDER BY ID"));
    """)
    assert [row["userId"] for row in pages(wordpress, "accounts", "userId", 7)] == ids


def test_status(wordpress):
    answer = wordpress.call("status", {})
    assert answer.status == 200
    version = wordpress.evaluate("return get_bloginfo('version');")
    assert version in answer.text
    assert "author" in answer.text
    assert abs(answer.json["time"] - time.time()) < 10


def fields(wordpress, sample=200):
    answer = wordpress.call("fields", {"sample": sample})
    assert answer.status == 200, answer.text
    found = {field["target"]: field for field in answer.json["fields"]}
    assert len(found) == len(answer.json["fields"])
    return found


def test_fields_of_usermeta(wordpress, people):
    key = f"room_{people[0].scim_id[:8]}"
    for person in people[:3]:
        person.applied(meta={key: "12"})
    found = fields(wordpress, 5)
    assert found[f"meta:{key}"] == {
        "target": f"meta:{key}", "label": key, "source": "usermeta", "group": "", "accounts": 3}
    # What may not be written, what has a member of its own, and what people chose for themselves.
    assert not {
        "meta:first_name", "meta:roster_scim_id", "meta:wp_capabilities", "meta:session_tokens",
        "meta:rich_editing"} & set(found)


def test_fields_of_accounts_that_are_not_looked_at(wordpress, people):
    key = f"room_{people[0].scim_id[:8]}"
    people[0].applied(meta={key: "12"})
    assert f"meta:{key}" in fields(wordpress, 5)
    assert f"meta:{key}" not in fields(wordpress, 1)


def test_fields_of_other_plugins(installed):
    groups = [
        {"title": "Staff", "location": [[{"param": "user_form", "operator": "==", "value": "all"}]],
         "fields": [
             {"name": "job_title", "label": "Job <b>title</b> &amp; rank", "type": "text"},
             {"name": "pictures", "label": "Pictures", "type": "gallery"},
             {"name": "", "label": "Tab", "type": "tab"},
             {"name": "wp_user_level", "label": "Level", "type": "text"}]},
        {"title": "Posts", "location": [[{"param": "post_type", "value": "post"}]],
         "fields": [{"name": "teaser", "label": "Teaser", "type": "text"}]}]
    profile = [{"name": "Base", "fields": [{"name": "City", "type": "textbox"}]}]
    addresses = {"billing_": {"billing_city": {"label": "Town / City"}, "billing_address_2": {}}}
    with installed.option("field_groups", groups), installed.option("profile_groups", profile), \
            installed.option("address_fields", addresses):
        found = fields(installed)
    assert found["meta:job_title"] == {
        "target": "meta:job_title", "label": "Job title & rank", "source": "acf", "group": "Staff"}
    assert found["xprofile:City"] == {
        "target": "xprofile:City", "label": "City", "source": "buddypress", "group": "Base"}
    assert (found["meta:billing_city"]["label"], found["meta:billing_city"]["source"]) == (
        "Town / City", "woocommerce")
    assert found["meta:billing_address_2"]["label"] == "billing_address_2"
    assert not {"meta:pictures", "meta:", "meta:wp_user_level", "meta:teaser"} & set(found)


@pytest.mark.parametrize("body", [{}, {"sample": "200"}, {"after": 0}])
def test_fields_are_not_told_by_another_message(installed, body):
    """A signed message that was meant for another call is not taken for this one."""
    answer = installed.call("fields", body)
    assert (answer.status, answer.json["code"]) == (400, "scim_malformed")


@pytest.mark.parametrize("call", ["status", "report", "accounts", "fields"])
def test_unsigned(installed, call):
    answer = installed.post(call, b"{}", {})
    assert (answer.status, answer.json["code"]) == (401, "scim_unsigned")
