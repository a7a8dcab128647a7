"""Leavers have no way in, keep what they own, and come back as they were."""

import xmlrpc.client

import pytest

from events import OTHER_PASSWORD, OTHER_PASSWORD_HASH, PASSWORD, PASSWORD_HASH, Person
from installation import enters


@pytest.fixture
def person(wordpress):
    """Somebody active, who can log in and write."""
    return Person(wordpress, passwordHash=PASSWORD_HASH, roles=["editor"]).applied()


@pytest.fixture
def session(wordpress, person):
    """That person's browser, logged in."""
    browser = wordpress.logged_in(person.login, PASSWORD)
    assert enters(browser)
    return browser


def test_deactivated_and_reactivated(wordpress, person):
    before = person.account
    assert before["roles"] == ["editor"]
    assert person.send(active=False)["code"] == "deactivated"
    assert person.account["roles"] == []
    assert person.send(givenName="Anna")["code"] == "updated"
    assert person.account["roles"] == []
    assert person.send(active=True)["code"] == "reactivated"
    after = person.account
    assert (after["roles"], after["password"]) == (["editor"], before["password"])
    assert after["givenName"] == "Anna"
    assert enters(wordpress.logged_in(person.login, PASSWORD))


def test_roles_of_others_come_back_too(wordpress, person):
    wordpress.evaluate("get_userdata($id)->add_role('contributor');", id=person.account["id"])
    person.applied(active=False)
    assert person.account["roles"] == []
    person.applied(active=True)
    assert sorted(person.account["roles"]) == ["contributor", "editor"]


def test_new_roles_while_deactivated(wordpress, person):
    person.members["managedRoles"] = ["editor", "author"]
    person.applied(active=False)
    person.applied(roles=["author"])
    assert person.account["roles"] == []
    person.applied(active=True)
    assert person.account["roles"] == ["author"]


def test_made_deactivated(wordpress):
    person = Person(wordpress, active=False, roles=["editor"], passwordHash=PASSWORD_HASH)
    assert person.send()["status"] == "applied"
    assert person.account["roles"] == []
    assert not enters(wordpress.logged_in(person.login, PASSWORD))
    person.applied(active=True)
    assert person.account["roles"] == ["editor"]
    assert enters(wordpress.logged_in(person.login, PASSWORD))


def test_login_form(wordpress, person):
    person.applied(active=False)
    assert not enters(wordpress.logged_in(person.login, PASSWORD))
    assert not enters(wordpress.logged_in(person.email, PASSWORD))


def test_what_the_login_form_says(wordpress, person):
    person.applied(active=False)
    browser = wordpress.browser()
    browser.get("/wp-login.php")
    answer = browser.post("/wp-login.php", log=person.login, pwd=PASSWORD)
    assert 'id="login_error"' in answer.text
    assert "deactivated" in answer.text.lower() or "disabled" in answer.text.lower()
    # Whoever does not know the password is not told.
    answer = browser.post("/wp-login.php", log=person.login, pwd="guessed")
    assert "deactivated" not in answer.text.lower() and "disabled" not in answer.text.lower()


def test_open_session(wordpress, person, session):
    person.applied(active=False)
    assert not enters(session)
    assert person.account["sessions"] == 0
    person.applied(active=True)
    assert not enters(session)


@pytest.mark.parametrize("by", ["email", "login", "id"])
def test_single_sign_on(wordpress, person, by):
    """A plugin that sets the cookie itself, whichever way it finds the account."""
    key = {"email": person.email, "login": person.login, "id": person.members["externalId"]}[by]
    assert enters(wordpress.signed_on(by, key))
    person.applied(active=False)
    browser = wordpress.signed_on(by, key)
    assert not enters(browser)
    assert browser.get("/wp-admin/").status in (302, 403)
    person.applied(active=True)
    assert enters(wordpress.signed_on(by, key))


def test_single_sign_on_that_gives_a_role(wordpress, person):
    person.applied(active=False)
    browser = wordpress.signed_on("email", person.email, role="author")
    assert not enters(browser)
    assert browser.get("/wp-admin/edit.php").status != 200
    person.applied(active=True)
    assert "editor" in person.account["roles"]


