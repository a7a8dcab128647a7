"""The slowest requests that a client may send, and what others wait meanwhile.

Each is sent to a directory of 50,000 users while a bystander asks for users by id and makes new
ones, one after the other, on a connection of its own.
"""

import contextlib
import http.client
import itertools
import json
import socket
import threading
import time
import urllib.parse
from dataclasses import dataclass

import data
from servers import BenchError

BODY_BYTES = 1_048_000  # just below what Roster takes
FILTER_TERMS = 199
SECONDS_A_ROW = 1  # of repetition, so that the bystander has enough to wait for


@dataclass
class Row:
    """What one of the requests took; latencies in seconds."""

    name: str
    statuses: list
    seconds: float  # the longest
    seconds_max: float
    gets: list
    posts: list
    refused: int  # answers with an error that the others got


class Bystander(threading.Thread):
    """Another client, whose latencies are what matters."""

    numbers = itertools.count()

    def __init__(self, server, users):
        super().__init__(daemon=True)
        self.server, self.users = server, users
        self.samples = []  # (method, begin, end)
        self.refused = 0
        self.is_over = threading.Event()
        self.failure = None

    def run(self):
        try:
            with contextlib.closing(Connection(self.server)) as connection:
                while not self.is_over.is_set():
                    number = next(self.numbers)
                    user = self.users[(number * 7919) % len(self.users)]
                    self.measure(connection, "GET", f"/Users/{user}", None, 200)
                    self.measure(connection, "POST", "/Users", new_user(f"by{number}"), 201)
        except (OSError, http.client.HTTPException) as error:
            self.failure = error

    def measure(self, connection, method, path, body, expected):
        begin = time.perf_counter()
        status = connection.status(method, path, body)
        self.refused += status != expected
        self.samples.append((method, begin, time.perf_counter()))

    def latencies(self, method, begin, end):
        """Of what it asked for between the two times."""
        return [last - first for asked, first, last in list(self.samples)
                if asked == method and first < end and last > begin]


class Connection:
    """A kept connection to the server through nginx."""

    def __init__(self, server):
        self.http = http.client.HTTPConnection("127.0.0.1", server.port, timeout=300)
        self.fields = {"Authorization": f"Bearer {server.token}",
                       "Content-Type": "application/scim+json"}

    def status(self, method, path, body=None):
        self.http.request(method, "/scim/v2" + path, body, self.fields)
        answer = self.http.getresponse()
        answer.read()
        return answer.status

    def close(self):
        self.http.close()


def new_user(name, **attributes):
    return text({"schemas": [data.USER], "userName": f"worst-{name}@example.com", **attributes})


