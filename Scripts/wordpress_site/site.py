"""A site: a tree, a database and servers, in one directory, with what it has to remember."""

import base64
import http.client
import json
import os
import pathlib
import re
import secrets
import shutil
import socket
import tempfile

from . import releases, servers
from .database import Database
from .processes import Failure, give, remove, require_reach

HERE = pathlib.Path(__file__).resolve().parent
END_OF_SETTINGS = "/* That's all, stop editing! */\n"
SALTS = (
    "AUTH_KEY SECURE_AUTH_KEY LOGGED_IN_KEY NONCE_KEY AUTH_SALT SECURE_AUTH_SALT LOGGED_IN_SALT"
    " NONCE_SALT").split()

# Application passwords work without TLS where the environment is local.
SETTINGS = {
    "WP_ENVIRONMENT_TYPE": "local",
    "WP_HTTP_BLOCK_EXTERNAL": True,
    "WP_ACCESSIBLE_HOSTS": "127.0.0.1,localhost,*.localhost",
    "AUTOMATIC_UPDATER_DISABLED": True,
    "DISABLE_WP_CRON": True,
    "WP_DEFAULT_THEME": "plain",
    "WP_DEBUG": True,
    "WP_DEBUG_DISPLAY": False,
}
NETWORK_SETTINGS = {
    "MULTISITE": True,
    "SUBDOMAIN_INSTALL": False,
    "PATH_CURRENT_SITE": "/",
    "SITE_ID_CURRENT_SITE": 1,
    "BLOG_ID_CURRENT_SITE": 1,
}


