"""A receiver of webhooks, which says what a test wants it to say."""

import http.server
import json
import threading

import webhooks


class Receiver:
    def __init__(self):
        self.secret = None
        self.statuses = []  # of the next answers; 200 after them
        self.messages = []  # (id, body) of the calls that were answered with 200
        self.tries = []  # ids of all calls
        self.unsigned = 0
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()

    def stop(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def status(self, fields, body):
        """The answer to a call."""
        self.tries.append(fields["webhook-id"])
        if not webhooks.is_signed(fields, body, self.secret):
            self.unsigned += 1
            return 401
        status = self.statuses.pop(0) if self.statuses else 200
        if status == 200:
            self.messages.append((fields["webhook-id"], json.loads(body)))
        return status

    def handler(self):
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                fields = {name.lower(): value for name, value in self.headers.items()}
                self.send_response(receiver.status(fields, body))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        return Handler
