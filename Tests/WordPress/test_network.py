"""Sites of a network: each has the role that the event names, and those of others stay."""

import pytest

from events import Person


@pytest.fixture(scope="module")
def blogs(network):
    """The ids of two further sites."""
    return [network.evaluate("""
        $id = wpmu_create_blog(parse_url(home_url(), PHP_URL_HOST) . $port, "/$name/", $name, 1);
        return is_wp_error($id) ? $id->get_error_message() : $id;
    """, name=name, port=f":{network.port}") for name in ("second", "third")]


def roles(person, blog):
    """The roles on a site of the network; None for who is no member."""
    return person.site.evaluate("""
        $id = get_users(['blog_id' => 0, 'meta_key' => 'roster_scim_id', 'meta_value' => $scim_id])[0]->ID;
        return is_user_member_of_blog($id, $blog)
            ? array_values((new WP_User($id, '', $blog))->roles) : null;
    """, scim_id=person.scim_id, blog=blog)


def test_roles_on_sites(network, blogs):
    second, third = blogs
    person = Person(network, sites={str(second): "editor"}).applied()
    assert (roles(person, second), roles(person, third)) == (["editor"], None)
    person.applied(sites={str(second): "author", str(third): "editor"})
    assert (roles(person, second), roles(person, third)) == (["author"], ["editor"])
    person.applied(sites={str(second): None, str(third): "editor"})
    assert (roles(person, second), roles(person, third)) == (None, ["editor"])


def test_membership_of_others_stays(network, blogs):
    second, third = blogs
    person = Person(network, sites={str(third): "editor"}).applied()
    network.evaluate(
        "add_user_to_blog($blog, $id, 'contributor');", blog=second, id=person.account["id"])
    person.applied(sites={str(second): None, str(third): None})
    assert (roles(person, second), roles(person, third)) == (["contributor"], None)


def test_role_of_others_beside_that_of_roster(network, blogs):
    second, _ = blogs
    person = Person(network, sites={str(second): "editor"}).applied()
    network.evaluate("""
        (new WP_User($id, '', $blog))->add_role('contributor');
    """, blog=second, id=person.account["id"])
    person.applied(sites={str(second): None})
    assert roles(person, second) == ["contributor"]


def test_role_not_allowed_on_a_site(network, blogs):
    person = Person(network, sites={str(blogs[0]): "administrator"})
    assert person.send()["code"] == "role_not_allowed"


def test_site_that_is_not_there(network):
    assert Person(network, sites={"999": "editor"}).send()["status"] in ("refused", "error")


def test_deactivated_on_every_site(network, blogs):
    second, third = blogs
    person = Person(network, roles=["author"], sites={str(second): "editor"}).applied()
    network.evaluate(
        "add_user_to_blog($blog, $id, 'contributor');", blog=third, id=person.account["id"])
    person.applied(active=False)
    for blog in 1, second, third:
        assert not roles(person, blog)
    with network.without_plugin():
        assert not network.evaluate("""
            wp_set_current_user($id);
            return current_user_can_for_blog($blog, 'read');
        """, id=person.account["id"], blog=second)
    person.applied(active=True)
    assert [roles(person, blog) for blog in (1, second, third)] == [["author"], ["editor"], ["contributor"]]


def add_post(network, blog, author):
    return network.evaluate("""
        switch_to_blog($blog);
        return wp_insert_post(['post_author' => $author, 'post_title' => 'Hers', 'post_status' => 'publish']);
    """, blog=blog, author=author)


def test_deleted_with_content_handed_on(network, blogs):
    second, _ = blogs
    heir = Person(network, roles=["editor"]).applied()
    person = Person(network, roles=["author"], sites={str(second): "author"}).applied()
    posts = [(blog, add_post(network, blog, person.account["id"])) for blog in (1, second)]
    assert person.delete(reassign=heir.login)["code"] == "deleted"
    assert person.account is None
    for blog, post in posts:
        assert network.evaluate("""
            switch_to_blog($blog);
            return [(int) get_post($id)->post_author, get_post_status($id)];
        """, blog=blog, id=post) == [heir.account["id"], "publish"]


def test_sites_mean_nothing_elsewhere(installed):
    person = Person(installed, roles=["author"], sites={"1": "editor", "5": None})
    assert person.send()["status"] == "applied"
    assert person.account["roles"] == ["author"]


def test_status_names_the_sites(network, blogs):
    answer = network.call("status", {})
    assert answer.status == 200
    assert all(f'{blog}' in answer.text for blog in blogs)
