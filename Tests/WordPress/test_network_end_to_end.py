"""A network: groups give roles on each of its sites."""

import itertools

import pytest

from installation import enters
from roster_site import carrying, program_copy  # noqa: F401

PASSWORD = "correct horse"
numbers = itertools.count(1)


@pytest.fixture(scope="module")
def roster(network, program_copy):  # noqa: F811
    with carrying(network) as roster:
        yield roster
        roster.clear()


@pytest.fixture(scope="module")
def blogs(network):
    """The numbers of two further sites."""
    return [network.evaluate("""
        $host = parse_url(home_url(), PHP_URL_HOST) . ':' . parse_url(home_url(), PHP_URL_PORT);
        $id = wpmu_create_blog($host, "/$name/", $name, 1);
        if (is_wp_error($id)) {
            throw new Exception($id->get_error_message());
        }
        return $id;
    """, name=name) for name in ("north", "south")]


@pytest.fixture
def ruled(roster, blogs):
    """Groups that give roles: on the main site and the further ones."""
    north, south = blogs
    rules = (("Main", "author", None), ("North", "editor", north), ("South", "contributor", south))
    groups = {}
    for group, role, blog in rules:
        groups[group] = roster.group(group)
        roster.wp("role", "set", group, role, *(("--blog", str(blog)) if blog else ()))
    yield groups
    for group, _, blog in rules:
        roster.wp("role", "unset", group, *(("--blog", str(blog)) if blog else ()))
        roster.delete(groups[group], "Groups")


@pytest.fixture
def id(roster):
    return roster.create(f"net{next(numbers)}")


def roles(roster, id, blogs):
    """The roles on the main site and the further ones; None for who is no member."""
    number = roster.account(id)["id"]
    return [roster.wordpress.evaluate("""
        return is_user_member_of_blog($id, $blog)
            ? array_values((new WP_User($id, '', $blog))->roles) : null;
    """, id=number, blog=blog) for blog in (1, *blogs)]


def test_role_on_each_site(roster, blogs, ruled, id):
    assert roles(roster, id, blogs)[1:] == [None, None]
    roster.put_in(ruled["North"], id)
    assert roles(roster, id, blogs)[1:] == [["editor"], None]
    roster.put_in(ruled["South"], id)
    roster.put_in(ruled["Main"], id)
    assert roles(roster, id, blogs) == [["author"], ["editor"], ["contributor"]]
    roster.take_out(ruled["North"], id)
    assert roles(roster, id, blogs) == [["author"], None, ["contributor"]]


def test_deactivated_on_every_site(roster, blogs, ruled, id):
    for group in ruled.values():
        roster.put_in(group, id)
    before = roles(roster, id, blogs)
    account = roster.account(id)
    roster.wordpress.evaluate(
        "wp_set_password($password, $id);", password=PASSWORD, id=account["id"])
    assert enters(roster.wordpress.logged_in(account["login"], PASSWORD))
    roster.replace(id, active=False)
    assert not any(roles(roster, id, blogs))
    assert not enters(roster.wordpress.logged_in(account["login"], PASSWORD))
    roster.replace(id, active=True)
    assert roles(roster, id, blogs) == before
    assert enters(roster.wordpress.logged_in(account["login"], PASSWORD))


def test_deleted_from_the_network(roster, id):
    number = roster.account(id)["id"]
    roster.delete(id)
    roster.settle()
    assert roster.wordpress.account("id", number) is None


def test_rule_for_a_site_that_is_not_there(roster):
    result = roster.site.run("wordpress", "role", "set", "Nowhere", "editor", "--blog", "999")
    assert result.returncode == 1
    assert "the network has no site 999; it has 1" in result.stderr


def test_rule_is_taken_away(roster, blogs, id):
    north, _ = blogs
    roster.group("Gone", id)
    roster.wp("role", "set", "Gone", "editor", "--blog", str(north))
    assert roles(roster, id, blogs)[1] == ["editor"]
    roster.wp("role", "unset", "Gone", "--blog", str(north))
    assert not roles(roster, id, blogs)[1]
