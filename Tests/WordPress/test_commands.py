"""`roster wordpress`: imports, reconciliations and the like, each from a directory that is empty and
a WordPress with three hand-made accounts, which is as before afterwards."""

import json
import re
import sqlite3

import pytest

from installation import enters
from roster_site import (  # noqa: F401
    carrying, dump, logins, program_copy, restore, sites, user)


@pytest.fixture
def wordpress(installed):
    """A site with an editor and an author, whose passwords are their names, and its administrator."""
    before = dump(installed)
    try:
        installed.evaluate("""
            global $wpdb;
            $wpdb->query("DELETE FROM $wpdb->users WHERE ID > 1");
            $wpdb->query("DELETE FROM $wpdb->usermeta WHERE user_id > 1");
        """)
        installed.add_account("ida", role="editor", user_email="ida@example.org", first_name="Ida")
        installed.add_account("ole", role="author", user_email="ole@example.org", display_name="Ole")
        yield installed
    finally:
        restore(installed, before)


@pytest.fixture
def roster(wordpress, program_copy):  # noqa: F811
    with carrying(wordpress) as roster:
        yield roster


def accounts(wordpress):
    """Every account, by its login."""
    return {login: wordpress.account("login", login) for login in logins(wordpress).values()}


def find(roster, name):
    """The user of a name, as identity providers look for one."""
    found = roster.client.find("/Users", f'userName eq "{name}"').json["Resources"]
    return found[0] if found else None


def outcomes(summary):
    return {key: value for key, value in summary.items() if value}


# Import.


def test_import(roster, wordpress):
    """Everybody is found in the directory, and nobody has changed."""
    before = accounts(wordpress)
    assert outcomes(roster.wp("import")) == {"imported": 2, "administrator": 1}
    roster.settle()
    ida = find(roster, "ida")
    assert (ida["name"]["givenName"], ida["emails"][0]["value"], ida["active"]) == (
        "Ida", "ida@example.org", True)
    assert find(roster, "admin") is None
    assert accounts(wordpress) == before
    assert outcomes(roster.wp("import")) == {"known": 2, "administrator": 1}
    assert len(roster.users()) == 2


def test_imported_account_is_managed_from_the_first_change_on(roster, wordpress):
    number = wordpress.account("login", "ida")["id"]
    post = wordpress.add_post(number, "Hers")
    roster.wp("import")
    id = find(roster, "ida")["id"]
    roster.patch(f"/Users/{id}", {"op": "add", "value": {
        "externalId": "external-ida", "displayName": "Ida Bell"}})
    account = roster.account(id)
    assert (account["id"], account["displayName"], account["roles"]) == (
        number, "Ida Bell", ["editor"])
    assert account["meta"]["roster_external_id"] == "external-ida"
    assert enters(wordpress.logged_in("ida", "ida"))
    roster.replace(id, active=False)
    assert roster.account(id)["roles"] == []
    assert not enters(wordpress.logged_in("ida", "ida"))
    roster.replace(id, active=True)
    assert roster.account(id)["roles"] == ["editor"]
    assert wordpress.evaluate("return (int) get_post($id)->post_author;", id=post) == number
    assert wordpress.account("login", "ole")["meta"].get("roster_scim_id") is None


def test_imported_account_is_deleted(roster, wordpress):
    roster.wp("import")
    roster.delete(find(roster, "ole")["id"])
    roster.settle()
    assert sorted(logins(wordpress).values()) == ["admin", "ida"]


def test_imported_account_is_deactivated(roster, wordpress):
    roster.wp("import")
    roster.replace(find(roster, "ole")["id"], active=False)
    roster.settle()
    assert wordpress.account("login", "ole")["roles"] == []
    assert not enters(wordpress.logged_in("ole", "ole"))


@pytest.mark.parametrize("link, name, address", [
    ("login", "IDA", "elsewhere@example.org"), ("email", "ida.bell", "Ida@Example.org")])
