"""What is between Roster and a WordPress: it lets calls through, or does with them what a test says."""

import contextlib
import http.server
import json
import socket
import threading
import time

import webhooks
from web import request

OWN_FIELDS = ("content-type", "webhook-id", "webhook-timestamp", "webhook-signature")


class Call:
    """One call from Roster, while it is open."""

    def __init__(self, handler, wordpress):
        self.handler = handler
        self.wordpress = wordpress
        self.body = handler.rfile.read(int(handler.headers["Content-Length"]))
        self.fields = {name.lower(): value for name, value in handler.headers.items()}
        self.events = json.loads(self.body).get("events", [])

    @property
    def is_question(self):
        return any(event["type"] == "user.validate" for event in self.events)

    def ask(self):
        """WordPress's answer; Roster has not got it yet."""
        fields = {name: self.fields[name] for name in OWN_FIELDS}
        return request("POST", self.wordpress.url + self.handler.path, fields, self.body)

    def forward(self):
        answer = self.ask()
        self.answer(answer.status, answer.body)

    def answer(self, status, body, announced=None):
        """Answers Roster, with fewer bytes than are announced where that is said."""
        with contextlib.suppress(OSError):
            self.handler.send_response(status)
            self.handler.send_header("Content-Type", "application/json")
            self.handler.send_header("Content-Length", str(announced or len(body)))
            self.handler.end_headers()
            self.handler.wfile.write(body)

    def sign(self, seconds):
        """Signs anew, as a machine does whose clock differs by that much."""
        self.fields.update(webhooks.headers(
            self.body, self.wordpress.evaluate("return ROSTER_SECRET;"),
            message_id=self.fields["webhook-id"], timestamp=int(time.time()) + seconds))


class Passage:
    """A way to WordPress. `rule` is called with each call."""

    def __init__(self, wordpress):
        self.wordpress = wordpress
        self.calls = []
        self.server = None
        self.port = 0
        self.open()

    @property
    def place(self):
        return f"127.0.0.1:{self.port}"

    def open(self):
        """Nothing happens to calls."""
        self.rule = Call.forward
        if self.server is None:
            self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), self.handler())
            self.port = self.server.server_port
            threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        """Nobody listens."""
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    @contextlib.contextmanager
    def closed(self):
        self.close()
        try:
            yield
        finally:
            self.open()

    @contextlib.contextmanager
    def doing(self, rule):
        """Does with each call what a function says."""
        self.rule = rule
        try:
            yield
        finally:
            self.rule = Call.forward

    def handler(self):
        passage = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                call = Call(self, passage.wordpress)
                passage.calls.append(call)
                passage.rule(call)

            def log_message(self, *_):
                pass

        return Handler


class Gate:
    """A rule: deliveries wait until they may go on. Questions pass."""

    def __init__(self, then, first=None):
        self.then = then
        self.first = first
        self.arrived = threading.Event()
        self.opened = threading.Event()

    def __call__(self, call):
        if call.is_question:
            return call.forward()
        answer = self.first(call) if self.first else None
        self.arrived.set()
        self.opened.wait(60)
        self.then(call) if answer is None else call.answer(answer.status, answer.body)


def drop(call):
    """Closes the connection without an answer."""
    call.handler.connection.shutdown(socket.SHUT_RDWR)


def server_error(call):
    call.answer(500, b"<h1>There has been a critical error on this website.</h1>")


def page(call):
    """What a firewall says, or a site that is being maintained."""
    call.answer(200, b"<!doctype html><p>Checking your browser</p>")


def half(call):
    """WordPress has done it; the answer is cut."""
    answer = call.ask()
    call.answer(200, answer.body[:len(answer.body) // 2], announced=len(answer.body))


def lost(call):
    """WordPress has done it; nobody hears of it."""
    call.ask()
    drop(call)