class Site:
    """What is in `directory`: `www`, the tree; `db`, where the database is its own; `mail` and
    `php-debug.log`; `site.json`, what a later start has to know. Sockets are elsewhere, since their
    paths are limited to 107 bytes.
    """

    # Whether the sites of a network have hosts of their own.
    has_subdomains = False

    def __init__(self, directory):
        self.directory = pathlib.Path(directory).resolve()
        self.root = self.directory / "www"
        self.mail = self.directory / "mail"
        self.debug_log = self.directory / "php-debug.log"
        self.memory = self.directory / "site.json"
        known = json.loads(self.memory.read_text()) if self.memory.exists() else {}
        self.port = known.get("port")
        self.work = pathlib.Path(known["work"]) if known.get("work") else None
        self.release = known.get("release")
        self.is_network = known.get("network", False)
        self.password = known.get("password")
        self.application_password = known.get("applicationPassword")

    def remember(self):
        self.memory.touch(mode=0o600)
        self.memory.write_text(json.dumps({
            "port": self.port, "work": str(self.work) if self.work else None,
            "release": self.release, "network": self.is_network, "password": self.password,
            "applicationPassword": self.application_password}, indent=4))

    @property
    def host(self):
        return f"127.0.0.1:{self.port}"

    @property
    def url(self):
        return f"http://{self.host}"

    @property
    def configuration(self):
        return self.root / "wp-config.php"

    @property
    def is_installed(self):
        return self.application_password is not None

    def up(self, port, server="nginx", release=None, network=False, database=None, database_name="wordpress"):
        """Installs what is not there yet and starts the site; what runs of it is stopped before.

        `database`: a server that runs already, for several sites; otherwise the site has its own.
        """
        if self.is_installed and (release, network) != (self.release, self.is_network):
            raise Failure(f"In {self.directory} is another release or kind of site; wipe it first")
        if self.is_installed and network and port != self.port:
            raise Failure(f"The network in {self.directory} stays on port {self.port}")
        source = releases.tree(release)
        self.down()
        if is_taken(port):
            raise Failure(f"Port {port} is taken")
        self.directory.mkdir(parents=True, exist_ok=True)
        require_reach(self.directory)
        self.port, self.release, self.is_network = port, release, network
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="roster-wordpress-", dir="/tmp"))
        give(self.work)
        self.remember()
        try:
            self.start(server, source, database, database_name)
        except BaseException:
            self.down()
            raise

    def start(self, server, source, database, database_name):
        if database is None:
            database = self.database()
            database.start()
        self.name_place(database.socket, database_name)
        servers.write_sendmail(self)
        if not self.is_installed:
            self.install(source, database, database_name)
        for start in servers.daemons(server, self):
            start(self)
        servers.daemon(self, server).wait(self.answers)

    def install(self, source, database, database_name):
        database.execute(
            f"DROP DATABASE IF EXISTS {database_name};"
            f" CREATE DATABASE {database_name} CHARACTER SET utf8mb4")
        remove(self.root)
        self.root.mkdir()
        releases.copy(source, self.root)
        theme = self.root / "wp-content/themes/plain"
        for folder in theme, self.plugins, self.root / "wp-content/uploads":
            folder.mkdir(parents=True, exist_ok=True)
        (theme / "style.css").write_text("/*\nTheme Name: Plain\n*/\n")
        (theme / "index.php").write_text("<?php wp_head(); bloginfo('name'); wp_footer();\n")
        self.write_configuration()
        give(self.root)
        self.password = secrets.token_urlsafe(12)
        kind = "single"
        if self.is_network:
            kind = "subdomains" if self.has_subdomains else "network"
        self.php("install.php", self.root, self.url, self.password, kind)
        if self.is_network:
            self.define({
                **NETWORK_SETTINGS, "DOMAIN_CURRENT_SITE": self.host,
                "SUBDOMAIN_INSTALL": self.has_subdomains})
        self.application_password = self.php("application_password.php", self.root, self.host)
        self.remember()

    def php(self, name, *arguments):
        return servers.run_php(self, (HERE / name).read_text(), *arguments)

    def database(self):
        return Database(self.directory / "db", self.work, self.directory / "mariadb.log")

    def down(self):
        """Stops what runs, by whomever it was started."""
        if self.work and self.work.exists():
            servers.stop(self)
            self.database().stop()
            remove(self.work)

    def wipe(self):
        self.down()
        remove(self.directory)

    def answers(self):
        """Whether the site serves its front page."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    # What WordPress reads.

    @property
    def plugins(self):
        """The folder of the plugins that are always on."""
        return self.root / "wp-content/mu-plugins"

    def add_plugin(self, path):
        target = self.plugins / pathlib.Path(path).name
        shutil.copyfile(path, target)
        give(target)

    def name_place(self, database_socket, database_name):
        """Writes what differs from start to start, which wp-config.php reads."""
        values = {
            "DB_NAME": database_name, "DB_USER": "root", "DB_PASSWORD": "",
            "DB_HOST": f"localhost:{database_socket}", "DB_CHARSET": "utf8mb4", "DB_COLLATE": "",
            "WP_DEBUG_LOG": str(self.debug_log)}
        addresses = {"WP_HOME": self.url, "WP_SITEURL": self.url}
        place = self.directory / "place.php"
        place.write_text(
            "<?php\n" + "".join(definition(*pair) for pair in values.items())
            + "if (!defined('MULTISITE')) {\n"
            + "".join("    " + definition(*pair) for pair in addresses.items()) + "}\n")
        for path in self.mail, self.debug_log:
            path.touch()
        give(place, self.mail, self.debug_log)

    def write_configuration(self):
        salts = {name: base64.b64encode(os.urandom(48)).decode() for name in SALTS}
        self.configuration.write_text(
            f"<?php\n{END_OF_SETTINGS}"
            "require dirname(__DIR__) . '/place.php';\n$table_prefix = 'wp_';\n"
            "if (!defined('ABSPATH')) {\n    define('ABSPATH', __DIR__ . '/');\n}\n"
            "require_once ABSPATH . 'wp-settings.php';\n")
        self.configuration.chmod(0o600)
        self.define({**SETTINGS, **salts})

    def define(self, values):
        """Puts constants into wp-config.php, in place of those of the same names; None removes one."""
        lines = self.configuration.read_text().splitlines(keepends=True)
        names = tuple(f"define('{name}'," for name in values)
        text = "".join(line for line in lines if not line.startswith(names))
        added = "".join(definition(*pair) for pair in values.items() if pair[1] is not None)
        self.configuration.write_text(text.replace(END_OF_SETTINGS, added + END_OF_SETTINGS))


def definition(name, value):
    if isinstance(value, str):
        value = "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return f"define('{name}', {str(value).lower() if isinstance(value, bool) else value});\n"


def definitions(text):
    """The constants in lines as `definition` writes them, and as Roster prints them."""
    values = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        found = re.fullmatch(r"define\(\s*'(\w+)',\s*'((?:[^'\\]|\\.)*)'\s*\);", line)
        if not found:
            raise Failure(f"No definition of a constant: {line}")
        values[found[1]] = re.sub(r"\\(['\\])", r"\1", found[2])
    return values


def is_taken(port):
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port)) == 0
