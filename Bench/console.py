"""What a page of the console costs with many users and a long audit trail."""

import contextlib
import json
import os
import pathlib
import re
import resource
import shutil
import sqlite3
import subprocess
import urllib.parse

PASSWORD = "correct horse battery"
SETUP_KEY = "bench"
FAMILY = ["Weber", "Novak", "Silva", "Nair", "Berg", "Chen", "Okafor", "Tanaka", "Kowalski", "Haddad"]
GIVEN = ["Lena", "Aaron", "Ana", "Priya", "Anton", "Alex", "Amara", "Mei", "Adam", "Omar"]


def database(directory):
    return pathlib.Path(directory) / "roster.sqlite"


def page(program, directory, path, cookie="", body=None):
    """Asks for a page as a CGI program: status, fields, body, milliseconds of processor time."""
    sent = (body or "").encode()
    target, _, query = path.partition("?")
    variables = {
        "GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_METHOD": "GET" if body is None else "POST",
        "REQUEST_URI": "/scim/admin" + path, "HTTP_HOST": "localhost", "REMOTE_ADDR": "127.0.0.1",
        "HTTP_USER_AGENT": "bench", "HTTP_COOKIE": cookie, "CONTENT_LENGTH": str(len(sent)),
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "ROSTER_DATABASE": str(database(directory)), "ROSTER_SETUP_KEY": SETUP_KEY,
        "ROSTER_LOG": "/dev/null",
    }
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    answer = subprocess.run([program], env=variables, input=sent, capture_output=True, check=True).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    head, _, content = answer.partition(b"\r\n\r\n")
    fields = [line.partition(": ")[::2] for line in head.decode().split("\r\n")]
    used = sum(getattr(after, name) - getattr(before, name) for name in ("ru_utime", "ru_stime"))
    return int(fields[0][1][:3]), fields, content.decode(), 1_000 * used


def cookies(fields):
    return "; ".join(value.partition(";")[0] for name, value in fields
                     if name == "Set-Cookie" and "Max-Age=0" not in value)


def signed_in(program, directory):
    """A session's cookie, of an administrator who is made for it."""
    _, fields, form, _ = page(program, directory, "/set-up")
    token = re.search(r'name="csrf" value="([^"]+)"', form).group(1)
    status, fields, content, _ = page(program, directory, "/set-up", cookies(fields), urllib.parse.urlencode({
        "csrf": token, "key": SETUP_KEY, "name": "bench@example.com", "password": PASSWORD}))
    if status != 303:
        raise RuntimeError(f"the console answered {status}: {content}")
    return cookies(fields)


def user(number):
    given, family = GIVEN[number % 10], FAMILY[number // 10 % 10]
    name = f"{given.lower()}.{family.lower()}{number}@example.com"
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name,
        "name": {"givenName": given, "familyName": f"{family}{number % 997}"}, "active": True,
        "emails": [{"value": name, "type": "work", "primary": True}],
    }


def fill(program, directory, users, entries):
    """Fills a directory by its tables: by requests it would take hours."""
    pathlib.Path(directory).mkdir(parents=True, exist_ok=True)
    subprocess.run([program, "token", "create", "bench", "--database", database(directory)],
                   check=True, capture_output=True)
    store = sqlite3.connect(database(directory))
    store.execute("PRAGMA journal_mode = WAL")
    store.execute("PRAGMA synchronous = OFF")
    numbers = dict(store.execute("SELECT name, id FROM attribute"))
    core = "urn:ietf:params:scim:schemas:core:2.0:User:"
    number = {name: numbers[core + name] for name in ("userName", "emails.value")}
    start = 1_700_000_000_000_000
    with store:
        for key in range(1, users + 1):
            made = user(key)
            scim_id = f"00000000-0000-7000-8000-{key:012d}"
            store.execute("INSERT INTO resource VALUES (?, ?, 'User', ?, ?, 1, ?)", (
                key, scim_id, start + key, start + key,
                json.dumps({"schemas": made["schemas"], "id": scim_id, **made}, separators=(",", ":"))))
            store.execute("INSERT INTO value VALUES (?, ?, 0, 2, ?)", (key, number["userName"], made["userName"]))
            store.execute("INSERT INTO value VALUES (?, ?, 0, 1, ?)",
                          (key, number["emails.value"], made["userName"]))
        store.execute("INSERT INTO resource_count VALUES ('User', ?)", (users,))
        body = json.dumps(user(1))
        for sequence in range(1, entries + 1):
            key = sequence * 7919 % users + 1
            refused = sequence % 50 == 0
            store.execute(
                """INSERT INTO journal (at, request, actor_type, actor_id, actor, action, type, resource, name,
                    version, detail, method, path, address, agent, status, microseconds, body)
                VALUES (?, ?, 'token', 1, 'bench', ?, 'User', ?, ?, 1, ?, 'PATCH', ?, ?, 'bench', ?, 900, ?)""",
                (start + 30_000_000 * sequence, f"{sequence:016x}", "modify",
                 f"00000000-0000-7000-8000-{key:012d}", user(key)["userName"],
                 json.dumps({"attributes": ["title"]}), f"/Users/{key}", f"192.0.2.{sequence % 200}",
                 400 if refused else 200, body))
    store.close()
    # Words and counts follow, in batches.
    while indexed(directory) < entries:
        subprocess.run([program, "status", "--database", database(directory)], capture_output=True)


