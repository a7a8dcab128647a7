"""`roster check`: it finds what is wrong with real sites, names the cure, and changes nothing."""

import contextlib
import os
import pathlib
import shutil
import sqlite3
import subprocess
import tempfile

import pytest

import sites
from scim import user
from sites import replaced, running, with_parameters, without


class Findings:
    def __init__(self, result):
        self.status = result.returncode
        self.text = result.stdout + result.stderr
        self.lines = result.stdout.splitlines()

    def of(self, level):
        return [line for line in self.lines if line.startswith(f"{level}: ")]

    def only(self, level, *words):
        """The one finding of a level, which must contain all these words."""
        found = self.of(level)
        assert len(found) == 1, self.text
        assert not [word for word in words if word not in found[0]], self.text
        return found[0]

    def has(self, level, *words):
        return any(all(word in line for word in words) for line in self.of(level))


def check(*arguments, database=None, path=sites.PATH, **environment):
    """Findings of the check, run as the user who runs Roster."""
    if database is not None:
        environment["ROSTER_DATABASE"] = str(database)
    result = subprocess.run(
        [sites.program(), "check", *map(str, arguments)], capture_output=True, text=True,
        timeout=120, env={"PATH": path, **environment}, **sites.UNPRIVILEGED)
    assert result.returncode in (0, 1), result.stderr
    findings = Findings(result)
    assert (findings.status == 1) == bool(findings.of("error")), findings.text
    levels = ("ok: ", "note: ", "warning: ", "error: ")
    assert all(line.startswith(levels) for line in findings.lines)
    return findings


def check_site(site, *arguments, **options):
    return check("--url", site.base, *arguments, **{"database": site.database, **options})


@pytest.fixture
def folder():
    """A folder that every user can enter, unlike pytest's own."""
    with tempfile.TemporaryDirectory(prefix="roster-test-", dir="/tmp") as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        yield folder


def htaccess(module, edit=sites.as_it_is):
    return lambda site: sites.start_htaccess(site, module, edit)


def nginx(edit):
    """nginx with an edited deploy/nginx.conf."""
    return running("nginx", lambda site: sites.start_nginx(site, edit))


def apache(*lines):
    """Apache with mod_fcgid and deploy/apache.conf, and these lines behind it."""
    def start(site):
        sites.start_apache(site, ["fcgid", "proxy"], [
            f"Define ROSTER_PROGRAM {sites.program()}",
            f"Define ROSTER_DATABASE {site.database}",
            f"Include {sites.DEPLOY}/apache.conf",
            *lines,
        ])
    return start


def assert_in_deploy(file, line):
    """A cure is the line that the file in deploy/ has."""
    assert line in (sites.ROOT / "deploy" / file).read_text()


def rows(database):
    """What a check must not change.

    That it made and revoked a token is in the journal, and what it was refused.
    """
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return {
            table: connection.execute(f"SELECT * FROM {table}").fetchall()
            for table in ("resource", "value",
                          "journal WHERE type <> 'Token' AND coalesce(status, 200) < 400")
        }


def tokens(site):
    """Name and state of each token."""
    lines = site.command("token", "list").splitlines()[1:]
    return [(line.split("\t")[1], line.split("\t")[-1]) for line in lines]


# Sites


def test_good_site_has_no_error(site):
    assert site.client.post("/Users", user("somebody")).status in (201, 409)
    before = rows(site.database)
    findings = check_site(site, "--thorough")
    assert findings.status == 0, findings.text
    assert findings.has("ok", "Authorization arrives", "this database")
    for method in "PUT", "PATCH", "DELETE":
        assert findings.has("ok", f"{method} arrives")
    assert findings.has("ok", "entity tags")
    if site.kind.startswith("htaccess-fcgid"):
        # mod_fcgid's limit is out of reach of .htaccess.
        findings.only("warning", "200000", "FcgidMaxRequestLen 4194304", "SetHandler cgi-script")
    else:
        assert findings.of("warning") == []
        assert findings.has("ok", "1048576", "refused")
    assert rows(site.database) == before
    assert ("tests", "valid") in tokens(site)
    assert all(state.startswith("revoked") for name, state in tokens(site) if name == "check")