def test_linked(roster, wordpress, link, name, address):
    """Somebody whom the directory had before, and whom the site had not taken."""
    number = wordpress.account("login", "ida")["id"]
    roster.wp("set", "--validation", "off")
    id = roster.create(name, displayName="Ida Bell", emails=[{"value": address}])
    assert roster.account(id) is None
    assert roster.parked()[id]["code"].startswith("existing_user_")
    assert outcomes(roster.wp("import", "--link", link)) == {
        "linked": 1, "imported": 1, "administrator": 1}
    account = roster.account(id)
    assert (account["id"], account["displayName"], account["email"].lower()) == (
        number, "Ida Bell", address.lower())
    assert roster.parked() == {}
    assert len(roster.users()) == 2


def test_roles_become_groups(roster, wordpress):
    before = accounts(wordpress)
    summary = roster.wp("import", "--roles")
    groups = {group["displayName"]: group
              for group in roster.client.get("/Groups?count=100").json["Resources"]}
    assert {"Editor", "Author", "Contributor", "Subscriber"} <= set(groups)
    assert "Administrator" not in groups
    assert summary["groups"] == len(groups)
    ida, ole = find(roster, "ida")["id"], find(roster, "ole")["id"]
    assert [member["value"] for member in groups["Editor"]["members"]] == [ida]
    roster.settle()
    assert {login: account["roles"] for login, account in accounts(wordpress).items()} == {
        login: account["roles"] for login, account in before.items()}
    roster.put_in(groups["Editor"]["id"], ole)
    roster.take_out(groups["Author"]["id"], ole)
    assert roster.account(ole)["roles"] == ["editor"]
    new = roster.create("new")
    roster.put_in(groups["Contributor"]["id"], new)
    assert roster.account(new)["roles"] == ["contributor"]


# Administrators.


@pytest.fixture
def administrator(roster, wordpress):
    """The site's only administrator, who is in the directory; nobody has changed them."""
    with wordpress.constants(ROSTER_ADMINISTRATORS="admin"):
        assert outcomes(roster.wp("import", "--include-administrator", "admin")) == {"imported": 3}
        yield find(roster, "admin")
        account = wordpress.account("login", "admin")
        assert "administrator" in account["roles"]
        assert enters(wordpress.logged_in("admin", wordpress.password))


def require_refusals(roster, person):
    """Nobody deactivates or deletes a person by SCIM."""
    path = f"/Users/{person['id']}"
    answer = roster.client.patch(path, {"op": "replace", "value": {"active": False}})
    assert (answer.status, answer.json.get("scimType")) == (400, "mutability")
    assert roster.client.put(path, {**person, "active": False}).status == 400
    assert roster.client.delete(path).status == 409
    assert find(roster, person["userName"])["active"]


def test_last_administrator(roster, wordpress, administrator):
    """Neither SCIM nor rules take the site from its last administrator."""
    id = administrator["id"]
    roster.replace(id, displayName="The administrator")
    assert roster.account(id)["displayName"] == "The administrator"
    require_refusals(roster, administrator)
    roster.wp("set", "--validation", "off")
    roster.group("Writers", id)
    roster.wp("role", "set", "Writers", "author")
    assert "administrator" in roster.account(id)["roles"]
    roster.replace(id, active=False)
    assert "administrator" in roster.account(id)["roles"]
    assert roster.parked()[id]["code"] == "last_admin"
    roster.delete(id)
    assert "administrator" in roster.account(id)["roles"]
    assert roster.parked()[id]["code"] == "last_admin"


def test_last_administrator_whose_account_was_never_sent(roster, administrator):
    require_refusals(roster, administrator)


def test_administrator_whom_the_site_does_not_name(roster, wordpress):
    before = wordpress.account("login", "admin")
    roster.wp("import", "--include-administrator", "admin")
    admin = find(roster, "admin")["id"]
    for values in {"displayName": "Somebody"}, {"active": False}:
        roster.client.patch(f"/Users/{admin}", {"op": "replace", "value": values})
        roster.settle()
    assert wordpress.account("login", "admin") == before


