"""The life of a user: what a client does by SCIM, asked of WordPress at each of its doors."""

import itertools
import xmlrpc.client

import pytest

from installation import enters
from roster_site import ENTERPRISE, dump, program_copy, roster  # noqa: F401

PASSWORD = "correct horse battery"
numbers = itertools.count(1)


@pytest.fixture
def name():
    """A user name that nobody has had."""
    return f"ann{next(numbers)}"


@pytest.fixture
def group_name():
    return f"Group {next(numbers)}"


def set_password(roster, id, password=PASSWORD):
    """A password that is set in WordPress."""
    roster.wordpress.evaluate(
        "wp_set_password($password, $id);", password=password, id=roster.account(id)["id"])


# Fields.


def test_created(roster, name):
    id = roster.create(
        name, externalId=f"external-{name}", name={"givenName": "Ann", "familyName": "O'Neil"},
        displayName="Ann \\ O'Neil", nickName="Annie", profileUrl="https://example.org/~ann",
        locale="de-DE", emails=[{"value": f"{name}@home.example", "type": "home"},
                                {"value": f"{name}@work.example", "type": "work"}])
    account = roster.account(id)
    expected = {
        "login": name, "email": f"{name}@work.example", "givenName": "Ann", "familyName": "O'Neil",
        "displayName": "Ann \\ O'Neil", "nickName": "Annie",
        "profileUrl": "https://example.org/~ann", "locale": "de_DE", "roles": ["subscriber"]}
    assert {key: account[key] for key in expected} == expected
    assert account["meta"]["roster_external_id"] == f"external-{name}"
    assert account["meta"]["roster_user_name"] == name


def test_updated(roster, name):
    id = roster.create(name, displayName="Ann", nickName="Annie", profileUrl="https://example.org/a")
    before = roster.account(id)
    roster.patch(
        f"/Users/{id}", {"op": "replace", "path": "displayName", "value": "Anna"},
        {"op": "replace", "path": "emails[primary eq true].value", "value": f"{name}@new.example"},
        {"op": "remove", "path": "profileUrl"})
    account = roster.account(id)
    assert (account["displayName"], account["email"], account["profileUrl"]) == (
        "Anna", f"{name}@new.example", "")
    assert (account["id"], account["login"], account["nickName"]) == (before["id"], name, "Annie")


def test_what_is_not_managed_stays(roster, name):
    id = roster.create(name)
    number = roster.account(id)["id"]
    roster.wordpress.evaluate("""
        update_user_meta($id, 'favourite', 'tea');
        update_user_meta($id, 'description', 'Likes tea.');
    """, id=number)
    roster.replace(id, displayName="Ann")
    account = roster.account(id)
    assert account["displayName"] == "Ann"
    assert (account["meta"]["favourite"], account["description"]) == ("tea", "Likes tea.")


def test_mapped(roster, name):
    set_department = ["map", "set", "meta:department", f"{ENTERPRISE}:department"]
    id = roster.create(name, schemas=[ENTERPRISE], **{ENTERPRISE: {"department": "R&D <b>\\"}})
    assert "department" not in roster.account(id)["meta"]
    trial = roster.wp(*set_department, "--dry-run")
    assert trial["applied"] is False and trial["affected"] >= 1
    assert "department" not in roster.account(id)["meta"]
    assert roster.wp(*set_department, "--column", "--label", "Where they work") == {
        **trial, "applied": True}
    try:
        assert roster.account(id)["meta"]["department"] == "R&D <b>\\"
        administrator = roster.wordpress.logged_in("admin", roster.wordpress.password)
        page = administrator.get(f"/wp-admin/users.php?s={name}").text
        assert "Where they work" in page
        assert "R&amp;D &lt;b&gt;\\" in page
        roster.patch(f"/Users/{id}", {"op": "remove", "path": f"{ENTERPRISE}:department"})
        assert not roster.account(id)["meta"].get("department")
    finally:
        roster.wp("map", "unset", "meta:department")


def test_managers_new_name(roster, name):
    manager = roster.create(f"{name}-manager", displayName="Eve")
    id = roster.create(name, schemas=[ENTERPRISE], **{ENTERPRISE: {"manager": {"value": manager}}})
    roster.wp("map", "set", "meta:manager", f"{ENTERPRISE}:manager.displayName")
    try:
        assert roster.account(id)["meta"]["manager"] == "Eve"
        roster.replace(manager, displayName="Eva")
        assert roster.account(id)["meta"]["manager"] == "Eva"
    finally:
        roster.wp("map", "unset", "meta:manager")


