"""Roster processes die in the middle of the work; what was acknowledged is there, nothing else.

ROSTER_KILL_POSTS sets the number of users, 2000 otherwise.
"""

import collections
import concurrent.futures
import contextlib
import itertools
import os
import signal
import sqlite3
import threading

import sites
from scim import user

POSTS = int(os.environ.get("ROSTER_KILL_POSTS", "2000"))
CONNECTIONS = 8
VICTIMS = 2


def test_killed_processes_lose_nothing():
    with sites.running("nginx") as site:
        report = provision(site)
        stored = collections.Counter(
            resource["userName"] for resource in everyone(site.client))
        with contextlib.closing(sqlite3.connect(site.database)) as data:
            integrity = data.execute("PRAGMA integrity_check").fetchall()
    assert len(report.killed) == VICTIMS
    assert integrity == [("ok",)]
    # Each once: those answered 201, and those whose answer died with the process and whose
    # repetition was answered 201 or 409.
    assert stored == collections.Counter(report.acknowledged)
    assert len(report.acknowledged) == POSTS
    assert report.lost == []


class Report:
    def __init__(self):
        self.acknowledged = []
        self.unanswered = 0
        self.killed = []
        self.lost = []


def provision(site):
    """Creates the users from several connections and kills processes on the way."""
    report = Report()
    lock = threading.Lock()
    thresholds = [POSTS * (n + 1) // (VICTIMS + 1) for n in range(VICTIMS)]

    def kill_when_due():
        with lock:
            if thresholds and len(report.acknowledged) >= thresholds[0]:
                thresholds.pop(0)
                victim = site.workers()[0]
                os.kill(victim, signal.SIGKILL)
                report.killed.append(victim)

    def create(name):
        for _ in itertools.repeat(None, 200):
            try:
                answer = site.client.post("/Users", user(name))
            except OSError:
                answer = None
            if answer is not None and answer.status in (201, 409):
                break
            # The web server lost the process: 503 from its error page, or a cut connection.
            assert answer is None or answer.status == 503, answer.body
            with lock:
                report.unanswered += 1
        else:
            raise AssertionError(f"{name} was never answered")
        found = site.client.find("/Users", f'userName eq "{name}"')
        with lock:
            report.acknowledged.append(name)
            if found.status == 200 and found.json["totalResults"] != 1:
                report.lost.append(name)
        kill_when_due()

    names = [f"user{n}@example.test" for n in range(POSTS)]
    with concurrent.futures.ThreadPoolExecutor(CONNECTIONS) as pool:
        for result in pool.map(create, names):
            pass
    return report


def everyone(client):
    """All users, page by page."""
    start = 1
    while True:
        page = client.get(f"/Users?startIndex={start}&count=200&sortBy=userName").json
        yield from page["Resources"]
        start += len(page["Resources"])
        if not page["Resources"] or start > page["totalResults"]:
            return
