"""The directories of users and groups that are measured on, made once through HTTP and kept."""

import hashlib
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import tempfile
from dataclasses import dataclass

from servers import DATABASE, BenchError

HERE = pathlib.Path(__file__).resolve().parent
SMALL_MEMBERS = 10
LARGE_MEMBERS = 10_000
SMALL_GROUPS, LARGE_GROUPS = 2000, 2  # in the large directory
MEMBERS_A_REQUEST = 1000
LOADING_BYTES = 1_500_000_000
CROWD = 50_000  # users of the directory that the worst requests are for, all in one group
REPORTS = 20_000  # of its first user
GROUPS_OF_ONE = 1000  # with its second user alone
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
MANAGER = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


def wrk(server, operation, first, seconds, connections, path, groups=0, members=0):
    """One run of wrk; what load.lua prints at its end."""
    run = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "20s",
         "-s", HERE / "load.lua", f"http://127.0.0.1:{server.port}", "--",
         operation, str(first), str(server.size), path, str(groups), str(members)],
        env={**os.environ, "BENCH_TOKEN": server.token}, capture_output=True, text=True)
    lines = [line for line in run.stdout.splitlines() if line.startswith("{")]
    if run.returncode != 0 or not lines:
        raise BenchError(f"wrk failed: {run.stdout}{run.stderr}")
    return json.loads(lines[-1])


def loading_place(cache):
    """Memory if there is plenty: on a disk, most of the loading would be waiting for fsync."""
    memory = pathlib.Path("/dev/shm")
    cache.mkdir(parents=True, exist_ok=True)
    if memory.is_dir() and shutil.disk_usage(memory).free > LOADING_BYTES:
        return memory
    return cache


def load(server, directory):
    users = directory / "users"
    result = wrk(server, "load", 0, 3600, 4, users)
    ids = users.read_text().split() if users.exists() else []
    if len(ids) != server.size:
        raise BenchError(f"{server.program.name} took {len(ids)} users of {server.size}: {result}")
    # A user is in as many groups in every directory; it is the directory's size that differs.
    share = server.size / server.largest
    load_groups(server, directory / "small", int(SMALL_GROUPS * share), ids, SMALL_MEMBERS)
    load_groups(server, directory / "large", LARGE_GROUPS, ids, int(LARGE_MEMBERS * share))


@dataclass
class Crowd:
    """The ids in the directory that the worst requests are for."""

    users: list
    group: str  # of all of them

    @classmethod
    def read(cls, directory):
        group, *users = (directory / "large").read_text().split()
        return cls(users, group)


def load_crowd(server, directory):
    wrk(server, "load", 0, 3600, 4, directory / "users")
    users = (directory / "users").read_text().split()
    load_groups(server, directory / "large", 1, users, len(users))
    manager = {"schemas": [PATCH], "Operations": [
        {"op": "replace", "path": MANAGER, "value": {"value": users[0]}}]}
    for user in users[-REPORTS:]:
        server.expect(200, "PATCH", f"/Users/{user}", manager)
    for number in range(GROUPS_OF_ONE):
        server.expect(201, "POST", "/Groups", {
            "schemas": [GROUP], "displayName": f"one {number}", "members": [{"value": users[1]}]})


def load_groups(server, path, count, users, size):
    """Groups of `size` users each, evenly spread; the file names the groups, then the users.

    The members of a group follow each other in the list of users, and the groups begin at equal
    distances; load.lua goes on from there when it adds some.
    """
    groups = []
    for number in range(count):
        start = number * (len(users) // count)
        members = [{"value": users[(start + i) % len(users)]} for i in range(size)]
        chunks = [members[i:i + MEMBERS_A_REQUEST] for i in range(0, size, MEMBERS_A_REQUEST)]
        group = server.expect(201, "POST", "/Groups", {
            "schemas": [GROUP], "displayName": f"{path.name} {number}", "members": chunks[0]})
        groups.append(group["id"])
        for chunk in chunks[1:]:
            server.expect(204, "PATCH", f"/Groups/{group['id']}", {
                "schemas": [PATCH],
                "Operations": [{"op": "add", "path": "members", "value": chunk}]})
    path.write_text("\n".join(groups + users) + "\n")


def prepared(server, cache, say, load=load):
    """The directory with this server's data, loaded now if it has not been before."""
    key = hashlib.sha256(
        (f"{load.__name__} {server.largest} {server.program.schema_key()}" + (HERE / "load.lua").read_text()
         + pathlib.Path(__file__).read_text()).encode()).hexdigest()[:12]
    name = f"{server.program.name}-{load.__name__}-{server.size}of{server.largest}"
    directory = cache / f"{name}-{key}"
    if directory.exists():
        return directory
    for old in cache.glob(f"{name}-*"):
        shutil.rmtree(old)
    say(f"loading {server.size} users into {server.program.name}, once …")
    with tempfile.TemporaryDirectory(dir=loading_place(cache), prefix="bench-") as making:
        server.start(pathlib.Path(making))
        try:
            load(server, pathlib.Path(making))
        finally:
            server.stop()
        settle(pathlib.Path(making))
        half = cache / f"half-{name}"
        shutil.rmtree(half, ignore_errors=True)
        shutil.copytree(making, half)
    half.rename(directory)
    return directory


def settle(directory):
    """Everything into the database file proper."""
    database = sqlite3.connect(directory / DATABASE)
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