# Reconciliation.


def test_older_copy_of_wordpress(roster, wordpress):
    unknown = roster.wp("reconcile")["unknown"]
    kept, gone = roster.create("kept", displayName="Old"), roster.create("gone")
    leaver = roster.create("leaver")
    roster.settle()
    copy = dump(wordpress)
    roster.replace(kept, displayName="New")
    roster.replace(leaver, active=False)
    roster.delete(gone)
    late = roster.create("late")
    roster.settle()
    restore(wordpress, copy)
    assert wordpress.account("login", "late") is None
    report = roster.wp("reconcile")
    assert report["unknown"] == unknown
    assert report["sentAgain"] == 4
    assert roster.account(kept)["displayName"] == "New"
    assert roster.account(leaver)["roles"] == []
    assert roster.account(late)["login"] == "late"
    assert wordpress.account("login", "gone") is None
    assert roster.wp("reconcile")["sentAgain"] == 0


def delete_in_wordpress(wordpress, number):
    """What an administrator does who deletes an account."""
    administrator = wordpress.logged_in("admin", wordpress.password)
    nonce = field(administrator.get("/wp-admin/users.php").text, "_wpnonce")
    page = administrator.get(
        f"/wp-admin/users.php?action=delete&user={number}&_wpnonce={nonce}").text
    administrator.post("/wp-admin/users.php", action="dodelete", _wpnonce=field(page, "_wpnonce"), **{
        "users[]": number, "delete_option": "delete"})
    assert wordpress.account("id", number) is None


def field(page, name):
    """The value of a form's field."""
    return re.search(f'name="{name}" value="([^"]*)"', page)[1]


def test_account_that_was_deleted_in_wordpress(roster, wordpress):
    id = roster.create("ann", displayName="Ann")
    number = roster.account(id)["id"]
    delete_in_wordpress(wordpress, number)
    assert roster.wp("reconcile")["sentAgain"] == 1
    account = roster.account(id)
    assert (account["login"], account["displayName"]) == ("ann", "Ann")


def test_account_that_was_changed_in_wordpress(roster, wordpress):
    id = roster.create("ann", displayName="Ann")
    number = roster.account(id)["id"]
    wordpress.evaluate(
        "wp_update_user(['ID' => $id, 'display_name' => 'Somebody']);", id=number)
    roster.wp("reconcile", "--all")
    roster.settle()
    assert roster.account(id)["displayName"] == "Ann"


def put_back(roster, copy):
    """Serves an older copy of the database."""
    site = roster.site
    site.stop_roster()
    roster.end_couriers()
    for path in site.data.glob("roster.sqlite*"):
        path.unlink()
    copy.rename(site.database)
    sites.give(site.database)
    sites.spawn_roster(site)
    site.wait()


def test_older_copy_of_the_directory(roster, wordpress):
    unknown = roster.wp("reconcile")["unknown"]
    changed, leaver = roster.create("changed", displayName="Old"), roster.create("leaver")
    roster.settle()
    copy = roster.site.directory / "copy"
    with sqlite3.connect(roster.site.database) as database, sqlite3.connect(copy) as target:
        database.backup(target)
    for number in range(5):
        roster.replace(changed, displayName=f"New {number}")
        roster.settle()
    roster.replace(leaver, active=False)
    late = roster.create("late")
    roster.settle()
    put_back(roster, copy)
    report = roster.wp("reconcile")
    roster.settle()
    assert sorted(report["unknown"]) == sorted([*unknown, late])
    assert roster.account(changed)["displayName"] == "Old"
    assert roster.account(leaver)["roles"] == ["subscriber"]
    assert wordpress.account("login", "late")["roles"] == ["subscriber"]
    roster.replace(changed, displayName="Newer")
    assert roster.account(changed)["displayName"] == "Newer"


