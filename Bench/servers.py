"""The programs under measurement, as FastCGI processes behind one nginx."""

import contextlib
import hashlib
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
from dataclasses import dataclass, field

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
DATABASE = "directory.sqlite"


class BenchError(Exception):
    """What keeps the bench from running, in one line."""


@dataclass(frozen=True)
class Program:
    """A FastCGI program: the floor or Roster."""

    name: str
    binary: pathlib.Path
    variable: str  # the environment variable that names its database
    has_tokens: bool

    def environment(self, directory):
        return {"PATH": "/usr/bin:/bin", self.variable: str(directory / DATABASE)}

    def make_token(self, directory, name):
        """A token's text; this makes the database where there is none."""
        if not self.has_tokens:
            return "none"
        made = subprocess.run(
            [self.binary, "token", "create", name], env=self.environment(directory),
            stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if made.returncode != 0:
            raise BenchError(f"{self.binary} token create failed: {made.stderr.strip()}")
        return made.stdout.strip()

    def schema_key(self):
        """Differs when a database of this program's would have another schema."""
        if not self.has_tokens:
            return hashlib.sha256(self.binary.read_bytes()).hexdigest()
        with tempfile.TemporaryDirectory() as made:
            directory = pathlib.Path(made)
            self.make_token(directory, "key")
            database = sqlite3.connect(directory / DATABASE)
            rows = database.execute("SELECT sql FROM sqlite_schema ORDER BY name").fetchall()
            rows += database.execute("PRAGMA user_version").fetchall()
            database.close()
            return hashlib.sha256(repr(rows).encode()).hexdigest()


@dataclass
class Server:
    """Several processes of one program on one socket, over one directory of users."""

    program: Program
    size: int  # users in its directory
    largest: int  # users in the largest directory that is measured
    count: int  # processes
    socket_path: pathlib.Path
    port: int
    directory: pathlib.Path = None
    token: str = ""
    next: dict = field(default_factory=dict)  # operation → first number not yet used
    peak_bytes: int = 0
    processes: list = field(default_factory=list)

    def start(self, directory):
        self.directory = directory
        self.token = self.program.make_token(directory, f"bench-{time.time_ns()}")
        with socket.socket(socket.AF_UNIX) as listener, open(directory / "log", "ab") as log:
            self.socket_path.unlink(missing_ok=True)
            listener.bind(str(self.socket_path))
            listener.listen(511)
            self.processes = [
                subprocess.Popen(
                    [self.program.binary], stdin=listener, stdout=subprocess.DEVNULL, stderr=log,
                    env=self.program.environment(directory))
                for _ in range(self.count)]
        self.wait()

    def wait(self):
        deadline = time.monotonic() + 20
        status = None
        while status != 200:
            if time.monotonic() > deadline:
                log = (self.directory / "log").read_text(errors="replace")[-600:]
                raise BenchError(f"{self.program.name} answers {status}, not a list; log: {log}")
            with contextlib.suppress(OSError, http.client.HTTPException):
                status, _ = self.request("GET", "/Users?startIndex=1&count=1")
            time.sleep(0.02)

    def stop(self):
        self.note_peak()
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes = []

    def request(self, method, path, body=None):
        """Status and JSON (None when empty) of one request through nginx."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        with contextlib.closing(connection):
            connection.request(
                method, "/scim/v2" + path, body and json.dumps(body, separators=(",", ":")),
                {"Authorization": f"Bearer {self.token}", "Content-Type": "application/scim+json"})
            answer = connection.getresponse()
            content = answer.read()
            is_json = "json" in (answer.getheader("Content-Type") or "")
            return answer.status, json.loads(content) if content and is_json else None

    def expect(self, status, method, path, body=None):
        found, answer = self.request(method, path, body)
        if found != status:
            raise BenchError(f"{self.program.name}: {method} {path[:60]}: {found}, {answer}")
        return answer

    def cpu_seconds(self):
        """User and system time of all its processes since they began."""
        return sum(
            sum(map(int, pathlib.Path(f"/proc/{p.pid}/stat").read_text().rsplit(")")[-1].split()
                    [11:13])) for p in self.processes) / TICKS_A_SECOND

    def note_peak(self):
        for process in self.processes:
            with contextlib.suppress(OSError):
                status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
                peak = re.search(r"VmHWM:\s+(\d+) kB", status)
                self.peak_bytes = max(self.peak_bytes, int(peak[1]) * 1024 if peak else 0)


NGINX = """\
daemon off; {user} pid nginx.pid; error_log error.log; worker_processes 1;
events {{ worker_connections 256; }}
http {{
  access_log off; keepalive_requests 1000000000;
  client_body_temp_path body; fastcgi_temp_path fastcgi; proxy_temp_path proxy;
  scgi_temp_path scgi; uwsgi_temp_path uwsgi;
{servers}}}
"""


def nginx_server(server, deployed):
    """A server block: the configuration that is deployed, with this server's socket."""
    text, places = re.subn(r"unix:/[^\s;#]+", f"unix:{server.socket_path}", deployed)
    if places != 1:
        raise BenchError(f"deploy/nginx.conf names {places} sockets, not one")
    return f"server {{\nlisten 127.0.0.1:{server.port};\n{text}\n}}\n"


def free_ports(count):
    """Ports that were free a moment ago, all different."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


@contextlib.contextmanager
def nginx(servers, directory):
    """One nginx with one worker in front of all servers; both programs' way is the same."""
    deployed = (pathlib.Path(__file__).resolve().parent.parent / "deploy/nginx.conf").read_text()
    path = directory / "nginx.conf"
    path.write_text(NGINX.format(
        # As root nginx would switch to a user who may not open the sockets.
        user="user root;" if os.geteuid() == 0 else "",
        servers="".join(nginx_server(each, deployed) for each in servers)))
    process = subprocess.Popen(
        ["nginx", "-p", directory, "-c", path, "-e", directory / "error.log"],
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}, stdin=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait()
