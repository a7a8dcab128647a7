"""Limits: of answers, at sizes that only a whole directory reaches, and of the process."""

import concurrent.futures
import contextlib
import pathlib
import resource
import socket
import subprocess

import pytest

import sites
from scim import user

# As many certificates as make an answer too long, in bodies that are just short enough.
USERS = 36
MB = 1 << 20  # bytes
CERTIFICATES = [{"value": letter * 250_000} for letter in "ABCD"]


def test_list_beyond_its_limit():
    def create(n):
        return site.client.post(
            "/Users", user(f"user{n}", x509Certificates=CERTIFICATES)).status

    with sites.running("nginx") as site:
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            assert set(pool.map(create, range(USERS))) == {201}
        answer = site.client.get("/Users")
        assert (answer.status, answer.json["scimType"]) == (400, "tooMany")
        assert "count" in answer.json["detail"]
        found = site.client.get("/Users?count=30").json
        assert (found["itemsPerPage"], found["totalResults"]) == (30, USERS)


# A search that takes much longer than a request may: as many terms as a filter may have, each to be
# looked for at every letter of long texts.
COSTLY = "/Users?count=0&filter=" + "+or+".join(f"title+co+%22aa{n}%22" for n in range(200))
LONG_TITLES = 100


@pytest.fixture(scope="module")
def costly_site():
    with sites.running("nginx") as site:
        for n in range(LONG_TITLES):
            answer = site.client.post("/Users", user(f"user{n}", title="a" * 250_000))
            assert answer.status == 201
        yield site


def test_search_beyond_its_time(costly_site):
    answer = costly_site.client.get(COSTLY)
    assert (answer.status, answer.json["scimType"]) == (400, "tooMany")


def test_client_that_leaves_during_a_search(costly_site):
    """Nobody waits for the answer: the process does not go on, and serves others."""
    def ended():
        return [line for line in costly_site.request_log() if "the client has gone" in line]

    workers = costly_site.workers()
    before = {pid: cpu_ticks(pid) for pid in workers}
    client = costly_site.client
    request = (
        f"GET {client.prefix}{COSTLY} HTTP/1.1\r\nHost: {client.host}:{client.port}\r\n"
        f"Authorization: Bearer {client.token}\r\n\r\n").encode()
    with contextlib.ExitStack() as connections:
        for _ in workers:
            connection = connections.enter_context(
                socket.create_connection((client.host, client.port)))
            connection.sendall(request)
        # All of them are at work.
        sites.until(lambda: all(cpu_ticks(pid) >= before[pid] + 5 for pid in workers))
        assert ended() == []
    sites.until(lambda: len(ended()) == len(workers))
    assert client.get("/Users?count=0").status == 200


def cpu_ticks(pid):
    """Processor time that a process has used, in ticks of the system's clock."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


@pytest.mark.parametrize("start", ["command", "cgi", "fastcgi"])
@pytest.mark.parametrize("limit, values, name", [
    (resource.RLIMIT_NOFILE, range(3, 16), "open files"),
    # Below some 20 MB the system itself cannot load the program.
    (resource.RLIMIT_AS, range(32 * MB, 256 * MB, 32 * MB), "address space"),
])
def test_process_that_is_allowed_too_little_says_so(tmp_path, start, limit, values, name):
    environment = {"ROSTER_DATABASE": str(tmp_path / "roster.sqlite"), "PATH": sites.PATH}
    arguments = ["token", "list"] if start == "command" else []
    if start == "cgi":
        environment |= {"GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_METHOD": "GET"}
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
        listener.listen()
        for value in values:
            result = subprocess.run(
                [sites.program(), *arguments], capture_output=True, text=True, timeout=60,
                stdin=listener if start == "fastcgi" else subprocess.DEVNULL, env=environment,
                preexec_fn=lambda: resource.setrlimit(limit, (value, value)))
            assert (result.returncode, result.stdout) == (1, ""), value
            line, = result.stderr.splitlines()
            assert name in line