def test_application_password(wordpress, person):
    secret = wordpress.new_application_password(person.account["id"])
    assert wordpress.rest(person.login, secret).status == 200
    person.applied(active=False)
    assert wordpress.rest(person.login, secret).status == 401
    assert person.account["applicationPasswords"] == 0


def test_application_password_made_afterwards(wordpress, person):
    person.applied(active=False)
    secret = wordpress.new_application_password(person.account["id"])
    assert wordpress.rest(person.login, secret).status == 401
    assert isinstance(wordpress.xmlrpc(person.login, secret), xmlrpc.client.Fault)


def test_rest(wordpress, person, session):
    nonce = session.get("/wp-admin/admin-ajax.php?action=rest-nonce").text
    route, fields = "/wp-json/wp/v2/users/me?context=edit", {"X-WP-Nonce": nonce}
    assert session.request("GET", route, fields).status == 200
    person.applied(active=False)
    assert session.request("GET", route, fields).status in (401, 403)


def test_xmlrpc(wordpress, person):
    assert wordpress.xmlrpc(person.login, PASSWORD)[0]["isAdmin"] is False
    person.applied(active=False)
    assert isinstance(wordpress.xmlrpc(person.login, PASSWORD), xmlrpc.client.Fault)


@pytest.mark.sends_mail
def test_password_reset(wordpress, person):
    sent = wordpress.mail.stat().st_size
    wordpress.ask_for_new_password(person.login)
    assert wordpress.mail_since(sent)
    person.applied(active=False)
    sent = wordpress.mail.stat().st_size
    for name in person.login, person.email:
        assert 'id="login_error"' in wordpress.ask_for_new_password(name).text
    assert not wordpress.mail_since(sent)


def with_minted_cookies(wordpress, user_id):
    """A browser with cookies that the site did not send: of another server, or signed by a plugin."""
    browser = wordpress.browser()
    browser.cookies = wordpress.evaluate("""
        $expires = time() + HOUR_IN_SECONDS;
        $token = WP_Session_Tokens::get_instance($id)->create($expires);
        $cookie = fn ($scheme) => rawurlencode(wp_generate_auth_cookie($id, $expires, $scheme, $token));
        return [LOGGED_IN_COOKIE => $cookie('logged_in'), AUTH_COOKIE => $cookie('auth')];
    """, id=user_id)
    return browser


@pytest.mark.parametrize("page", ["profile.php", "admin-ajax.php?action=rest-nonce"])
def test_cookies_that_were_made_elsewhere(wordpress, person, page):
    assert with_minted_cookies(wordpress, person.account["id"]).get(f"/wp-admin/{page}").status == 200
    person.applied(active=False)
    browser = with_minted_cookies(wordpress, person.account["id"])
    assert browser.get(f"/wp-admin/{page}").status != 200
    assert person.account["sessions"] == 0


def test_password_that_is_set_afterwards(wordpress, person):
    """It counts from the reactivation on."""
    person.applied(active=False)
    wordpress.evaluate("wp_set_password('fresh', $id);", id=person.account["id"])
    assert not enters(wordpress.logged_in(person.login, "fresh"))
    with wordpress.without_plugin():
        assert not enters(wordpress.logged_in(person.login, "fresh"))
        assert person.account["password"].startswith("*")
    person.applied(active=True)
    assert enters(wordpress.logged_in(person.login, "fresh"))
    assert not enters(wordpress.logged_in(person.login, PASSWORD))


def test_hash_that_is_sent_afterwards(wordpress, person):
    person.applied(active=False)
    person.applied(passwordHash=OTHER_PASSWORD_HASH)
    assert person.account["password"].startswith("*")
    person.applied(active=True)
    assert enters(wordpress.logged_in(person.login, OTHER_PASSWORD))


