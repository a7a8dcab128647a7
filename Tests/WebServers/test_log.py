"""The log: one line a request, whatever became of it, and nothing secret in it."""

import uuid

import pytest

import fastcgi
import sites
from scim import Client, user

SECRET = "Tr0ub4dor-and-3"
BODY_BYTES_MAX = 1 << 20


@pytest.fixture(scope="module")
def site():
    """Behind a web server that names the database and the log file."""
    def start(site):
        sites.start_nginx(
            site,
            sites.with_parameters(
                ROSTER_DATABASE=site.database, ROSTER_LOG=site.data / "requests.log"),
            ROSTER_DATABASE="")

    with sites.running("nginx", start) as site:
        yield site


def log_file(site):
    return site.data / "requests.log"


class Log:
    """What a test adds to the log."""

    def __init__(self, path):
        self.path = path
        self.start = path.stat().st_size if path.exists() else 0

    @property
    def text(self):
        return self.path.read_bytes()[self.start:].decode()

    @property
    def lines(self):
        """Each line's parts; a line of another form is an error."""
        found = [sites.REQUEST_LINE.match(line) for line in self.text.splitlines()]
        assert None not in found, self.text
        return found

    @property
    def line(self):
        line, = self.lines
        return line


@pytest.fixture
def log(site):
    return Log(log_file(site))


def test_line_of_a_request(site, log):
    assert site.client.post("/Users", user("ada@example.test")).status == 201
    line = log.line
    assert line["client"] == "tests"
    assert (line["method"], line["path"], line["status"]) == ("POST", "/scim/v2/Users", "201")
    assert (line["rewrites"], line["cause"]) == (None, None)
    Client(site.base).get("/Users")
    assert log.lines[1]["client"] == "-"
    assert log.lines[0]["id"] != log.lines[1]["id"]


def test_file_is_its_owners_alone(site):
    assert log_file(site).stat().st_mode & 0o777 == 0o600


def test_no_secret(site, log):
    name = f"{uuid.uuid4()}@example.test"
    site.client.post("/Users", user(name, password=SECRET))
    site.client.post("/Users", user(name, password=SECRET * 8))
    site.client.find("/Users", f'userName eq "{name}"')
    site.client.find("/Users", f'userName eq "{SECRET}')
    site.client.find("/Users", f'password eq "{SECRET}"')
    site.client.get(f"/Users?{site.token}&access_token={site.token}&{SECRET}=1")
    Client(site.base, SECRET).get("/Users")
    assert len(log.lines) == 7
    for secret in site.token, SECRET, name:
        assert secret not in log.text
        assert secret not in site.logs()


@pytest.mark.parametrize("query, names", [
    ("filter=userName+eq+%22a%22&count=1", "filter&count"),
    ("startIndex=1&sortBy=userName&sortOrder=descending", "startIndex&sortBy&sortOrder"),
    ("attributes=userName", "attributes"),
    ("excludedAttributes=emails&cursor", "excludedAttributes&cursor"),
    ("aadOptscim062020", "other"),
    ("count=0&anything=x&count", "count&other&count"),
])
def test_parameters_are_named_when_they_are_known(site, log, query, names):
    site.client.get(f"/Users?{query}")
    assert log.line["path"] == f"/scim/v2/Users?{names}"


def test_path_is_visible_ascii(site, log):
    site.client.raw(
        "GET /scim/v2/Users/zoë\u2028 HTTP/1.0\r\n\r\n".encode(), half_close=False)
    site.client.get("/Users/a%0Ab%22")
    assert [line["path"] for line in log.lines] == [
        "/scim/v2/Users/zo%C3%AB%E2%80%A8", "/scim/v2/Users/a%0Ab%22"]


def test_rewrites_are_named_on_failure_too(site, log):
    body = user(f"{uuid.uuid4()}@example.test", active="True")
    assert [site.client.post("/Users", body).status for _ in range(2)] == [201, 409]
    assert [line["rewrites"] for line in log.lines] == ["booleanText", "booleanText"]


@pytest.mark.parametrize("status, method, path, headers, body", [
    (414, "GET", "/Users/" + "a" * 3000, {}, None),
    (413, "POST", "/Users", {}, b" " * (BODY_BYTES_MAX + 1)),
    (431, "GET", "/Users", {f"X-{n}": "y" for n in range(600)}, None),
], ids=lambda value: value if isinstance(value, int) else "")
def test_faulty_requests_are_in_the_file(site, log, status, method, path, headers, body):
    assert site.client.request(method, path, body, headers).status == status
    assert (log.line["method"], log.line["status"]) == (method, str(status))
    assert site.request_log() == []


def test_malformed_target_is_in_the_file(site, log):
    # nginx refuses most of them itself.
    socket = str(site.directory / "roster.sock")
    pairs = fastcgi.variables(target="/scim/v2/\x01 x", ROSTER_LOG=str(log.path))
    assert fastcgi.request(socket, pairs).status == 400
    assert log.line["status"] == "400"


def test_file_that_cannot_be_opened_is_replaced_by_standard_error(site, log):
    socket = str(site.directory / "roster.sock")
    pairs = fastcgi.variables(ROSTER_LOG=str(site.data / "nowhere/requests.log"))
    assert fastcgi.request(socket, pairs).status == 200
    assert log.text == ""
    line, = site.request_log()
    assert sites.REQUEST_LINE.match(line)["status"] == "200"
