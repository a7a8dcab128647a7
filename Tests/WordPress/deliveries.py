"""A stand-in for Roster where WordPress asks it for events."""

import contextlib
import http.server
import json
import threading

import webhooks


class Deliveries:
    """Answers `POST /Deliveries` with the events that are due, and forgets those acknowledged."""

    def __init__(self, secret, answer_secret=None):
        self.secret = secret
        self.answer_secret = secret if answer_secret is None else answer_secret
        self.answers = None  # how many more, or None for any number
        self.due = []
        self.calls = []  # (header fields, names in lower case; body)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}/scim/v2"

    @property
    def acknowledged(self):
        return [result for _, body in self.calls for result in body["acknowledge"]]

    def answer(self, fields, body):
        """Status, and body of an answer."""
        if not webhooks.is_signed(fields, body, self.secret):
            return 401, {"code": "scim_bad_signature"}
        if self.answers == 0:
            return 503, {}
        if self.answers:
            self.answers -= 1
        request = json.loads(body)
        self.calls.append((fields, request))
        done = {(result["scimId"], result["version"]) for result in request["acknowledge"]}
        self.due = [
            event for event in self.due if (event["user"]["scimId"], event["version"]) not in done]
        now = self.due[:request["limit"]]
        return 200, {"events": now, "more": len(now) < len(self.due)}

    def handler(self):
        deliveries = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                fields = {name.lower(): value for name, value in self.headers.items()}
                if self.path == "/scim/v2/Deliveries":
                    status, answer = deliveries.answer(fields, body)
                else:
                    status, answer = 404, {}
                answer = json.dumps(answer).encode()
                self.send_response(status)
                for name, value in webhooks.headers(answer, deliveries.answer_secret).items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        return Handler


@contextlib.contextmanager
def serving(*arguments):
    deliveries = Deliveries(*arguments)
    thread = threading.Thread(target=deliveries.server.serve_forever)
    thread.start()
    try:
        yield deliveries
    finally:
        deliveries.server.shutdown()
        thread.join()
        deliveries.server.server_close()
