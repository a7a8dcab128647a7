"""Settings that reach Roster through the web server's configuration, as environment, or in files."""

import hashlib
import os
import subprocess

import pytest

import sites
from scim import Client, user

BASE_URL = "https://people.example.com/directory/scim/v2"


def htaccess(site):
    sites.start_htaccess(
        site, "fcgid", lambda text: text + f"SetEnv ROSTER_BASE_URL {BASE_URL}\n")


def apache(site):
    sites.spawn_roster(site)
    sites.start_apache(site, ["proxy", "proxy_fcgi"], [
        f"Define ROSTER_SOCKET {site.directory}/roster.sock",
        f"Include {sites.DEPLOY}/apache.conf",
        f"<Location /scim/v2>\nSetEnv ROSTER_BASE_URL {BASE_URL}\n</Location>",
    ])


@pytest.mark.parametrize("starter", [htaccess, apache])
def test_base_url(starter):
    with sites.running("apache", starter) as site:
        answer = site.client.post("/Users", user("ada@example.test"))
        location = f"{BASE_URL}/Users/{answer.json['id']}"
        assert answer.headers["location"] == location
        assert answer.json["meta"]["location"] == location


def test_environment_wins_over_the_web_server():
    """Otherwise whoever reaches the socket could name another database or log file."""
    def start(site):
        sites.start_nginx(
            site,
            sites.with_parameters(
                ROSTER_DATABASE=site.data / "other.sqlite", ROSTER_LOG=site.data / "other.log",
                ROSTER_BASE_URL="https://other.example/v2"),
            ROSTER_LOG=str(site.data / "requests.log"), ROSTER_BASE_URL=BASE_URL)

    with sites.running("nginx", start) as site:
        answer = site.client.post("/Users", user("ada@example.test"))
        assert answer.headers["location"] == f"{BASE_URL}/Users/{answer.json['id']}"
        assert " POST " in (site.data / "requests.log").read_text()
        assert list(site.data.glob("other*")) == []


def test_log_is_named_where_the_database_is():
    """Otherwise whoever reaches the socket could have lines appended to the database."""
    def start(site):
        sites.start_nginx(site, sites.with_parameters(ROSTER_LOG=site.database))

    with sites.running("nginx", start) as site:
        assert site.client.post("/Users", user("ada@example.test")).status == 201
        assert b" POST /scim/v2/Users 201 " not in site.database.read_bytes()
        assert any(" POST " in line for line in site.request_log())


def test_trap_12_two_rosters_in_one_virtual_host():
    """Apache joins back ends of one name, whatever their sockets; each needs all three lines."""
    def start(site):
        lines = []
        for name, path in ("production", "/scim/v2"), ("staging", "/scim/staging/v2"):
            database = site.database if name == "production" else site.data / "staging.sqlite"
            sites.spawn_roster(site, name, ROSTER_DATABASE=str(database))
            lines += [
                f"Define ROSTER_PATH {path}",
                f"Define ROSTER_NAME {name}",
                f"Define ROSTER_SOCKET {site.directory}/{name}.sock",
                f"Include {sites.DEPLOY}/apache.conf",
            ]
        sites.start_apache(site, ["proxy", "proxy_fcgi"], lines)

    with sites.running("apache", start) as site:
        token = site.command("token", "create", "tests", "--database", site.data / "staging.sqlite")
        staging = Client(f"{site.origin}/scim/staging/v2", token)
        for client, name in (site.client, "ada"), (staging, "grace"):
            assert client.post("/Users", user(name)).status == 201
            found = client.get("/Users").json["Resources"]
            assert [resource["userName"] for resource in found] == [name]
            assert found[0]["meta"]["location"].startswith(client.base + "/Users/")
        assert Client(staging.base, site.token).get("/Users").status == 401


def test_relative_path_of_the_database_is_refused():
    """It would be another file wherever the web server starts the process."""
    with sites.running("nginx") as site:
        site.stop_roster()
        sites.spawn_roster(site, ROSTER_DATABASE=os.path.relpath(site.database))
        site.wait()
        answer = site.client.get("/Users")
        assert answer.status == 503
        assert str(site.data) not in answer.body.decode()
        cause = sites.REQUEST_LINE.match(site.request_log()[-1])["cause"]
        assert cause.startswith("ROSTER_DATABASE must be an absolute path")


def test_commands_refuse_a_relative_path_in_the_environment(tmp_path):
    environment = {"PATH": sites.PATH, "ROSTER_DATABASE": "roster.sqlite"}
    make = [sites.program(), "token", "create", "tests"]
    refused = subprocess.run(
        make, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)
    assert refused.returncode != 0
    assert "ROSTER_DATABASE must be an absolute path, and is roster.sqlite" in refused.stderr
    assert list(tmp_path.iterdir()) == []
    made = subprocess.run(
        [*make, "--database", "roster.sqlite"], cwd=tmp_path, env=environment, capture_output=True,
        timeout=60)
    assert made.returncode == 0
    assert (tmp_path / "roster.sqlite").exists()