# Roles.


@pytest.fixture
def ruled(roster):
    """Sets rules, which are gone after the test."""
    groups = []

    def rule(group, role, *options):
        groups.append(group)
        return roster.wp("role", "set", group, role, *options)

    yield rule
    for group in dict.fromkeys(groups):
        roster.wp("role", "unset", group)


def roles(roster, id):
    return roster.account(id)["roles"]


def test_role_of_a_member(roster, ruled, name, group_name):
    id = roster.create(name)
    group = roster.group(group_name)
    ruled(group_name, "editor")
    assert roles(roster, id) == ["subscriber"]
    roster.put_in(group, id)
    assert roles(roster, id) == ["editor"]
    roster.take_out(group, id)
    assert roles(roster, id) == ["subscriber"]


def test_rule_that_is_tried_set_and_taken_away(roster, name, group_name):
    id = roster.create(name)
    roster.group(group_name, id)
    assert roster.wp("role", "set", group_name, "editor", "--dry-run")["applied"] is False
    assert roles(roster, id) == ["subscriber"]
    roster.wp("role", "set", group_name, "editor")
    assert roles(roster, id) == ["editor"]
    roster.wp("role", "unset", group_name)
    assert roles(roster, id) == ["subscriber"]


def test_renamed_group(roster, ruled, name, group_name):
    id = roster.create(name)
    group = roster.group(group_name, id)
    ruled(group_name, "author")
    assert roles(roster, id) == ["author"]
    roster.patch(f"/Groups/{group}", {"op": "replace", "path": "displayName", "value": "Others"})
    assert roles(roster, id) == ["subscriber"]
    roster.patch(
        f"/Groups/{group}",
        {"op": "replace", "path": "displayName", "value": group_name.upper()})
    assert roles(roster, id) == ["author"]


def test_renamed_group_that_a_rule_names_by_its_id(roster, ruled, name, group_name):
    id = roster.create(name)
    group = roster.group(group_name, id)
    ruled(group, "author")
    roster.patch(f"/Groups/{group}", {"op": "replace", "path": "displayName", "value": "Others"})
    assert roles(roster, id) == ["author"]


def test_deleted_group(roster, ruled, name, group_name):
    id = roster.create(name)
    group = roster.group(group_name, id)
    ruled(group_name, "author")
    assert roles(roster, id) == ["author"]
    roster.delete(group, "Groups")
    assert roles(roster, id) == ["subscriber"]


def test_group_in_a_group(roster, ruled, name, group_name):
    id = roster.create(name)
    inner = roster.group(f"{group_name} inner", id)
    outer = roster.group(group_name)
    ruled(group_name, "author")
    assert roles(roster, id) == ["subscriber"]
    roster.put_in(outer, inner)
    assert roles(roster, id) == ["author"]
    roster.take_out(inner, id)
    assert roles(roster, id) == ["subscriber"]


def test_priority(roster, ruled, name, group_name):
    id = roster.create(name)
    writers = roster.group(f"{group_name} writers", id)
    editors = roster.group(f"{group_name} editors", id)
    ruled(f"{group_name} writers", "author", "--priority", "1")
    ruled(f"{group_name} editors", "editor", "--priority", "2")
    assert roles(roster, id) == ["editor"]
    roster.take_out(editors, id)
    assert roles(roster, id) == ["author"]
    roster.put_in(editors, id)
    roster.take_out(writers, id)
    assert roles(roster, id) == ["editor"]
    ruled(f"{group_name} editors", "contributor", "--priority", "2")
    assert roles(roster, id) == ["contributor"]


def test_group_of_many(roster, ruled, name, group_name):
    """More than one call carries."""
    ids = [roster.create(f"{name}-{number}") for number in range(60)]
    group = roster.group(group_name)
    ruled(group_name, "author")
    roster.put_in(group, *ids)
    assert roles_of_all(roster, ids) == [["author"]] * len(ids)
    roster.delete(group, "Groups")
    assert roles_of_all(roster, ids) == [["subscriber"]] * len(ids)


def roles_of_all(roster, ids):
    roster.settle()
    return roster.wordpress.evaluate("""
        return array_map(fn ($id) => array_values(
            get_users(['meta_key' => 'roster_scim_id', 'meta_value' => $id])[0]->roles), $ids);
    """, ids=ids)