def test_key_of_a_reset_that_was_asked_before(wordpress, person):
    """A link that was mailed before the deactivation leads nowhere, after a reactivation too."""
    key = wordpress.evaluate(
        "return get_password_reset_key(get_userdata($id));", id=person.account["id"])
    is_good = "return !is_wp_error(check_password_reset_key($key, $login));"
    assert wordpress.evaluate(is_good, key=key, login=person.login)
    person.applied(active=False)
    assert not wordpress.evaluate(is_good, key=key, login=person.login)
    person.applied(active=True)
    assert not wordpress.evaluate(is_good, key=key, login=person.login)


# What plugins that log people in by means of their own go through: PHP that is true for who may come
# in. Several of them bar most ways, so that each is looked at by itself.
LOCKS = {
    "a token that names the user": """
        add_filter('determine_current_user', fn () => $id, 99);
        return apply_filters('determine_current_user', false) === $id;
    """,
    "the current user": "wp_set_current_user($id); return get_current_user_id() === $id;",
    "a capability": "return map_meta_cap('read', $id) === ['read'];",
    "the list of capabilities": """
        $user = get_userdata($id);
        return !empty(apply_filters('user_has_cap', ['read' => true], ['read'], ['read', $id], $user)['read']);
    """,
    "cookies": "return apply_filters('send_auth_cookies', true, 0, 0, $id, 'logged_in', 'token');",
    "authentication": """
        return !is_wp_error(apply_filters('authenticate', get_userdata($id), 'name', 'password'));
    """,
    "application passwords": "return wp_is_application_passwords_available_for_user($id);",
    "an application password": """
        $error = new WP_Error();
        do_action('wp_authenticate_application_password_errors', $error, get_userdata($id), [], '');
        return !$error->has_errors();
    """,
    "a new password": """
        $errors = new WP_Error();
        do_action('validate_password_reset', $errors, get_userdata($id));
        return !$errors->has_errors();
    """,
    "a role": """
        get_userdata($id)->add_role('contributor');
        clean_user_cache($id);
        return in_array('contributor', get_userdata($id)->roles);
    """,
    "another capability": """
        global $wpdb;
        $wpdb->delete($wpdb->usermeta, ['user_id' => $id, 'meta_key' => "{$wpdb->prefix}capabilities"]);
        clean_user_cache($id);
        return (bool) add_user_meta($id, "{$wpdb->prefix}capabilities", ['contributor' => true]);
    """,
}


@pytest.mark.parametrize("lock", LOCKS)
def test_each_lock_by_itself(wordpress, person, lock):
    user_id = person.account["id"]
    assert wordpress.evaluate(LOCKS[lock], id=user_id) is True
    person.applied(active=False)
    assert wordpress.evaluate(LOCKS[lock], id=user_id) is False


def test_content_stays(wordpress, person):
    post = wordpress.add_post(person.account["id"], "Hers")
    person.applied(active=False)
    assert wordpress.evaluate("return get_post_status($id);", id=post) == "publish"
    assert wordpress.evaluate("return (int) get_post($id)->post_author;", id=post) == person.account["id"]


def test_without_the_plugin(wordpress, person, session):
    """Whoever is deactivated stays locked out while the plugin is gone."""
    secret = wordpress.new_application_password(person.account["id"])
    person.applied(active=False)
    with wordpress.without_plugin():
        assert person.account["capabilities"] == []
        assert not enters(session)
        assert not enters(wordpress.logged_in(person.login, PASSWORD))
        assert not enters(wordpress.signed_on("email", person.email))
        assert wordpress.rest(person.login, secret).status == 401
    person.applied(active=True)
    assert person.account["roles"] == ["editor"]
    assert enters(wordpress.logged_in(person.login, PASSWORD))


def test_others_stay_logged_in(wordpress, person):
    wordpress.add_account(f"neighbour{person.version}-{person.scim_id[:6]}", role="author")
    neighbour = wordpress.logged_in(*[f"neighbour{person.version}-{person.scim_id[:6]}"] * 2)
    assert enters(neighbour)
    person.applied(active=False)
    assert enters(neighbour)