@pytest.mark.parametrize("module", ["fcgid", "cgid"])
def test_lost_authorization_in_htaccess(module):
    with running("lost-header", htaccess(module, without("SetEnvIf "))) as site:
        line = 'SetEnvIf Authorization "(.+)" HTTP_AUTHORIZATION=$1'
        findings = check_site(site)
        findings.only("error", "Authorization", "Apache", line, "CGIPassAuth On")
        assert_in_deploy("htaccess", line)
        assert_in_deploy("apache.conf", "CGIPassAuth On")
        # The rest is told all the same.
        assert findings.has("ok", "PATCH arrives")


def test_lost_authorization_in_nginx():
    with nginx(with_parameters(HTTP_AUTHORIZATION='""')) as site:
        check_site(site).only(
            "error", "Authorization", "nginx",
            "fastcgi_param HTTP_AUTHORIZATION $http_authorization;")


def test_nginx_with_limit_except():
    edit = replaced("fastcgi_keep_conn off;", "limit_except GET POST { deny all; }")
    with nginx(edit) as site:
        findings = check_site(site)
        assert len(findings.of("error")) == 3, findings.text
        for method in "PUT", "PATCH", "DELETE":
            assert findings.has("error", "nginx", method, "403", "limit_except")


def test_nginx_that_refuses_patch():
    edit = replaced("fastcgi_keep_conn off;", "if ($request_method = PATCH) { return 405; }")
    with nginx(edit) as site:
        findings = check_site(site)
        findings.only("error", "nginx", "PATCH", "405", "return", "location ^~ /scim/v2")
        assert_in_deploy("nginx.conf", "location ^~ /scim/v2")
        assert findings.has("ok", "PUT arrives")


@pytest.mark.parametrize(
    "limit, level, size", [("20k", "error", 50000), ("100k", "warning", 200000)])
def test_nginx_with_a_small_body_limit(limit, level, size):
    edit = replaced("client_max_body_size 4m;", f"client_max_body_size {limit};")
    with nginx(edit) as site:
        check_site(site).only(level, str(size), "413", "client_max_body_size 4m;")


def test_nginx_that_replaces_errors():
    edit = replaced(
        "fastcgi_intercept_errors off;",
        "fastcgi_intercept_errors on; error_page 403 404 /index.php;")
    with nginx(edit) as site:
        check_site(site).only("error", "nginx", "404", "fastcgi_intercept_errors off;")
        assert_in_deploy("nginx.conf", "fastcgi_intercept_errors off;")


def test_nginx_with_another_base_url():
    with nginx(with_parameters(ROSTER_BASE_URL="https://old.example.com/scim/v2")) as site:
        findings = check_site(site)
        assert findings.status == 0
        findings.only(
            "warning", "https://old.example.com/scim/v2", f"ROSTER_BASE_URL {site.base}")


def test_nginx_without_roster_behind_it():
    with running("nginx") as site:
        site.stop_roster()
        check_site(site).only("error", "503", "roster.socket", "set $roster_socket unix:")
        assert_in_deploy("nginx.conf", "set $roster_socket unix:/run/roster/roster.sock;")


def test_apache_that_limits_methods():
    limit = ('<Location "/scim/v2">', "<Limit DELETE PATCH>", "Require all denied", "</Limit>",
             "</Location>")
    with running("limit", apache(*limit)) as site:
        findings = check_site(site)
        assert len(findings.of("error")) == 2, findings.text
        for method in "DELETE", "PATCH":
            assert findings.has("error", "Apache", method, "403", "Limit")


def test_apache_with_the_usual_fcgid_limit():
    with running("fcgid-limit", apache("FcgidMaxRequestLen 131072")) as site:
        check_site(site).only("warning", "200000", "500", "FcgidMaxRequestLen 4194304")
        assert_in_deploy("apache.conf", "FcgidMaxRequestLen 4194304")


def test_apache_that_takes_the_entity_tag():
    with running("etag", apache("Header unset ETag")) as site:
        assert site.client.post("/Users", user("somebody")).status == 201
        check_site(site).only("warning", "ETag", "Header unset ETag")


def test_other_database_than_the_sites():
    with running("nginx") as site:
        other = site.data / "other.sqlite"
        site.command("token", "create", "tests", "--database", str(other))
        findings = check_site(site, database=other)
        findings.only(
            "error", "another database", f"fastcgi_param ROSTER_DATABASE {other}",
            f"Environment=ROSTER_DATABASE={other}")