def test_role_that_leads_to_more(roster, ruled, name, group_name):
    """No rule can give it where the site does not; where the site does so no more, what is wrong is
    listed."""
    id = roster.create(name)
    group = roster.group(group_name, id)
    refused = roster.site.run("wordpress", "role", "set", group_name, "administrator")
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert "ROSTER_ROLES" in refused.stderr
    with roster.wordpress.constants(ROSTER_ROLES="administrator,editor"):
        ruled(group_name, "administrator")
        assert roles(roster, id) == ["administrator"]
        roster.take_out(group, id)
        assert roles(roster, id) == ["subscriber"]
    roster.put_in(group, id)
    assert roles(roster, id) == ["subscriber"]
    assert roster.parked()[id]["code"] == "role_not_allowed"
    roster.take_out(group, id)
    assert roles(roster, id) == ["subscriber"]
    assert id not in roster.parked()


# Leaving and coming back.


class Doors:
    """The ways in of somebody who had a password, a session and a program's password."""

    def __init__(self, wordpress, account):
        self.wordpress = wordpress
        self.login, self.email = account["login"], account["email"]
        self.secret = wordpress.new_application_password(account["id"])
        self.session = wordpress.logged_in(self.login, PASSWORD)

    def open(self):
        """The names of those that are open."""
        wordpress = self.wordpress
        return {name for name, is_open in {
            "login form": enters(wordpress.logged_in(self.login, PASSWORD)),
            "login form, by address": enters(wordpress.logged_in(self.email, PASSWORD)),
            "session": enters(self.session),
            "REST": wordpress.rest(self.login, self.secret).status == 200,
            "XML-RPC": self.xmlrpc(PASSWORD),
            "XML-RPC by a program": self.xmlrpc(self.secret),
            "single sign-on": enters(wordpress.signed_on("email", self.email)),
            "new password": self.is_mailed(),
        }.items() if is_open}

    def xmlrpc(self, password):
        return not isinstance(self.wordpress.xmlrpc(self.login, password), xmlrpc.client.Fault)

    def is_mailed(self):
        sent = self.wordpress.mail.stat().st_size
        self.wordpress.ask_for_new_password(self.login)
        return bool(self.wordpress.mail_since(sent))


@pytest.mark.sends_mail
def test_deactivated_and_reactivated(roster, ruled, name, group_name):
    id = roster.create(name)
    roster.group(group_name, id)
    ruled(group_name, "editor")
    set_password(roster, id)
    doors = Doors(roster.wordpress, roster.account(id))
    everything = doors.open()
    assert len(everything) == 8
    roster.replace(id, active=False)
    assert roles(roster, id) == []
    assert doors.open() == set()
    roster.replace(id, active=True)
    assert roles(roster, id) == ["editor"]
    assert doors.open() == everything - {"session", "REST", "XML-RPC by a program"}


def test_moved_to_another_group_while_deactivated(roster, ruled, name, group_name):
    id = roster.create(name)
    first, second = (roster.group(f"{group_name} {word}", *[id][:2 - place])
                     for place, word in enumerate(("first", "second"), 1))
    ruled(f"{group_name} first", "author")
    ruled(f"{group_name} second", "editor")
    assert roles(roster, id) == ["author"]
    roster.replace(id, active=False)
    assert roles(roster, id) == []
    roster.take_out(first, id)
    roster.put_in(second, id)
    assert roles(roster, id) == []
    roster.replace(id, active=True)
    assert roles(roster, id) == ["editor"]


def test_renamed(roster, name):
    id = roster.create(name)
    set_password(roster, id)
    before = roster.account(id)
    roster.replace(id, userName=f"{name}-bell")
    account = roster.account(id)
    assert (account["id"], account["login"]) == (before["id"], f"{name}-bell")
    assert enters(roster.wordpress.logged_in(f"{name}-bell", PASSWORD))
    assert roster.wordpress.account("login", name) is None
    assert roster.create(name, emails=[{"value": f"{name}@other.example"}]) != id


def author_of(roster, post):
    """The number of a post's author; None where it is gone, or in the bin."""
    return roster.wordpress.evaluate("""
        $post = get_post($id);
        return $post && $post->post_status === 'publish' ? (int) $post->post_author : null;
    """, id=post)


@pytest.fixture
def deprovisioning(roster):
    yield lambda *options: roster.wp("deprovision", *options)
    roster.wp("deprovision", "--on-delete", "keep-content", "--on-inactive", "deactivate")


def writer(roster, name, **members):
    """A user's id, their account's number, and that of a post of theirs."""
    id = roster.create(name, **members)
    number = roster.account(id)["id"]
    return id, number, roster.wordpress.add_post(number, "Hers")


