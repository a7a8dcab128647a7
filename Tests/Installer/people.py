"""What people do at the site's own login, and a provider's conversation about one of them."""

import base64
import json
import re

from hosts import ROOT
from replay import run
from scim import Client
from web import Browser

PASSWORD = "correct horse battery staple"
TRANSCRIPT = ROOT / "Tests/Fixtures/transcripts/miniorange.jsonl"
# The step that takes access away, and the one after which it comes back.
LEAVING, RETURNING = "deactivate by PATCH with a path", "reactivate by PATCH without a path"


def with_new_password(site, login):
    """A browser of somebody who has asked for a new password by mail, and has logged in with it."""
    browser = Browser(site.url)
    browser.post("/wp-login.php?action=lostpassword", user_login=login)
    link = re.search(r"wp-login\.php\?action=rp&key=\S+", site.mail.read_text())
    if not link:
        return None
    answer = browser.get("/" + link[0].rstrip(">"))
    page = browser.get("/" + answer.location.removeprefix(site.url).lstrip("/")).text
    key = re.search(r'name="rp_key" value="([^"]+)"', page)[1]
    browser.post("/wp-login.php?action=resetpass", rp_key=key, pass1=PASSWORD, pass2=PASSWORD)
    return logged_in(site, login)


def logged_in(site, login):
    browser = Browser(site.url)
    browser.get("/wp-login.php")
    browser.post("/wp-login.php", log=login, pwd=PASSWORD, testcookie="1")
    return browser


def is_in(browser):
    return browser.get("/wp-admin/profile.php").status == 200


class Conversation:
    """A transcript, played in parts by the site's real address."""

    def __init__(self, base, token):
        self.client = Client(base, token)
        basic = base64.b64encode(f"transcript:{token}".encode()).decode()
        self.variables = {"token": token, "baseUrl": base, "basic": basic}
        self.steps = [json.loads(line) for line in TRANSCRIPT.read_text(encoding="utf-8").splitlines()]

    def play(self, until):
        """Goes on up to the step of that name."""
        while self.steps and self.steps[0]["step"] != until:
            step = self.steps.pop(0)
            assert run(self.client, step, self.variables) == [], step["step"]


def come_and_go(administrator):
    """Somebody is created and changed, logs in, is deactivated, and is locked out."""
    site = administrator.site
    token = administrator.make_token(roster_profile="miniorange")
    conversation = Conversation(f"{site.url}/scim/v2", token)
    login = next(step for step in conversation.steps if step["method"] == "POST")["body"]["userName"]
    conversation.play(LEAVING)
    administrator.wait_for_user(login)
    browser = with_new_password(site, login)
    assert is_in(browser)
    assert "has access" in administrator.open_console()
    conversation.play(RETURNING)
    administrator.wait_until(lambda: not is_in(browser), f"{login} is still in")
    assert not is_in(logged_in(site, login))
