"""Doors into a deactivated account that other plugins and caches leave."""

import pytest

from events import PASSWORD, PASSWORD_HASH, Person
from installation import enters


def test_cache_that_missed_the_deactivation(installed):
    """A request that began before may put what it had read into a persistent cache afterwards."""
    person = Person(installed, roles=["author"], passwordHash=PASSWORD_HASH).applied()
    browser = installed.logged_in(person.login, PASSWORD)
    assert enters(browser)
    installed.evaluate("""
        $user = get_userdata($id);
        update_option('stale_cache', [
            ['user_meta', $id, get_user_meta($id)], ['users', $id, (array) $user->data],
            ['userlogins', $user->user_login, $id]]);
    """, id=person.account["id"])
    try:
        person.applied(active=False)
        assert not enters(browser)
        assert not enters(installed.logged_in(person.login, PASSWORD))
        assert installed.browser().get("/").status == 200
    finally:
        installed.evaluate("delete_option('stale_cache');")


@pytest.fixture
def closed(wordpress):
    return Person(wordpress, roles=["author"], passwordHash=PASSWORD_HASH).applied().applied(
        active=False)


@pytest.mark.parametrize("code", [
    "delete_metadata_by_mid('user', $mid);",
    "update_metadata_by_mid('user', $mid, '');",
    "update_metadata_by_mid('user', $mid, 'x', 'something_else');",
    "delete_metadata('user', 0, 'roster_deactivated', '', true);",
])
def test_mark_is_not_taken_off(wordpress, closed, code):
    wordpress.evaluate("""
        global $wpdb;
        $mid = $wpdb->get_var($wpdb->prepare("SELECT umeta_id FROM $wpdb->usermeta
            WHERE meta_key = 'roster_deactivated' AND user_id = %d", $id));
    """ + code, id=closed.account["id"])
    assert closed.account["meta"].get("roster_deactivated")
    assert not enters(wordpress.signed_on("login", closed.login))


def test_roles_are_not_written_by_the_row(wordpress, closed):
    wordpress.evaluate("""
        global $wpdb;
        $mid = $wpdb->get_var($wpdb->prepare("SELECT umeta_id FROM $wpdb->usermeta
            WHERE meta_key LIKE '%%capabilities' AND user_id = %d", $id));
        update_metadata_by_mid('user', $mid, ['administrator' => true]);
    """, id=closed.account["id"])
    assert closed.account["roles"] == []


def test_rows_of_others_can_be_written(wordpress):
    number = wordpress.add_account(f"plain-{Person(wordpress).scim_id[:8]}")
    assert wordpress.evaluate("""
        $mid = add_user_meta($id, 'colour', 'red');
        update_metadata_by_mid('user', $mid, 'blue');
        $first = get_user_meta($id, 'colour', true);
        delete_metadata_by_mid('user', $mid);
        return [$first, get_user_meta($id, 'colour', true)];
    """, id=number) == ["blue", ""]


def test_what_was_made_meanwhile_opens_nothing_afterwards(wordpress, closed):
    number = closed.account["id"]
    wordpress.evaluate("""
        $expires = time() + 3600;
        $token = WP_Session_Tokens::get_instance($id)->create($expires);
        return wp_generate_auth_cookie($id, $expires, 'logged_in', $token);
    """, id=number)
    password = wordpress.new_application_password(number)
    closed.applied(active=True)
    assert closed.account["sessions"] == 0
    assert closed.account["applicationPasswords"] == 0
    assert wordpress.rest(closed.login, password).status == 401
    assert enters(wordpress.logged_in(closed.login, PASSWORD))