def test_deleted_with_posts_of_another_from_then_on(roster, deprovisioning, name):
    heir = roster.account(roster.create(f"{name}-heir"))
    id, number, post = writer(roster, name)
    deprovisioning("--on-delete", f"reassign:{heir['login']}")
    roster.delete(id)
    assert roster.account(id) is None
    assert roster.wordpress.account("id", number) is None
    assert author_of(roster, post) == heir["id"]


def test_deleted_with_posts(roster, deprovisioning, name):
    id, number, post = writer(roster, name)
    deprovisioning("--on-delete", "delete")
    roster.delete(id)
    roster.settle()
    assert roster.wordpress.account("id", number) is None
    assert author_of(roster, post) is None


def test_deleted_without_posts(roster, name):
    id = roster.create(name)
    number = roster.account(id)["id"]
    roster.delete(id)
    roster.settle()
    assert roster.wordpress.account("id", number) is None


def test_deletion_that_leaves_who_has_written(roster, name):
    id, number, post = writer(roster, name)
    roster.delete(id)
    roster.settle()
    assert roster.wordpress.account("id", number)["roles"] == []
    assert author_of(roster, post) == number


def test_deactivation_that_deletes(roster, deprovisioning, name):
    id = roster.create(name)
    number = roster.account(id)["id"]
    deprovisioning("--on-inactive", "delete")
    roster.replace(id, active=False)
    roster.settle()
    assert roster.wordpress.account("id", number) is None
    roster.replace(id, active=True)
    assert roster.account(id)["login"] == name


def test_hired_again(roster, name):
    """Who comes back under another SCIM id finds the account with what it has written."""
    id, number, post = writer(roster, name, externalId=f"external-{name}")
    set_password(roster, id)
    roster.delete(id)
    roster.settle()
    again = roster.create(name, externalId=f"external-{name}", displayName="Ann again")
    account = roster.account(again)
    assert again != id
    assert (account["id"], account["login"], account["displayName"]) == (number, name, "Ann again")
    assert account["roles"] == ["subscriber"]
    assert author_of(roster, post) == number
    assert enters(roster.wordpress.logged_in(name, PASSWORD))


def test_somebody_else_of_the_same_name(roster, name):
    id, number, _ = writer(roster, name, externalId=f"external-{name}")
    roster.delete(id)
    roster.settle()
    answer = roster.client.post("/Users", {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name, "active": True,
        "externalId": "another", "emails": [{"value": f"{name}@example.org"}]})
    assert (answer.status, answer.json["scimType"]) == (409, "uniqueness")
    assert roster.wordpress.account("id", number)["roles"] == []
    assert not [user for user in roster.users() if user["userName"] == name]


# Passwords.


@pytest.fixture
def with_passwords(roster):
    roster.wp("set", "--passwords", "on")
    yield
    roster.wp("set", "--passwords", "off")


def test_passwords_are_not_handed_on_by_themselves(roster, name):
    roster.create(name, password="Tr0ub4dor&3")
    roster.settle()
    assert not enters(roster.wordpress.logged_in(name, "Tr0ub4dor&3"))


def test_password_of_the_provider(roster, with_passwords, name):
    """It opens the login form, and is in clear nowhere."""
    first, second = f"first-{PASSWORD}", f"second-{PASSWORD}"
    id = roster.create(name, password=first)
    roster.settle()
    assert enters(roster.wordpress.logged_in(name, first))
    roster.replace(id, password=second)
    roster.settle()
    assert not enters(roster.wordpress.logged_in(name, first))
    assert enters(roster.wordpress.logged_in(name, second))
    for place, text in places(roster):
        for password in first, second:
            assert password.encode() not in text, place


def places(roster):
    """Everything that keeps something, with its name: databases and logs of both."""
    yield "WordPress's database", dump(roster.wordpress)
    for folder in roster.site.data, roster.site.directory, roster.wordpress.directory:
        for path in folder.iterdir():
            if path.is_file():
                yield path.name, path.read_bytes()


@pytest.mark.parametrize("password", [
    "ünï\N{SNOWMAN}cøde", "it's", "a\\b", 'say "yes"', " blank "])
def test_unusual_password(roster, with_passwords, name, password):
    roster.create(name, password=password)
    roster.settle()
    assert enters(roster.wordpress.logged_in(name, password))


def test_password_that_is_changed_in_wordpress_stays(roster, with_passwords, name):
    id = roster.create(name, password="Tr0ub4dor&3")
    roster.settle()
    set_password(roster, id)
    roster.replace(id, displayName="Ann")
    roster.settle()
    assert enters(roster.wordpress.logged_in(name, PASSWORD))