def test_site_without_a_database():
    edit = replaced("SetEnv ROSTER_DATABASE", "#SetEnv ROSTER_DATABASE")
    with running("htaccess", htaccess("fcgid", edit)) as site:
        check_site(site).only("error", "503", f"SetEnv ROSTER_DATABASE {site.database}")


# Places that are not Roster's


@pytest.fixture(scope="module")
def apache_site():
    with running("htaccess-cgid") as site:
        yield site


def place(site, name, text):
    """A folder of the site with the program and a .htaccess of its own; its base URL."""
    folder = site.docroot / name
    folder.mkdir(mode=0o755)
    shutil.copy(sites.program(), folder / "v2")
    (folder / ".htaccess").write_text(text)
    return f"{site.origin}/{name}/v2"


def test_front_controller_answers(apache_site):
    findings = check("--url", f"{apache_site.origin}/nowhere/v2", database=apache_site.database)
    findings.only("error", "answers at /nowhere/v2 instead of Roster", "deploy/htaccess")


def test_wordpress_is_named(apache_site):
    index = apache_site.docroot / "index.php"
    text = index.read_text()
    index.write_text('<html><link href="/wp-includes/css/style.css"></html>\n')
    try:
        findings = check("--url", f"{apache_site.origin}/no/v2", database=apache_site.database)
        findings.only("error", "WordPress answers at /no/v2")
    finally:
        index.write_text(text)


def test_program_is_sent_instead_of_run(apache_site):
    url = place(apache_site, "raw", "RewriteEngine Off\nAcceptPathInfo On\n")
    findings = check("--url", url, database=apache_site.database)
    findings.only("error", "sends the program", "SetHandler fcgid-script")
    assert_in_deploy("htaccess", "SetHandler fcgid-script")


def test_redirect_is_followed_by_nobody(apache_site):
    target = f"{apache_site.base}"
    url = place(apache_site, "old", f"RewriteEngine Off\nRedirect /old/v2 {target}\n")
    check("--url", url, database=apache_site.database).only(
        "error", "redirects", f"use the URL {target}")


def test_login_of_the_web_server(apache_site):
    url = place(apache_site, "locked", (
        "RewriteEngine Off\nAuthType Basic\nAuthName x\nAuthUserFile /dev/null\n"
        "Require valid-user\n"))
    check("--url", url, database=apache_site.database).only("error", "login", "Require valid-user")


def test_forbidden_path(apache_site):
    url = place(apache_site, "closed", "RewriteEngine Off\nRequire all denied\n")
    check("--url", url, database=apache_site.database).only("error", "forbids", "ExecCGI")


def test_base_url_with_the_wrong_path(apache_site):
    findings = check("--url", apache_site.base + "/Users", database=apache_site.database)
    findings.only("error", "not at this base URL", f"--url {apache_site.origin}/scim/v2")


def test_nobody_listens():
    url = f"http://127.0.0.1:{sites.free_port()}/scim/v2"
    findings = check("--url", url, "--token-file", "/dev/null")
    findings.only("error", url, "cannot be reached: curl: (7)")


@pytest.mark.parametrize("url", ["scim.example.com", "ftp://h/v2", "http://a b/", "http://h:x/v2"])
def test_no_url(url, folder):
    assert check("--url", url, database=folder / "x").has("error", "no base URL")


def test_database_that_everybody_can_download(apache_site):
    database = apache_site.docroot / "roster.db"
    subprocess.run(
        [sites.program(), "token", "create", "x", "--database", str(database)], check=True,
        capture_output=True)
    for path in apache_site.docroot.glob("roster.db*"):
        path.chmod(0o644)
    try:
        findings = check_site(
            apache_site, "--document-root", apache_site.docroot, database=database)
        assert findings.has("error", "in the document root", ".htroster.db")
        assert findings.has("error", "download", f"{apache_site.origin}/roster.db")
    finally:
        for path in apache_site.docroot.glob("roster.db*"):
            path.unlink()


# Secrets


def test_no_secret_in_the_process_list(apache_site, folder):
    folder.chmod(0o777)
    spy = folder / "curl"
    spy.write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$@" >> {folder}/seen\n/usr/bin/env >> {folder}/seen\n'
        f'exec {shutil.which("curl")} "$@"\n')
    spy.chmod(0o755)
    (folder / "token").write_text(apache_site.token + "\n")
    findings = check_site(
        apache_site, "--token-file", folder / "token", path=f"{folder}:{sites.PATH}")
    assert findings.status == 0, findings.text
    seen = (folder / "seen").read_text()
    assert "--config" in seen
    assert apache_site.token not in seen and "roster_" not in seen
    assert apache_site.token not in findings.text