def text(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def patch(*operations):
    return text({"schemas": [data.PATCH], "Operations": operations})


def filtered(expression, **parameters):
    return "/Users?" + urllib.parse.urlencode(
        {**parameters, "filter": expression}, quote_via=urllib.parse.quote)


def any_of(terms):
    return " or ".join(terms)


def filled(bytes_of_one, make):
    """The object with as many of the members that `make` names as a body holds."""
    return {make(number): 1 for number in range(BODY_BYTES // bytes_of_one)}


def versions():
    return filtered(any_of(f'meta.version eq "{number}"' for number in range(FILTER_TERMS)))


def number_filters():
    """A PATCH that is full of numbers."""
    path = f"emails[{any_of(f'value eq {number}.5' for number in range(FILTER_TERMS))}]"
    count = BODY_BYTES // (len(path) + 60)
    return patch(*({"op": "replace", "path": path, "value": {"type": "work"}}
                   for _ in range(count)))


def marked(number):
    marks = "\u0301\u0323" * (BODY_BYTES // 4)
    return new_user(f"marks{number}", displayName=marks[:-100], title="q" + str(number))


def requests(crowd):
    """Name → how to make the request of each repetition: (method, path, body)."""
    user, group = f"/Users/{crowd.users[10]}", f"/Groups/{crowd.group}"
    dotted = filled(17, lambda number: f"name.x{number:06}")
    legacy = filled(38, lambda number: f"urn:scim:schemas:core:1.0:x{number:06}")
    costly = any_of(f'title co "{number:03}"' for number in range(FILTER_TERMS - 1))
    members = any_of(f'$ref co "x{number}"' for number in range(FILTER_TERMS))
    emails = any_of(f'emails[value co "x{number}" and type eq "work"]' for number in range(66))
    return {
        "group PATCH, 199 × members[$ref co …]": lambda _: (
            "PATCH", group, patch({"op": "remove", "path": f"members[{members}]"})),
        "filter, 199 × meta.version eq": lambda _: ("GET", versions(), None),
        "filter, 66 × emails[value co … and type eq …]": lambda _: ("GET", filtered(emails), None),
        "filter, 198 × title co": lambda _: ("GET", filtered(costly), None),
        "sortBy timezone, 198 × title co or userName pr": lambda _: (
            "GET", filtered(f"{costly} or userName pr", sortBy="timezone"), None),
        "1 MB PATCH, value filters of numbers": lambda _: ("PATCH", user, number_filters()),
        "1 MB POST of combining marks": lambda number: ("POST", "/Users", marked(number)),
        "1 MB PATCH of combining marks": lambda _: (
            "PATCH", user, patch({"op": "replace", "path": "userName",
                                  "value": "a" + "\u0301\u0323" * (BODY_BYTES // 4 - 50)})),
        "1 MB POST of dotted names": lambda number: (
            "POST", "/Users", new_user(f"dotted{number}", **dotted)),
        "1 MB PATCH of dotted names": lambda _: (
            "PATCH", user, patch({"op": "replace", "value": dotted})),
        "1 MB POST of older URNs": lambda number: (
            "POST", "/Users", new_user(f"legacy{number}", **legacy)),
        "1 MB PATCH of older URNs": lambda _: (
            "PATCH", user, patch({"op": "replace", "value": legacy})),
    }


def deletions(crowd):
    return {f"DELETE of a manager of {data.REPORTS:,}": crowd.users[0],
            f"DELETE of a member of {data.GROUPS_OF_ONE:,} groups": crowd.users[1]}


def observed(server, crowd, name, seconds_max, act):
    """Runs `act` beside a bystander; it returns statuses and the longest time of one request."""
    bystander = Bystander(server, crowd.users[1000:])
    bystander.start()
    time.sleep(0.1)
    begin = time.perf_counter()
    statuses, seconds = act(bystander)
    end = time.perf_counter()
    bystander.is_over.set()
    bystander.join()
    if bystander.failure:
        raise BenchError(f"{name}: a bystander: {bystander.failure}")
    return Row(name, sorted(set(statuses), key=str), seconds, seconds_max,
               *(bystander.latencies(method, begin, end) for method in ("GET", "POST")),
               bystander.refused)


def repeated(server, make):
    """Sends the requests of `make` until there has been enough to observe."""
    def act(_):
        statuses, longest, begin = [], 0, time.perf_counter()
        with contextlib.closing(Connection(server)) as connection:
            while not statuses or time.perf_counter() - begin < SECONDS_A_ROW:
                request = make(len(statuses))
                start = time.perf_counter()
                statuses.append(connection.status(*request))
                longest = max(longest, time.perf_counter() - start)
        return statuses, longest
    return act


def once(server, *request):
    def act(_):
        with contextlib.closing(Connection(server)) as connection:
            start = time.perf_counter()
            status = connection.status(*request)
            return [status], time.perf_counter() - start
    return act


def abandoned(server, path, count):
    """Sends requests and goes at once. What counts is how long others then wait at most."""
    def act(bystander):
        begin = time.perf_counter()
        for _ in range(count):
            with socket.create_connection(("127.0.0.1", server.port)) as connection:
                connection.sendall(
                    f"GET /scim/v2{path} HTTP/1.1\r\nHost: localhost\r\n"
                    f"Authorization: Bearer {server.token}\r\n\r\n".encode())
        return ["left"], calm_again(bystander, begin)
    return act


def calm_again(bystander, begin):
    """The longest that the bystander waited before it waited for nothing for a second."""
    longest, calm_since = 0, begin
    while time.perf_counter() - calm_since < SECONDS_A_ROW:
        time.sleep(0.05)
        waits = [end for _, start, end in list(bystander.samples)
                 if end > begin and end - start > 0.1]
        calm_since = max([begin, *waits])
        longest = max([longest, *(end - start for _, start, end in list(bystander.samples)
                                  if end > begin)])
        if bystander.failure or time.perf_counter() - begin > 120:
            break
        # What it still waits for is in no sample.
        last = max([begin, *(end for _, _, end in list(bystander.samples))])
        if time.perf_counter() - last > 0.1:
            calm_since = time.perf_counter()
    return longest


def measure(server, say):
    """A row for each kind of request."""
    crowd = data.Crowd.read(server.directory)
    rows = []
    for name, make in requests(crowd).items():
        say(name)
        rows.append(observed(server, crowd, name, 5, repeated(server, make)))
    say("four requests that nobody waits for")
    rows.append(observed(server, crowd, "four filters, left at once", 5,
                         abandoned(server, versions(), 4)))
    for name, user in deletions(crowd).items():
        say(name)
        rows.append(observed(server, crowd, name, 0.5,
                             once(server, "DELETE", f"/Users/{user}")))
    return rows
