"""Limits: of answers, at sizes that only a whole directory reaches, and of the process."""

import concurrent.futures
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
