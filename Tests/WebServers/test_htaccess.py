"""What customers of shared hosting do beyond deploy/htaccess, and what their host does meanwhile."""

import concurrent.futures
import contextlib
import pathlib
import re
import signal
import sqlite3

import pytest

import sites
from scim import Client, user

MODULES = pytest.mark.parametrize("module", ["fcgid", "cgid"])


@MODULES
@pytest.mark.parametrize("line", [
    'SetEnvIf Authorization "(.*)" HTTP_AUTHORIZATION=$1',
    "RewriteRule ^ - [E=HTTP_AUTHORIZATION:%{HTTP:Authorization}]",
])
def test_trap_04_empty_variable_is_no_authorization(module, line):
    """Widespread recipes set the variable whether or not there is a header."""
    edit = sites.replaced('SetEnvIf Authorization "(.+)" HTTP_AUTHORIZATION=$1', line)
    with sites.running("htaccess", lambda site: sites.start_htaccess(site, module, edit)) as site:
        assert site.client.get("/Users?count=0").status == 200
        answer = Client(site.base).get("/Users")
        assert answer.status == 401
        assert "missing" in answer.json["detail"]


@MODULES
def test_authorization_that_an_internal_redirect_renames(module):
    """The rule does not run again after the redirect: REDIRECT_HTTP_AUTHORIZATION is all there is."""
    def edit(text):
        return sites.without("SetEnvIf ")(sites.WITH_SUFFIX(text)).replace(
            "RewriteRule ^(v2|admin)(/|$) scim.fcgi [L]",
            "RewriteCond %{HTTP:Authorization} .\n"
            "RewriteRule ^v2(/|$) scim.fcgi [E=HTTP_AUTHORIZATION:%{HTTP:Authorization},END]\n"
            "RewriteRule ^v2(/|$) scim.fcgi [END]")

    def start(site):
        sites.start_htaccess(site, module, edit, name="scim.fcgi")

    with sites.running("htaccess", start) as site:
        assert site.client.get("/Users?count=0").status == 200
        assert Client(site.base).get("/Users").status == 401
        assert Client(site.base, "wrong").get("/Users").status == 401


def settings_of_the_manual(site):
    """The file for suexec, with this machine's path."""
    manual = (sites.ROOT / "docs/install/shared-hosting.md").read_text()
    line, = set(re.findall(r"^ +(ROSTER_DATABASE=\S+)$", manual, re.MULTILINE))
    return sites.replaced("/home/USER/roster/roster.sqlite", str(site.database))(line + "\n")


def replace_program(site, text):
    """Puts a script into the program's place, by renaming."""
    folder = site.docroot / "scim"
    (folder / "v2.new").write_text(text)
    (folder / "v2.new").chmod(0o755)
    (folder / "v2.new").rename(folder / "v2")


@MODULES
def test_settings_beside_the_program(module):
    """Where the web server's variables do not arrive; nobody can read the file."""
    def start(site):
        sites.start_htaccess(site, module, sites.replaced("\nSetEnv ", "\n#SetEnv "))
        path = site.docroot / "scim/v2.conf"
        path.write_text(settings_of_the_manual(site))
        sites.give(path)

    with sites.running("htaccess", start) as site:
        assert site.client.post("/Users", user("ada@example.test")).status == 201
        assert site.client.get("/Users").json["totalResults"] == 1
        for name in ("v2.conf", "v2.token"):
            (site.docroot / "scim" / name).touch()
            (site.docroot / "scim" / name).chmod(0o644)
            assert Client(f"{site.origin}/scim").get(f"/{name}").status == 404


def test_program_is_replaced_by_renaming():
    """Requests go on, and the next ones are answered by the new program."""
    with sites.running("htaccess-fcgid") as site:
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            answers = [pool.submit(site.client.get, "/Users?count=0") for _ in range(100)]
            replace_program(
                site, "#!/bin/sh\nexport ROSTER_BASE_URL=https://new.example/v2\n"
                f"exec {sites.program()}\n")
            assert {answer.result().status for answer in answers} == {200}
        answer = site.client.get("/ServiceProviderConfig")
        assert answer.json["meta"]["location"].startswith("https://new.example/v2/")


def test_trap_10_graceful_restart_loses_no_request_in_flight():
    with sites.running("htaccess-fcgid") as site, concurrent.futures.ThreadPoolExecutor() as pool:
        roster, = processes(site.docroot / "scim/v2")
        apache, = site.processes
        before = bytes_read(roster)
        with contextlib.closing(sqlite3.connect(site.database)) as other:
            other.execute("BEGIN IMMEDIATE")
            answer = pool.submit(site.client.post, "/Users", user("ada@example.test"))
            # The request has arrived, and waits for the lock, when the signal comes.
            sites.until(lambda: bytes_read(roster) > before)
            apache.send_signal(signal.SIGUSR1)
            sites.until(lambda: is_pending(roster, signal.SIGTERM))
            other.rollback()
        assert answer.result().status == 201
        assert site.client.get("/Users").json["totalResults"] == 1


def processes(program):
    """Folders in /proc of the processes of a program."""
    for pid, _ in sites.parents():
        with contextlib.suppress(OSError):
            folder = pathlib.Path(f"/proc/{pid}")
            if (folder / "exe").readlink() == program:
                yield folder


def bytes_read(process):
    return int(re.search(r"rchar: (\d+)", (process / "io").read_text())[1])


def is_pending(process, number):
    pending = re.search(r"ShdPnd:\s*(\w+)", (process / "status").read_text())[1]
    return int(pending, 16) & 1 << (number - 1) != 0
