"""A WordPress with the plugin, and what tests do to it: Roster's calls, ways in, looks inside."""

import base64
import contextlib
import json
import pathlib
import socket
import sys
import time
import urllib.parse
import xmlrpc.client

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "Scripts"))

from wordpress_site import releases  # noqa: E402
from wordpress_site.database import Database  # noqa: E402, F401
from wordpress_site.processes import give, remove  # noqa: E402, F401
from wordpress_site.site import Site  # noqa: E402

import webhooks  # noqa: E402
from web import Browser, request  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
PLUGIN = ROOT / "deploy/wordpress/roster.php"

ACCOUNT = """
    $user = match ($key) {
        'id', 'login', 'email' => get_user_by($key, $value),
        default => get_users(['blog_id' => 0, 'meta_key' => $key, 'meta_value' => $value])[0] ?? null,
    };
    if (!$user) {
        return null;
    }
    $meta = array_map(fn ($values) => maybe_unserialize($values[0]), get_user_meta($user->ID));
    return [
        'id' => $user->ID,
        'login' => $user->user_login,
        'email' => $user->user_email,
        'givenName' => $user->first_name,
        'familyName' => $user->last_name,
        'displayName' => $user->display_name,
        'nickName' => $user->nickname,
        'profileUrl' => $user->user_url,
        'description' => $user->description,
        'locale' => $user->locale,
        'roles' => array_values($user->roles),
        'capabilities' => array_keys(array_filter($user->allcaps)),
        'password' => $user->user_pass,
        'sessions' => count(WP_Session_Tokens::get_instance($user->ID)->get_all()),
        'applicationPasswords' => count(WP_Application_Passwords::get_user_application_passwords($user->ID)),
        'meta' => $meta,
    ];
"""


class Unavailable(Exception):
    """Why a kind of site cannot be had on this machine."""


def release_of(kind):
    if kind != "newest":
        return None
    release = releases.newest()
    if release is None:
        raise Unavailable("no other release of Debian can be reached")
    return release


class WordPress(Site):
    """A site with the plugin, and what a test does to it."""

    def __init__(self, directory, kind, database):
        super().__init__(directory)
        self.kind = kind
        self.secret = webhooks.new_secret()
        self.up(
            free_port(), release=release_of(kind), network=kind == "network", database=database,
            database_name=kind)
        self.key = webhooks.new_id()
        self.define({"ROSTER_SECRET": self.secret, "EVALUATION_KEY": self.key})
        for path in HERE / "evaluate.php", *HERE.glob("plugins/*.php"):
            self.add_plugin(path)
        (self.plugins / "evaluate.php").rename(self.root / "evaluate.php")
        self.add_plugin(PLUGIN)

    # What Roster does.

    def call(self, name, body, *secrets, route=None, **signing):
        """A signed call's answer; with other secrets than the site's own if they are given."""
        if not isinstance(body, bytes):
            body = json.dumps(body, ensure_ascii=False).encode()
        fields = webhooks.headers(body, *(secrets or (self.secret,)), **signing)
        return self.post(name, body, fields, route)

    def post(self, name, body, fields, route=None):
        return request(
            "POST", self.url + (route or f"/?roster={name}"),
            {"Content-Type": "application/json", **fields}, body)

    def apply_all(self, *events, **envelope):
        """One result for each event."""
        answer = self.call("events", {"events": list(events), **envelope})
        assert answer.status == 200, answer.text
        results = answer.json["results"]
        assert [result["id"] for result in results] == [event["id"] for event in events]
        return results

    def apply(self, event):
        result, = self.apply_all(event)
        assert result["scimId"] == event["user"]["scimId"]
        return result

    # What the site has.

    def evaluate(self, code, **given):
        """The value that PHP code returns in this WordPress, with variables of the given names."""
        answer = request(
            "POST", f"{self.url}/evaluate.php", {"X-Key": self.key},
            json.dumps({"code": code, "given": given}).encode())
        assert answer.status == 200, answer.text
        assert "value" in answer.json, answer.json["error"]
        return answer.json["value"]

    def account(self, key, value):
        """An account by `login`, `email`, `id` or a key of usermeta; None where there is none."""
        return self.evaluate(ACCOUNT, key=key, value=value)

    def add_account(self, login, role="subscriber", **fields):
        """A hand-made account's id. Its password is its login."""
        return self.evaluate("""
            $id = wp_insert_user(wp_slash($fields + [
                'user_login' => $login, 'user_pass' => $login, 'role' => $role]));
            if (is_wp_error($id)) {
                throw new Exception($id->get_error_message());
            }
            return $id;
        """, login=login, role=role, fields=fields)

    def remove_account(self, user_id):
        """By hand, with all its content."""
        self.evaluate("is_multisite() ? wpmu_delete_user($id) : wp_delete_user($id);", id=user_id)

    def add_post(self, author, title):
        return self.evaluate("""
            return wp_insert_post([
                'post_author' => $author, 'post_title' => $title, 'post_status' => 'publish']);
        """, author=author, title=title)

    @contextlib.contextmanager
    def without_plugin(self):
        (self.plugins / PLUGIN.name).unlink()
        try:
            yield
        finally:
            self.add_plugin(PLUGIN)

    @contextlib.contextmanager
    def constants(self, **values):
        """Other constants in wp-config.php for a while; None is none."""
        before = {name: self.secret if name == "ROSTER_SECRET" else None for name in values}
        self.define(values)
        try:
            yield
        finally:
            self.define(before)

    @contextlib.contextmanager
    def option(self, name, value):
        self.evaluate("update_option($name, $value);", name=name, value=value)
        try:
            yield
        finally:
            self.evaluate("delete_option($name);", name=name)

    def mail_since(self, offset):
        """What was mailed after that many bytes."""
        return self.mail.read_bytes()[offset:].decode(errors="replace")

    # Ways in.

    def browser(self):
        return Browser(self.url)

    def logged_in(self, login, password):
        """A browser after the login form."""
        browser = self.browser()
        browser.get("/wp-login.php")
        browser.post("/wp-login.php", log=login, pwd=password, testcookie="1")
        return browser

    def signed_on(self, by, value, **parameters):
        """A browser after single sign-on."""
        browser = self.browser()
        query = urllib.parse.urlencode({"sso": by, "value": value, **parameters})
        assert browser.get(f"/?{query}").status == 302
        return browser

    def rest(self, login, password):
        """The answer to who one is, asked with a password of an application."""
        return request(
            "GET", f"{self.url}/wp-json/wp/v2/users/me?context=edit",
            {"Authorization": "Basic " + base64.b64encode(f"{login}:{password}".encode()).decode()})

    def xmlrpc(self, login, password):
        body = xmlrpc.client.dumps((login, password), "wp.getUsersBlogs")
        answer = request(
            "POST", f"{self.url}/xmlrpc.php", {"Content-Type": "text/xml"}, body.encode())
        try:
            return xmlrpc.client.loads(answer.body)[0][0]
        except xmlrpc.client.Fault as fault:
            return fault

    def ask_for_new_password(self, login):
        return self.browser().post("/wp-login.php?action=lostpassword", user_login=login)

    def new_application_password(self, user_id):
        return self.evaluate(
            "return WP_Application_Passwords::create_new_application_password("
            "$id, ['name' => 'a program'])[0];", id=user_id)


def enters(browser):
    """Whether the cookies open the dashboard."""
    return browser.get("/wp-admin/profile.php").status == 200


def until(condition, seconds=30):
    """Waits for a condition; one that never comes is an error."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition never came"
        time.sleep(0.02)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
