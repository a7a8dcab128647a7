"""The gateway's process: how it starts, takes requests, stops, and what it survives.

Runs the binary itself, without a web server. ROSTER_BINARY names it.
"""

import os
import resource
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

import fastcgi
from fastcgi import Connection, variables
from sites import until

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("ROSTER_BINARY", ROOT / ".build/release/roster")).resolve()
CONFIG = "/scim/v2/ServiceProviderConfig"
USERS = "/scim/v2/Users"
# A body that does not fit into the socket's buffers, so that the responder has to read it.
LARGE = 900_000
SIGNALS = [signal.SIGTERM, signal.SIGINT, signal.SIGUSR1]

pytestmark = pytest.mark.skipif(not BINARY.exists(), reason=f"{BINARY} has not been built")


def environment(directory):
    """The bare environment that web servers give, and the database."""
    database = directory / "roster.sqlite"
    if not database.exists():
        subprocess.run(
            [BINARY, "migrate", "--database", database], check=True, capture_output=True)
    return {"PATH": "/usr/bin:/bin", "ROSTER_DATABASE": str(database)}


class Server:
    """A FastCGI process on a unix socket, with the listener as the given descriptor."""

    def __init__(self, directory, listener, process):
        self.address = str(directory / "socket")
        self.directory = directory
        self.listener = listener
        self.process = process

    def get(self, target=CONFIG, **more):
        return fastcgi.request(self.address, variables(target=target, **more))

    def wait(self):
        """The exit status; a process that does not end fails the test."""
        return self.process.wait(timeout=20)

    def errors(self):
        return (self.directory / "errors").read_text()