def indexed(directory):
    """Number of the newest entry that is found by words."""
    with contextlib.closing(sqlite3.connect(database(directory))) as store:
        row = store.execute("SELECT value FROM counter WHERE name = 'journal_word'").fetchone()
    return row[0] if row else 0


PAGES = {
    "overview": "/",
    "users": "/users",
    "users by a word": "/users?q=weber42",
    "users by a beginning": "/users?q=le",
    "users by a filter": "/users?by=filter&q=userName+sw+%22lena%22",
    "one user": "/users/00000000-0000-7000-8000-000000000042",
    "audit": "/audit",
    "audit by person": "/audit?q=lena.weber1",
    "audit by address": "/audit?q=192.0.2.7",
    "audit by nobody's address": "/audit?q=198.51.100.1",
    "audit refused": "/audit?result=refused",
    "audit by status and person": "/audit?status=400&q=lena",
    "audit between days": "/audit?from=2024-03-01&to=2024-03-05",
    "deliveries": "/deliveries",
    "tokens": "/tokens",
    "mapping": "/mapping",
    "settings": "/settings",
}


def measure(program, directory, times=5):
    """Milliseconds of processor time for each page, the start of a process included: the median."""
    cookie = signed_in(program, directory)
    results = {}
    for name, path in PAGES.items():
        runs = []
        for _ in range(times):
            status, _, content, used = page(program, directory, path, cookie)
            if status != 200:
                raise RuntimeError(f"{path}: {status}: {content[:500]}")
            runs.append(used)
        results[name] = sorted(runs)[len(runs) // 2]
    return results


def export(program, directory):
    """Bytes of the whole trail as CSV, and bytes that the program took at most."""
    child = subprocess.Popen([program, "audit", "--export", "csv", "--database", database(directory)],
                             stdout=subprocess.PIPE)
    size = sum(iter(lambda: len(child.stdout.read(1 << 20)), 0))
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        raise RuntimeError("the audit trail could not be exported")
    return size, 1_024 * usage.ru_maxrss


def report(program, cache, schema, say, quick):
    """Measures all and prints it; the directory is kept for the next time."""
    users, entries = (20_000, 100_000) if quick else (100_000, 1_000_000)
    directory = cache / f"console-{users}-{entries}-{schema}"
    if not directory.exists():
        say(f"filling a directory with {users} users and {entries} entries")
        unfinished = directory.with_suffix(".part")
        shutil.rmtree(unfinished, ignore_errors=True)
        fill(program, unfinished, users, entries)
        unfinished.rename(directory)
    say("pages of the console")
    with contextlib.closing(sqlite3.connect(database(directory))) as store:
        with store:
            store.execute("DELETE FROM administrator")
    print(f"\nPages of the console, {users:,} users and {entries:,} entries: milliseconds of processor "
          "time, a process's start included; at most 50.\n")
    for name, used in measure(program, directory).items():
        print(f"{name:<30}{used:>8.1f}{'' if used <= 50 else '  above'}")
    size, peak = export(program, directory)
    print(f"\nThe whole trail as CSV: {size / 1e6:.0f} MB, by a process of {peak / 1e6:.1f} MB.\n")