@pytest.mark.parametrize("count", [1, 5])
def test_change_after_an_older_copy_of_the_directory(roster, wordpress, count):
    """Without a reconciliation: WordPress has had a later version, or another of the same number."""
    id = roster.create("ann", displayName="Old")
    roster.settle()
    copy = roster.site.directory / "copy"
    with sqlite3.connect(roster.site.database) as database, sqlite3.connect(copy) as target:
        database.backup(target)
    for number in range(count):
        roster.replace(id, displayName=f"New {number}")
        roster.settle()
    put_back(roster, copy)
    roster.replace(id, displayName="Newer")
    assert roster.account(id)["displayName"] == "Newer"


# Looking first, leaving and coming back.


def test_preview(roster, wordpress):
    id = roster.create("ann", displayName="Ann")
    roster.settle()
    before, known = accounts(wordpress), roster.users()
    path = roster.site.data / "user.json"
    for sent in (user("new", displayName="New", emails=[{"value": "new@example.org"}]),
                 {**known[0], "displayName": "Anna"}):
        path.write_text(json.dumps(sent))
        sites.give(path)
        shown = roster.wp("preview", path)
        assert shown["status"] == "ok"
        assert sent["displayName"] in json.dumps(shown["after"])
    assert roster.wp("preview", id)["status"] == "ok"
    path.write_text(json.dumps(user("ida", emails=[{"value": "new@example.org"}])))
    refused = roster.site.run("wordpress", "preview", path, "--json")
    assert refused.returncode == 1
    assert json.loads(refused.stdout)["code"] == "existing_user_login"
    assert (accounts(wordpress), roster.users()) == (before, known)
    assert roster.json("deliver", "--list") == []


def test_disconnected_and_connected_again(roster, wordpress):
    id, leaver = roster.create("ann"), roster.create("leaver")
    before = roster.account(id)
    roster.wp("disconnect")
    assert roster.wordpress.account("id", before["id"]) == before
    roster.replace(id, displayName="Anna")
    roster.replace(leaver, active=False)
    other = roster.create("other")
    assert wordpress.account("login", "other") is None
    with roster.connected():
        account = roster.account(id)
        assert (account["id"], account["displayName"]) == (before["id"], "Anna")
        assert roster.account(leaver)["roles"] == []
        assert roster.account(other)["login"] == "other"
        assert roster.parked() == {}
    assert sorted(logins(wordpress).values()) == ["admin", "ann", "ida", "leaver", "ole", "other"]


def test_connected_to_a_directory_that_has_people(roster, wordpress):
    """Hand-made accounts are not taken over by those who have their names."""
    roster.wp("disconnect")
    ida, ann = roster.create("ida"), roster.create("ann")
    before = wordpress.account("login", "ida")
    with roster.connected():
        assert roster.account(ann)["login"] == "ann"
        assert roster.account(ida) is None
        assert roster.parked()[ida]["code"] == "existing_user_login"
        assert wordpress.account("login", "ida") == before


def test_paused(roster, wordpress):
    roster.wp("set", "--paused", "on")
    id = roster.create("ann")
    assert roster.waiting()
    assert not roster.couriers()
    roster.wp("set", "--paused", "off")
    assert roster.account(id)["login"] == "ann"


def test_logins_that_wordpress_would_change(roster, wordpress):
    roster.create("Jörg Weiß", emails=[{"value": "joerg@example.org"}])
    roster.settle()
    login, = wordpress.evaluate("return [sanitize_user($name, true)];", name="Jörg Weiß")
    assert login != "Jörg Weiß"
    assert wordpress.account("login", login)
    roster.wp("set", "--unfit-logins", "refuse")
    answer = roster.client.post("/Users", user("Søren", emails=[{"value": "s@example.org"}]))
    assert (answer.status, answer.json["scimType"]) == (400, "invalidValue")
