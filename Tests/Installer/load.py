"""A provider that goes on creating users whatever happens to the site."""

import threading
import time


class Load:
    """Creates users one after the other until it ends, and remembers which were acknowledged."""

    def __init__(self, provider):
        self.provider = provider
        self.acknowledged = []
        self.statuses = set()
        self.last = ""
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self.create)

    def create(self):
        number = 0
        while not self.is_over.is_set():
            number += 1
            name = f"load-{number}@example.org"
            answer = self.provider.request("POST", "/Users", {
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name})
            self.statuses.add(answer.status)
            self.last = answer.text
            if answer.status == 201:
                self.acknowledged.append(name)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        self.thread.join()

    def go_on(self, count, seconds=30):
        """Returns when that many more are acknowledged."""
        wanted, deadline = len(self.acknowledged) + count, time.monotonic() + seconds
        while len(self.acknowledged) < wanted:
            assert self.thread.is_alive() and time.monotonic() < deadline, (
                self.statuses, self.last)
            time.sleep(0.01)

    def missing(self):
        """Who was acknowledged and is not there."""
        found = self.provider.request("GET", "/Users?attributes=userName&count=500").json
        there = {user["userName"] for user in found["Resources"]}
        assert found["totalResults"] == len(there)
        return [name for name in self.acknowledged if name not in there]