class TestFileBesideTheProgram:
    """For hosts where neither environment nor web server can be given variables."""

    @pytest.fixture
    def program(self, tmp_path):
        """A copy of the program, with the file that it reads."""
        copy = tmp_path / "copy"
        copy.write_bytes(sites.ROSTER.read_bytes())
        copy.chmod(0o755)
        return copy

    def tokens(self, program, **environment):
        return subprocess.run(
            [program, "token", "list"], env={"PATH": "/usr/bin:/bin", **environment},
            capture_output=True, text=True)

    def test_names_the_database(self, program, tmp_path):
        (tmp_path / "copy.conf").write_text(
            f"# where it is\nROSTER_DATABASE={tmp_path}/a b.sqlite\n")
        made = subprocess.run([program, "migrate"], env={}, capture_output=True, text=True)
        assert made.returncode == 0, made.stderr
        assert (tmp_path / "a b.sqlite").exists()
        assert self.tokens(program).returncode == 0

    def test_environment_wins(self, program, tmp_path):
        (tmp_path / "copy.conf").write_text(f"ROSTER_DATABASE={tmp_path}/file.sqlite\n")
        answer = self.tokens(program, ROSTER_DATABASE=f"{tmp_path}/environment.sqlite")
        assert "environment.sqlite" in answer.stderr

    def test_is_not_used_where_others_may_write_it(self, program, tmp_path):
        path = tmp_path / "copy.conf"
        path.write_text(f"ROSTER_DATABASE={tmp_path}/file.sqlite\n")
        path.chmod(0o666)
        answer = self.tokens(program)
        assert answer.returncode != 0
        assert "others than its owner may write it" in answer.stderr
        assert "name the database" in answer.stderr

    def test_serves_by_it(self, program, tmp_path):
        """Under CGI, where suexec takes the variables away."""
        (tmp_path / "copy.conf").write_text(
            f"ROSTER_DATABASE={tmp_path}/file.sqlite\nROSTER_BASE_URL={BASE_URL}\n")
        subprocess.run([program, "migrate"], env={}, check=True, capture_output=True)
        answer = subprocess.run(
            [program], capture_output=True, text=True, env={
                "GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_METHOD": "GET", "HTTP_HOST": "x.example",
                "REQUEST_URI": "/scim/v2/ServiceProviderConfig", "SERVER_PROTOCOL": "HTTP/1.1"})
        assert answer.stdout.startswith("Status: 200"), answer.stderr
        assert BASE_URL in answer.stdout

    def get_users(self, program, secret):
        """Status of a GET under CGI."""
        answer = subprocess.run(
            [program], capture_output=True, text=True, env={
                "GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_METHOD": "GET", "HTTP_HOST": "x.example",
                "REQUEST_URI": "/scim/v2/Users", "SERVER_PROTOCOL": "HTTP/1.1",
                "HTTP_AUTHORIZATION": f"Bearer {secret}"})
        return answer.stdout.split()[1]

    def write_token(self, tmp_path, secret, **more):
        lines = {"SHA256": hashlib.sha256(secret.encode()).hexdigest(), "NAME": "first", **more}
        path = tmp_path / "copy.token"
        path.write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
        return path

    def test_first_token(self, program, tmp_path):
        """Where nobody can run a command: the first request makes the database and the token."""
        (tmp_path / "copy.conf").write_text(f"ROSTER_DATABASE={tmp_path}/file.sqlite\n")
        path = self.write_token(tmp_path, "a secret")
        assert self.get_users(program, "another secret") == "401"
        assert not path.exists()
        assert self.get_users(program, "a secret") == "200"
        assert "\tfirst\tgeneric\twrite\t" in self.tokens(program).stdout

    def test_first_token_counts_once(self, program, tmp_path):
        """A file that comes back brings no revoked token back."""
        (tmp_path / "copy.conf").write_text(f"ROSTER_DATABASE={tmp_path}/file.sqlite\n")
        self.write_token(tmp_path, "a secret")
        assert self.get_users(program, "a secret") == "200"
        subprocess.run([program, "token", "revoke", "first"], env={}, check=True)
        self.write_token(tmp_path, "a secret")
        assert self.get_users(program, "a secret") == "401"

    def test_first_token_of_an_unfit_file(self, program, tmp_path):
        (tmp_path / "copy.conf").write_text(f"ROSTER_DATABASE={tmp_path}/file.sqlite\n")
        self.write_token(tmp_path, "a secret", SHA256="abc")
        assert self.get_users(program, "a secret") == "503"
        assert not (tmp_path / "file.sqlite").exists()