def test_wrong_token_file(apache_site, folder):
    (folder / "token").write_text("roster_nonsense")
    check_site(apache_site, "--token-file", folder / "token").only("error", "not valid")


def test_url_alone_with_a_token_file(apache_site, folder):
    (folder / "token").write_text(apache_site.token)
    findings = check("--url", apache_site.base, "--token-file", folder / "token")
    assert findings.status == 0, findings.text


def test_curl_is_missing(apache_site, folder):
    check_site(apache_site, path=str(folder)).only("error", "curl", "apt-get install curl")


# The database


@pytest.fixture
def database(folder):
    return database_in(folder)


def database_in(folder):
    """A database with a valid token in a folder of its own, as its owner would have it."""
    data = folder / "data"
    data.mkdir(mode=0o700)
    sites.give(data)
    path = data / "roster.sqlite"
    token(path, "tests")
    return path


def token(database, *arguments):
    subprocess.run(
        [sites.program(), "token", "create", *arguments, "--database", str(database)], check=True,
        capture_output=True, **sites.UNPRIVILEGED)


def pragma(database, text):
    with contextlib.closing(sqlite3.connect(database)) as connection:
        return connection.execute(f"PRAGMA {text}").fetchone()


def test_good_database(database):
    findings = check("--thorough", database=database)
    assert findings.status == 0
    assert findings.of("warning") == []
    assert findings.has("ok", "WAL") and findings.has("ok", "1 valid token")


def test_no_database_is_named():
    check().only("error", "no database is named", "ROSTER_DATABASE=")


def test_database_that_is_still_missing(database):
    missing = database.parent / "new.sqlite"
    findings = check(database=missing)
    assert findings.status == 0
    findings.only("warning", f"the database {missing} does not exist yet", "roster migrate")
    assert not missing.exists()


def test_folder_that_is_missing(folder):
    check(database=folder / "no" / "roster.sqlite").only("error", "does not exist", "mkdir")


@pytest.mark.skipif(not sites.IS_ROOT, reason="needs files of another user")
def test_folder_of_another_user(database):
    shutil.chown(database.parent, "root", "root")
    database.parent.chmod(0o755)
    findings = check(database=database)
    assert findings.has("error", "not writable", "owner root", f"chown www-data {database.parent}")


@pytest.mark.skipif(not sites.IS_ROOT, reason="needs files of another user")
def test_database_of_another_user(database):
    shutil.chown(database, "root", "root")
    database.chmod(0o644)
    assert check(database=database).has("error", str(database), "not writable", "owner root")