@contextmanager
def serving(directory, start=None, files=None):
    """Starts the binary with a listener on descriptor 0, or as `start` does it."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(directory / "socket"))
    listener.listen(64)
    limit = files and (lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (files, files)))
    with open(directory / "errors", "w") as errors, open(directory / "output", "w") as output:
        options = dict(stdout=output, stderr=errors, cwd=directory, env=environment(directory))
        if start is None:
            process = subprocess.Popen([BINARY], stdin=listener, preexec_fn=limit, **options)
        else:
            process = start(listener, options)
    try:
        yield Server(directory, listener, process)
    finally:
        process.kill()
        process.wait()
        listener.close()


@pytest.fixture
def server(tmp_path):
    with serving(tmp_path) as running:
        yield running


def run_cgi(directory, pairs, body=b"", arguments=(), announced=True):
    """Runs the binary once as CGI; standard input is a pipe that ends after the body."""
    variables_ = {**environment(directory), **dict(pairs)}
    if announced and body:
        variables_.setdefault("CONTENT_LENGTH", str(len(body)))
    done = subprocess.run(
        [BINARY, *arguments], input=body, capture_output=True, timeout=60, env=variables_,
        cwd=directory,
    )
    return done.returncode, fastcgi.Answer([(fastcgi.STDOUT, 1, done.stdout)])


def is_asleep(process):
    """Whether the process waits for something."""
    return Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] == "S"


# --- Starting


def test_listener_on_descriptor_0_is_served_without_an_argument(server):
    answer = server.get().check()
    assert answer.status == 200
    assert answer.field("Status") == "200 OK"
    assert answer.field("Content-Type").startswith("application/")
    assert answer.body.startswith(b"{")


def test_gateway_interface_in_the_environment_does_not_make_a_listener_cgi(tmp_path):
    def start(listener, options):
        options["env"]["GATEWAY_INTERFACE"] = "CGI/1.1"
        return subprocess.Popen([BINARY], stdin=listener, **options)

    with serving(tmp_path, start) as server:
        assert server.get().check().status == 200


def start_activated(listener, options, process_id="$$", count="1"):
    """Starts the binary the way systemd passes sockets on: descriptor 3, named to this process."""
    script = (
        f'exec 3<&"$1" </dev/null; export LISTEN_FDS={count} LISTEN_PID={process_id}; exec "$2"'
    )
    return subprocess.Popen(
        ["bash", "-c", script, "bash", str(listener.fileno()), str(BINARY)],
        pass_fds=[listener.fileno()], **options,
    )


def test_activated_listener_on_descriptor_3_is_served(tmp_path):
    with serving(tmp_path, start_activated) as server:
        assert server.get().check().status == 200
        server.process.send_signal(signal.SIGTERM)
        assert server.wait() == 0


@pytest.mark.parametrize("process_id, count", [("1", "1"), ("$$", "0")])
def test_listener_for_another_process_is_not_served(tmp_path, process_id, count):
    def start(listener, options):
        return start_activated(listener, options, process_id, count)

    # Without a web server it is the command line tool, which ends by itself.
    with serving(tmp_path, start) as server:
        server.wait()


@pytest.mark.parametrize("pairs, answer", [([], b"USAGE"), (variables(), b"Status: 200 OK")])
def test_connected_socket_on_descriptor_0_is_no_listener(tmp_path, pairs, answer):
    """It is a web server's or another program's way to give standard input."""
    near, far = socket.socketpair()
    with near, far:
        far.shutdown(socket.SHUT_WR)
        done = subprocess.run(
            [BINARY], stdin=near, capture_output=True, timeout=20, cwd=tmp_path,
            env={**environment(tmp_path), **dict(pairs)})
    assert done.returncode == 0
    assert answer in done.stdout


def test_files_it_makes_are_for_its_user_alone(tmp_path):
    def start(listener, options):
        return subprocess.Popen([BINARY], stdin=listener, umask=0o022, **options)

    with serving(tmp_path, start) as server:
        server.get(USERS, HTTP_AUTHORIZATION="Bearer nothing").check()
        for file in tmp_path.glob("roster.sqlite*"):
            assert file.stat().st_mode & 0o077 == 0, file


# --- Plain CGI


def test_cgi_answers_once_and_ends(tmp_path):
    status, answer = run_cgi(tmp_path, variables())
    assert status == 0
    assert answer.field("Status") == "200 OK"
    assert len(answer.body) == int(answer.field("Content-Length"))


def test_cgi_head_has_the_length_of_get_and_no_body(tmp_path):
    _, get = run_cgi(tmp_path, variables())
    _, head = run_cgi(tmp_path, variables("HEAD"))
    assert head.field("Content-Length") == get.field("Content-Length")
    assert head.body == b""


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["token", "create", "evil"], ["-s", "/tmp/x"], ["%00"]]
)
def test_trap_05_cgi_never_looks_at_its_arguments(tmp_path, arguments):
    # A query string without "=" arrives as arguments.
    query = "+".join(arguments)
    status, answer = run_cgi(
        tmp_path, variables(target=f"{CONFIG}?{query}", QUERY_STRING=query), arguments=arguments
    )
    assert status == 0
    assert answer.status == 200


@pytest.mark.parametrize("announced", [True, False])
def test_trap_07_cgi_reads_the_body_also_before_401(tmp_path, announced):
    pairs = variables("POST", USERS, CONTENT_TYPE="application/scim+json")
    status, answer = run_cgi(tmp_path, pairs, b"x" * LARGE, announced=announced)
    assert status == 0
    assert answer.status == 401


def test_trap_07_cgi_reads_a_body_over_the_limit_to_its_end(tmp_path):
    # The pipe would break under the writer if the rest were left.
    status, answer = run_cgi(tmp_path, variables("POST", USERS), b"x" * 8_000_000)
    assert status == 0
    assert answer.status == 413


def test_trap_09_cgi_short_body_is_refused(tmp_path):
    status, answer = run_cgi(
        tmp_path, variables("POST", USERS, CONTENT_LENGTH="100"), b'{"userName":"a"}'
    )
    assert status == 0
    assert answer.status == 400


def test_cgi_reads_no_more_than_announced(tmp_path):
    # The pipe stays open: reading to its end would never come back.
    read, write = os.pipe()
    os.write(write, b"12345")
    pairs = dict(variables("POST", USERS, CONTENT_LENGTH="5"))
    with subprocess.Popen(
        [BINARY], stdin=read, stdout=subprocess.PIPE, cwd=tmp_path,
        env={**environment(tmp_path), **pairs},
    ) as process:
        output, _ = process.communicate(timeout=20)
    os.close(read)
    os.close(write)
    assert fastcgi.Answer([(fastcgi.STDOUT, 1, output)]).status == 401


# --- Requests as FastCGI records


def test_trap_04_empty_authorization_is_an_absent_one(server):
    empty = server.get(USERS, HTTP_AUTHORIZATION="", REDIRECT_HTTP_AUTHORIZATION=" ").check()
    absent = server.get(USERS).check()
    assert empty.status == absent.status == 401
    assert empty.body == absent.body


def test_trap_06_repeated_parameters_do_no_harm(server):
    pairs = [*variables(target="/nowhere"), *variables(), *variables()]
    assert fastcgi.request(server.address, pairs).check().status == 200
    assert server.get().check().status == 200


def test_trap_07_body_over_the_limit_is_read_and_refused(server):
    body = b"x" * 8_000_000
    pairs = variables("POST", USERS, CONTENT_LENGTH=str(len(body)))
    assert fastcgi.request(server.address, pairs, body).check().status == 413


def test_trap_09_body_shorter_than_announced_is_refused(server):
    pairs = variables("POST", USERS, CONTENT_LENGTH="100")
    assert fastcgi.request(server.address, pairs, b"{}").check().status == 400


def test_trap_11_kept_connection_does_not_hold_the_process(server):
    with Connection(server.address) as kept:
        kept.send(
            fastcgi.begin(flags=fastcgi.KEEP_CONNECTION),
            fastcgi.parameters(variables()),
            fastcgi.stream(fastcgi.STDIN, b""),
        )
        kept.answer().check()
        assert kept.read_record() is None
    assert server.get().check().status == 200


@pytest.mark.parametrize(
    "rubbish",
    [
        b"",
        b"GET / HTTP/1.0\r\n\r\n",
        b"\x01" * 8,
        fastcgi.begin(role=9),
        fastcgi.begin() + fastcgi.record(fastcgi.PARAMS, b"\xff"),
        fastcgi.begin() + fastcgi.record(fastcgi.STDIN, b"{}"),
        fastcgi.begin() + fastcgi.parameters(variables("POST", CONTENT_LENGTH="9")),
        fastcgi.begin()
        + fastcgi.parameters(variables("POST", CONTENT_LENGTH="9"))
        + fastcgi.record(fastcgi.STDIN, b"{}")
        + fastcgi.record(fastcgi.ABORT_REQUEST),
        fastcgi.record(77, b"what", request_id=0),
    ],
)
def test_rubbish_and_broken_connections_leave_the_process_well(server, rubbish):
    with Connection(server.address) as connection:
        connection.send(rubbish)
        connection.socket.shutdown(socket.SHUT_WR)
        connection.answer()
    assert server.get().check().status == 200
    assert server.process.poll() is None


def test_client_that_leaves_before_the_answer_does_no_harm(server):
    for _ in range(20):
        with Connection(server.address) as connection:
            connection.send(
                fastcgi.begin(), fastcgi.parameters(variables()), fastcgi.stream(fastcgi.STDIN, b"")
            )
    assert server.get().check().status == 200


def test_web_server_that_does_not_close_does_not_hold_the_process(server):
    """libfcgi alone would keep its end open for two seconds, and the process with it."""
    with Connection(server.address) as left_open:
        left_open.send(
            fastcgi.begin(), fastcgi.parameters(variables()), fastcgi.stream(fastcgi.STDIN, b""))
        left_open.answer().check()
        assert left_open.read_record() is None
        with pytest.raises(ConnectionError):
            for _ in range(100):
                left_open.send(b"x")
                time.sleep(0.01)
    assert server.get().check().status == 200


# --- Stopping


@pytest.mark.parametrize("number", SIGNALS)
def test_trap_10_signal_ends_an_idle_process(server, number):
    server.get().check()
    until(lambda: is_asleep(server.process))
    server.process.send_signal(number)
    assert server.wait() == 0


@pytest.mark.parametrize("number", SIGNALS)
def test_trap_10_signal_during_the_upload_loses_nothing(server, number):
    body = b"x" * LARGE
    pairs = variables("POST", USERS, CONTENT_LENGTH=str(len(body)))
    with Connection(server.address) as connection:
        connection.send(
            fastcgi.begin(), fastcgi.parameters(pairs), fastcgi.record(fastcgi.STDIN, body[:20_000])
        )
        until(lambda: is_asleep(server.process))
        server.process.send_signal(number)
        until(lambda: has_taken(server.process, number))
        connection.send(fastcgi.stream(fastcgi.STDIN, body[20_000:]))
        # The whole body was counted: a short one would be 400.
        assert connection.answer().check().status == 401
    assert server.wait() == 0


def has_taken(process, number):
    """Whether a signal reached the process: it waits to be read or was read."""
    if process.poll() is not None:
        return True
    status = Path(f"/proc/{process.pid}/status").read_text()
    pending = [line.split()[1] for line in status.splitlines() if line.startswith("ShdPnd")]
    return int(pending[0], 16) & 1 << (number - 1) != 0


def test_trap_10_signal_while_the_answer_is_written_loses_nothing(server):
    """The answer waits in the socket's buffers until the client reads it."""
    with Connection(server.address) as connection:
        connection.send(
            fastcgi.begin(),
            fastcgi.parameters(variables(target="/scim/v2/Schemas")),
            fastcgi.stream(fastcgi.STDIN, b""),
        )
        until(lambda: is_asleep(server.process))
        server.process.send_signal(signal.SIGTERM)
        connection.answer().check()
    assert server.wait() == 0


