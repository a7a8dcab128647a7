"""A FastCGI process of Roster over a small directory, whose CPU time is read for each request."""

import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests/WebServers"))

import fastcgi  # noqa: E402

ROSTER = pathlib.Path(os.environ.get("ROSTER_BINARY", ROOT / ".build/release/roster"))
CORPUS = ROOT / "Tests/Fixtures/fuzz"
USERS = 100
ANSWER_SECONDS_MAX = 120
# What stands in a request for an id of the directory that it is sent to.
USER, GROUP = b"@USER@", b"@GROUP@"
# What a query keeps of itself; everything else is percent-encoded.
SAFE = b"/?=&%"


class Request:
    """A method, a target below the base URL as text without encoding, and a body."""

    def __init__(self, method, target, body=b""):
        self.method, self.target, self.body = method, target, body

    @classmethod
    def read(cls, path):
        """A file of the corpus: the method and the target in its first line, then the body."""
        line, _, body = path.read_bytes().partition(b"\n")
        method, _, target = line.partition(b" ")
        return cls(method.decode(), target, body.rstrip(b"\n"))

    def write(self, path):
        path.write_bytes(self.method.encode() + b" " + self.target + b"\n" + self.body + b"\n")

    @property
    def kilobytes(self):
        return max(1, (len(self.target) + len(self.body)) / 1024)


class Died(Exception):
    """The process has ended, with this status."""


class Target:
    """One process; `with` starts it and ends it."""

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            self.directory = pathlib.Path(
                stack.enter_context(tempfile.TemporaryDirectory(prefix="roster-fuzz-")))
            self.variables = {
                "PATH": "/usr/bin:/bin", "ROSTER_DATABASE": str(self.directory / "db.sqlite")}
            made = subprocess.run(
                [ROSTER, "token", "create", "fuzz"], env=self.variables, check=True,
                stdin=subprocess.DEVNULL, capture_output=True, text=True)
            self.token = made.stdout.strip()
            self.start()
            stack.callback(self.stop)
            self.fill()
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *error):
        return self.stack.__exit__(*error)

    def start(self):
        self.address = str(self.directory / "socket")
        with socket.socket(socket.AF_UNIX) as listener, \
                open(self.directory / "log", "ab") as log:
            listener.bind(self.address)
            listener.listen(16)
            self.process = subprocess.Popen(
                [ROSTER], stdin=listener, stdout=subprocess.DEVNULL, stderr=log,
                env=self.variables)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def log(self):
        return (self.directory / "log").read_text(errors="replace")[-2000:]

    def fill(self):
        """Some users, all of them in one group."""
        users = [self.make("Users", {
            "userName": f"user{number}@example.com", "displayName": f"User {number}",
            "emails": [{"value": f"{number}@example.com", "type": "work"}]})
            for number in range(USERS)]
        self.group = self.make("Groups", {
            "displayName": "all", "members": [{"value": user} for user in users]})
        self.user = users[0]

    def make(self, kind, attributes):
        schema = f"urn:ietf:params:scim:schemas:core:2.0:{kind[:-1]}"
        answer = self.answer(Request(
            "POST", f"/{kind}".encode(), json.dumps({"schemas": [schema], **attributes}).encode()))
        if answer.status != 201:
            raise RuntimeError(f"POST /{kind}: {answer.status} {answer.body!r}")
        return json.loads(answer.body)["id"]

    def answer(self, request):
        target, body = (
            text.replace(USER, self.user.encode()).replace(GROUP, self.group.encode())
            if USER in text or GROUP in text else text for text in (request.target, request.body))
        uri = "/scim/v2" + urllib.parse.quote(target, safe=SAFE)
        with fastcgi.Connection(self.address, timeout=ANSWER_SECONDS_MAX) as connection:
            pairs = fastcgi.variables(
                request.method, uri, QUERY_STRING=uri.partition("?")[2],
                CONTENT_TYPE="application/scim+json", CONTENT_LENGTH=str(len(body)),
                HTTP_AUTHORIZATION=f"Bearer {self.token}")
            connection.send(fastcgi.begin(), fastcgi.parameters(pairs))
            # An answer may come before all of a large body has been taken.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.send(fastcgi.stream(fastcgi.STDIN, body))
            return connection.answer()

    def send(self, request):
        """Status and CPU milliseconds of one request; another user where one was deleted.

        Raises Died when the process ends of it.
        """
        before = self.cpu_milliseconds()
        answer = self.answer(request)
        if not answer.is_complete:
            with contextlib.suppress(subprocess.TimeoutExpired):
                raise Died(self.process.wait(5))
        spent = self.cpu_milliseconds() - before
        if request.method == "DELETE" and answer.status == 204:
            self.user = self.make("Users", {"userName": f"again{time.monotonic_ns()}"})
        return answer.status, spent

    def cpu_milliseconds(self):
        """What the process has run for; it has one thread."""
        try:
            text = pathlib.Path(f"/proc/{self.process.pid}/schedstat").read_text()
        except FileNotFoundError:
            raise Died(self.process.wait()) from None
        return int(text.split()[0]) / 1e6
