"""HTTP as a browser or a program has it: what is sent is said, redirections are answers."""

import dataclasses
import http.client
import http.cookies
import json
import urllib.parse

TIMEOUT_SECONDS = 60


@dataclasses.dataclass
class Answer:
    status: int
    headers: list  # pairs, names in lower case
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def text(self):
        return self.body.decode(errors="replace")

    @property
    def location(self):
        return dict(self.headers).get("location")


def request(method, url, headers=None, body=None):
    parts = urllib.parse.urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        fields = [(name.lower(), value) for name, value in response.getheaders()]
        return Answer(response.status, fields, response.read())
    finally:
        connection.close()


class Browser:
    """Requests to one site, with the cookies that it has set so far."""

    def __init__(self, url):
        self.url = url
        self.cookies = {}

    def request(self, method, path, headers=None, body=None):
        pairs = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = request(method, self.url + path, {"Cookie": pairs, **(headers or {})}, body)
        for name, value in answer.headers:
            if name == "set-cookie":
                self.keep(value)
        return answer

    def keep(self, text):
        for name, morsel in http.cookies.SimpleCookie(text).items():
            if morsel.value.strip() in ("", "deleted"):
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = morsel.value

    def get(self, path):
        return self.request("GET", path)

    def post(self, path, **fields):
        """Sends a form."""
        return self.request(
            "POST", path, {"Content-Type": "application/x-www-form-urlencoded"},
            urllib.parse.urlencode(fields))