def is_taken(connection, process):
    """Waits until there is an answer, or until nobody is left who could give one.

    The listener stays open here, so a connection that no process took stays open as well; one that
    was taken and dropped is at its end.
    """
    while not select.select([connection.socket], [], [], 0.02)[0]:
        if process.poll() is not None:
            return bool(select.select([connection.socket], [], [], 0)[0])
    return True


@pytest.mark.parametrize("round_", range(30))
def test_trap_10_signal_amid_requests_cuts_none_short(server, round_):
    """Whatever moment the signal hits, a request that was taken is answered whole."""
    pairs = variables("POST", USERS, CONTENT_LENGTH="40000")
    server.get().check()
    timer = threading.Timer(0.001 * round_, server.process.send_signal, [signal.SIGTERM])
    timer.start()
    while True:
        with Connection(server.address) as connection:
            connection.send(
                fastcgi.begin(),
                fastcgi.parameters(pairs),
                fastcgi.stream(fastcgi.STDIN, b"x" * 40_000, size=500),
            )
            if not is_taken(connection, server.process):
                break
            assert connection.answer().check().status == 401
    timer.join()
    assert server.wait() == 0


def test_second_process_takes_over_what_waits_in_the_listener(tmp_path):
    with serving(tmp_path) as server:
        server.get().check()
        server.process.send_signal(signal.SIGTERM)
        assert server.wait() == 0
        with Connection(server.address) as connection:
            connection.send(
                fastcgi.begin(), fastcgi.parameters(variables()), fastcgi.stream(fastcgi.STDIN, b"")
            )
            with open(tmp_path / "errors", "a") as errors:
                next_process = subprocess.Popen(
                    [BINARY], stdin=server.listener, stderr=errors, cwd=tmp_path,
                    env=environment(tmp_path),
                )
            try:
                assert connection.answer().check().status == 200
            finally:
                next_process.kill()
                next_process.wait()