@contextlib.contextmanager
def opened(database):
    """Somebody else has the database open, so that its -wal and -shm are there."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.execute("SELECT count(*) FROM resource").fetchone()
        for suffix in "-wal", "-shm":
            sites.give(f"{database}{suffix}")
        yield


def test_database_that_its_owner_may_not_write(database):
    database.chmod(0o400)
    findings = check(database=database)
    assert findings.has("error", str(database), "not writable", f"chmod 600 {database}")
    database.chmod(0o600)
    assert check(database=database).status == 0


def test_folder_that_its_owner_may_not_write(database):
    database.parent.chmod(0o500)
    findings = check(database=database)
    assert findings.has("error", "not writable", f"chmod 700 {database.parent}")
    database.parent.chmod(0o700)
    assert check(database=database).status == 0


def test_what_a_spell_of_a_read_only_database_leaves(database):
    with opened(database):
        for suffix in "-wal", "-shm":
            os.chmod(f"{database}{suffix}", 0o444)
        findings = check(database=database)
        assert findings.status == 0, findings.text
        assert findings.of("warning") == []
        for suffix in "-wal", "-shm":
            assert findings.has("note", f"{database}{suffix}", "Roster makes it writable")
        findings = check(database=database)
        assert not findings.has("note", "is read-only")


def test_readable_database(database):
    database.parent.chmod(0o755)
    database.chmod(0o644)
    check(database=database).only("warning", "0644", f"chmod 600 {database}")


def test_folder_that_others_write(database):
    database.parent.chmod(0o770)
    check(database=database).only("warning", "others can replace", f"chmod 700 {database.parent}")


def test_relative_path(database):
    relative = os.path.relpath(database)
    assert check(database=relative).has("error", "absolute", f"ROSTER_DATABASE={database}")


def test_named_document_root(database):
    check("--document-root", database.parent.parent, database=database).only(
        "error", "document root", ".htroster.sqlite")


def test_guessed_document_root(database):
    (database.parent / "index.php").touch()
    findings = check(database=database)
    assert findings.status == 0
    findings.only("warning", "document root", "index.php")


def test_folder_with_a_document_roots_name(database):
    folder = database.parent / "public_html"
    folder.mkdir(mode=0o700)
    sites.give(folder)
    token(folder / "roster.sqlite", "tests")
    check(database=folder / "roster.sqlite").only("warning", "document root", "public_html")


@pytest.mark.skipif(not os.path.ismount("/dev/shm"), reason="needs a file system in memory")
def test_database_in_memory():
    with tempfile.TemporaryDirectory(prefix="roster-test-", dir="/dev/shm") as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        check(database=database_in(folder)).only("warning", "in memory")


def test_name_that_apache_hides(database):
    hidden = database.parent / ".htroster.sqlite"
    token(hidden, "tests")
    findings = check("--document-root", database.parent.parent, database=hidden)
    assert findings.of("error") == findings.of("warning") == []
    assert findings.has("note", ".ht", "nginx does not")


def test_not_a_database(database):
    database.write_text("a shopping list, long enough to be mistaken for something\n" * 20)
    check(database=database).only("error", "cannot be opened")


def test_database_of_another_program(database):
    pragma(database, "application_id = 1")
    check(database=database).only("error", "not Roster's")


def test_newer_schema(database):
    pragma(database, "user_version = 99")
    check(database=database).only("error", "99", "newer program")


def test_older_schema(database):
    pragma(database, "user_version = 0")
    check(database=database).only("error", "roster migrate")


def test_empty_database(database):
    for path in database.parent.glob("*"):
        path.unlink()
    database.touch(mode=0o600)
    sites.give(database)
    check(database=database).only("warning", "empty", "roster migrate")
    assert database.stat().st_size == 0


def test_rollback_journal(database):
    assert pragma(database, "journal_mode = DELETE") == ("delete",)
    check(database=database).only("warning", "delete", "PRAGMA journal_mode = WAL")


def test_damaged_page(database):
    pragma(database, "wal_checkpoint(TRUNCATE)")
    with open(database, "r+b") as file:
        file.seek(3 * 4096)
        file.write(os.urandom(4096))
    assert check("--thorough", database=database).has("error", "restore a backup")


def test_no_valid_token(database):
    subprocess.run(
        [sites.program(), "token", "revoke", "tests", "--database", str(database)], check=True,
        capture_output=True, **sites.UNPRIVILEGED)
    check(database=database).only("warning", "no token is valid", "roster token create")


def test_token_that_ends_soon(database):
    token(database, "okta", "--profile", "okta", "--expires", "10d")
    token(database, "entra", "--expires", "90d")
    check(database=database).only("warning", "okta", "expires", "--profile okta")


def test_token_that_has_a_successor(database):
    token(database, "okta", "--expires", "10d")
    token(database, "okta", "--expires", "365d")
    assert check(database=database).of("warning") == []


@pytest.mark.parametrize(
    "url, level, words", [
        ("https://www.example.com/scim/v2", "ok", "https://www.example.com/scim/v2"),
        ("http://www.example.com/scim/v2", "warning", "not https"),
        ("www.example.com/scim/v2", "error", "no URL"),
    ])
def test_base_url(database, url, level, words):
    assert check(database=database, ROSTER_BASE_URL=url).has(level, "ROSTER_BASE_URL", words)


# The program's file


def test_program_that_others_can_change(database):
    program = database.parent / "roster"
    shutil.copy(sites.program(), program)
    for mode, words in (0o775, "can change"), (0o750, "only some users"):
        program.chmod(mode)
        sites.give(program)
        result = subprocess.run(
            [program, "check"], capture_output=True, text=True, timeout=60,
            env={"ROSTER_DATABASE": str(database)}, **sites.UNPRIVILEGED)
        Findings(result).only("warning", words, f"chmod 755 {program}")
