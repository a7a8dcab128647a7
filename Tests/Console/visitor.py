"""Somebody at the console without a browser: what is sent is said."""

import re
import urllib.parse

from markup import Markup
from web import Browser

from console import ticket

AGENT = "Mozilla/5.0 (tests of the console)"
FORM = "application/x-www-form-urlencoded"


class Visitor(Browser):
    """Requests to the console, with the cookies that it has set so far."""

    def __init__(self, url, base="/scim/admin", agent=AGENT):
        super().__init__(url)
        self.base = base
        self.agent = agent

    def request(self, method, path, headers=None, body=None):
        answer = super().request(method, path, {"User-Agent": self.agent, **(headers or {})}, body)
        assert answer.status != 500, answer.text
        return answer

    def page(self, path):
        """A page below the console as it is shown."""
        answer = self.get(self.base + path)
        assert answer.status == 200, (path, answer.status, answer.location)
        return Markup(answer.text)

    def send(self, action, fields, **headers):
        """Sends a form's fields to an address."""
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.request(
            "POST", action, {"Content-Type": FORM, **headers}, urllib.parse.urlencode(fields))

    def submit(self, form, **values):
        """Sends a form of a page as it is, but for these values."""
        assert form.method == "post"
        fields = [pair for pair in form.fields if pair[0] not in values] + list(values.items())
        return self.send(form.action, fields)

    @property
    def token(self):
        """What this session's forms hold."""
        return dict(self.page("/users").form("Sign out").fields)["csrf"]

    @property
    def is_in(self):
        return self.get(self.base + "/users").status == 200

    def sign_in(self, name, password):
        """The answer to the form of the sign-in page."""
        page = self.page("/sign-in")
        return self.submit(page.form("Sign in"), name=name, password=password)

    def use(self, text):
        """The answer to a ticket."""
        return self.get(f"{self.base}/sign-in?ticket={urllib.parse.quote(text)}")

    def enter(self, secret, login="admin"):
        """Signs in by a ticket."""
        answer = self.use(ticket(secret, login))
        assert answer.status == 200 and "roster" in self.cookies, answer.text
        return self


# Parameters that choose what a list holds, and not what the page is like.
CHOICES = {"after", "before", "from", "to", "site", "receiver", "user", "action", "result", "q"}


def kind(address):
    """What a page is like: its address without ids, names and what else stands for one of many."""
    parts = urllib.parse.urlsplit(address)
    path = re.sub(r"/([0-9a-f]{8}-[0-9a-f-]{27}|\d+)(?=/|$)", "/…", parts.path)
    path = re.sub(r"/(providers|receivers)/(?!new)[^/]+", r"/\1/…", path)
    names = [
        f"{name}={value}" if name == "state" else name
        for name, value in urllib.parse.parse_qsl(parts.query) if name not in CHOICES]
    return path + ("?" + "&".join(sorted(names)) if names else "")


def walk(visitor, each=kind, broken=None):
    """Every page that links lead to: one of each kind, with its address below the console.

    Links that lead nowhere go into the list `broken`.
    """
    seen, waiting = {each("/")}, ["/"]
    while waiting:
        path = waiting.pop(0)
        answer = visitor.get(visitor.base + path)
        # A request's number leads to its entry of the audit.
        if answer.status == 303 and answer.location.startswith(visitor.base + "/audit/"):
            answer = visitor.get(answer.location)
        if answer.status != 200:
            if broken is not None:
                broken.append((path, answer.status))
            continue
        if not dict(answer.headers)["content-type"].startswith("text/html"):
            continue
        markup = Markup(answer.text)
        yield path, markup
        for link in markup.links:
            link = urllib.parse.urljoin(visitor.base + path, link).split("#")[0]
            if not link.startswith(visitor.base + "/"):
                continue
            below = link.removeprefix(visitor.base)
            if each(below) not in seen:
                seen.add(each(below))
                waiting.append(below)