def test_processes_share_one_listener(tmp_path):
    with serving(tmp_path) as server:
        server.get().check()
        others = [
            subprocess.Popen(
                [BINARY], stdin=server.listener, stderr=subprocess.DEVNULL, cwd=tmp_path,
                env=environment(tmp_path),
            )
            for _ in range(2)
        ]
        try:
            for _ in range(50):
                assert server.get().check().status == 200
            # One that stops leaves the others all that comes.
            server.process.send_signal(signal.SIGTERM)
            for _ in range(50):
                assert server.get().check().status == 200
            assert server.wait() == 0
        finally:
            for other in others:
                other.kill()
                other.wait()


# --- Lasting


def open_files(process):
    return len(os.listdir(f"/proc/{process.pid}/fd"))


def resident_bytes(process):
    pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def test_1500_requests_leave_no_descriptor_and_no_memory_behind(server):
    body = b"x" * 30_000
    pairs = variables("POST", USERS, CONTENT_LENGTH=str(len(body)))

    def requests(count):
        for _ in range(count):
            assert server.get().check().status == 200
            assert fastcgi.request(server.address, pairs, body).check().status == 401

    requests(100)
    until(lambda: is_asleep(server.process))
    files, memory = open_files(server.process), resident_bytes(server.process)
    requests(700)
    until(lambda: is_asleep(server.process))
    assert open_files(server.process) == files
    # One leaked body a request would be 20 MB.
    assert resident_bytes(server.process) - memory < 2_000_000


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_process_without_descriptors_left_goes_on_when_there_are_some(tmp_path):
    with serving(tmp_path) as server:
        server.get().check()
        until(lambda: is_asleep(server.process))
        count = open_files(server.process)
        normal = resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE)
        highest = max(int(name) for name in os.listdir(f"/proc/{server.process.pid}/fd"))
        if highest + 1 != count:
            pytest.skip("the descriptors in use leave a gap")
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (count, normal[1]))
        with Connection(server.address) as connection:
            connection.send(
                fastcgi.begin(), fastcgi.parameters(variables()), fastcgi.stream(fastcgi.STDIN, b"")
            )
            until(lambda: "Too many open files" in server.errors())
            resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, normal)
            assert connection.answer().check().status == 200
        assert server.errors().count("Too many open files") == 1
