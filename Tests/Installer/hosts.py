"""Hosts as they are rented: web servers and PHP in the combinations that sites find."""

import contextlib
import os
import pathlib
import shutil
import signal
import socket
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "Scripts"), str(ROOT / "Tests/WordPress"), str(ROOT / "Tests/WebServers")]

from wordpress_site import releases, servers  # noqa: E402
from wordpress_site.database import Database  # noqa: E402, F401
from wordpress_site.processes import IS_ROOT, give, remove, run  # noqa: E402
from wordpress_site.site import Site  # noqa: E402

from installation import free_port  # noqa: E402, F401
from web import request  # noqa: E402

getaddrinfo = socket.getaddrinfo


def resolve(host, *arguments, **options):
    """Names below localhost are this machine's, as for curl and browsers (RFC 6761 §6.3)."""
    name = "127.0.0.1" if str(host).endswith(".localhost") else host
    return getaddrinfo(name, *arguments, **options)


socket.getaddrinfo = resolve

# Enough for the whole plugin. PHP's own defaults take 2 MB, and the small zip.
LARGE_UPLOADS = {"upload_max_filesize": "64M", "post_max_size": "64M"}
NO_PROGRAMS = {"disable_functions": "exec,passthru,shell_exec,system,proc_open,popen"}

NGINX = """\
daemon off;
{user}
worker_processes 1;
pid {work}/nginx.pid;
error_log "{log}";
events {{}}
http {{
    include /etc/nginx/mime.types;
    access_log off;
    client_body_temp_path {work}/body;
    fastcgi_temp_path {work}/fastcgi;
    proxy_temp_path {work}/proxy;
    scgi_temp_path {work}/scgi;
    uwsgi_temp_path {work}/uwsgi;
    server {{
        listen 127.0.0.1:{port};
        root "{document_root}";
        index index.php;
        client_max_body_size 64m;
        {network}
        location {path}/ {{
            try_files $uri $uri/ {path}/index.php?$args;
        }}
        location ~ \\.php$ {{
            try_files $uri =404;
            include /etc/nginx/fastcgi_params;
            # Debian's has the host without the port, which WordPress would redirect to for ever.
            fastcgi_param HTTP_HOST $host:$server_port;
            fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
            # As behind something else that ends TLS.
            fastcgi_param HTTPS $http_x_https if_not_empty;
            fastcgi_pass unix:{work}/php.sock;
        }}
    }}
}}
"""

NGINX_NETWORK = """
        if (!-e $request_filename) {
            rewrite ^/[^/]+(/wp-.*)$ $1 last;
            rewrite ^/[^/]+(/.*\\.php)$ $1 last;
        }
"""

APACHE = """\
ServerRoot "{work}"
DefaultRuntimeDir "{work}"
PidFile "{work}/apache.pid"
ErrorLog "{log}"
Mutex file:{work} default
Listen 127.0.0.1:{port}
ServerName 127.0.0.1
{user}
{modules}
TypesConfig /etc/mime.types
DocumentRoot "{document_root}"
DirectoryIndex index.php
<Directory />
    AllowOverride None
    Require all denied
</Directory>
<Directory "{document_root}">
    Require all granted
    AllowOverride {override}
</Directory>
{hidden}
SetEnvIf X-Https "(.+)" HTTPS=$1
<FilesMatch "\\.php$">
    SetHandler "proxy:unix:{work}/php.sock|fcgi://localhost/"
</FilesMatch>
{more}
"""

HIDDEN = """\
<Files ".ht*">
    Require all denied
</Files>
"""

# What WordPress writes, what it wrote before 5.6, and what people add.
WORDPRESS_RULES = """\
# BEGIN WordPress
<IfModule mod_rewrite.c>
RewriteEngine On
RewriteRule .* - [E=HTTP_AUTHORIZATION:%{HTTP:Authorization}]
RewriteBase /
RewriteRule ^index\\.php$ - [L]
RewriteCond %{REQUEST_FILENAME} !-f
RewriteCond %{REQUEST_FILENAME} !-d
RewriteRule . /index.php [L]
</IfModule>
# END WordPress
"""
MANY_RULES = """\
RewriteEngine On
RewriteCond %{REQUEST_METHOD} ^(TRACE|TRACK)
RewriteRule .* - [F]
RewriteCond %{HTTP_USER_AGENT} ^BadRobot
RewriteRule .* - [F]
RewriteRule ^wp-includes/[^/]+\\.php$ - [F,L]
<FilesMatch "\\.(sql|log|bak)$">
Require all denied
</FilesMatch>
<Files wp-config.php>
Require all denied
</Files>
Options -Indexes
ErrorDocument 404 /index.php
""" + WORDPRESS_RULES


class Host:
    """How a site is served. `modules` are Apache's besides those that every site needs."""

    def __init__(
            self, server, modules=(), override="All", php=(), rules=WORDPRESS_RULES, more="",
            user="www-data", hidden=HIDDEN):
        self.server = server
        self.modules = modules
        self.override = override
        self.php = dict(LARGE_UPLOADS, **dict(php))
        self.rules = rules
        self.more = more
        # Whom Apache runs as, and CGI programs with it; PHP is www-data.
        self.user = user
        self.hidden = hidden

    def start(self, site):
        site.work.chmod(0o711)
        self.start_php(site)
        if self.server == "nginx":
            servers.daemon(site, "nginx").start(
                "nginx", "-e", site.directory / "nginx.log", "-c", self.nginx(site))
        else:
            servers.daemon(site, "apache").start(
                "apache2", "-D", "FOREGROUND", "-f", self.apache(site))
            (site.root / ".htaccess").write_text(self.rules)
            give(site.root / ".htaccess")
        servers.daemon(site, self.server).wait(site.answers)

    def start_php(self, site):
        settings = {**servers.php_settings(site), **self.php}
        path = servers.configuration(
            site, "php", servers.PHP_FPM, processes=servers.PHP_PROCESSES,
            access="user = {}\ngroup = {}\n".format(*site.owner) +
            "listen.owner = www-data\nlisten.group = www-data\nlisten.mode = 0666"
            if IS_ROOT else "",
            settings="\n".join(
                f'php_admin_value[{name}] = "{value}"' for name, value in settings.items()))
        daemon = servers.daemon(site, "php")
        socket = site.work / "php.sock"
        socket.unlink(missing_ok=True)
        daemon.start(servers.newest_php(), "--fpm-config", path)
        daemon.wait(socket.exists)

    def nginx(self, site):
        return servers.configuration(
            site, "nginx", NGINX, user="user www-data;" if IS_ROOT else "",
            document_root=site.document_root, path=site.path,
            network=NGINX_NETWORK if site.is_network else "")

    def apache(self, site):
        more = self.more
        if "fcgid" in self.modules:
            more += f"\nFcgidIPCDir {site.work}/fcgid\nFcgidProcessTableFile {site.work}/fcgid_shm\n"
        if "cgid" in self.modules:
            more += f"\nScriptSock {site.work}/cgisock\n"
        return servers.configuration(
            site, "apache", APACHE, user=f"User {self.user}\nGroup www-data" if IS_ROOT else "",
            document_root=site.document_root, override=self.override, more=more,
            hidden=self.hidden,
            modules="\n".join(
                f"LoadModule {name}_module {servers.APACHE_MODULES}/mod_{name}.so"
                for name in (*servers.NEEDED_MODULES, *self.modules)))


class HostedSite(Site):
    """A WordPress in `home/www`, or below it in `path`; PHP may write `home` where `has_home`."""

    def __init__(self, directory, path="", has_home=True):
        super().__init__(directory)
        self.path = path
        self.home = self.directory / "home"
        self.document_root = self.home / "www"
        self.root = self.document_root / path.strip("/") if path else self.document_root
        self.has_home = has_home
        self.host_name = "127.0.0.1"
        # Whom PHP runs as.
        self.owner = ("www-data", "www-data")
        # What the front page answers with where all is well.
        self.answers_with = 200

    @property
    def host(self):
        return f"{self.host_name}:{self.port}"

    @property
    def url(self):
        return super().url + self.path

    def move(self, host_name):
        """Gives the site another address, as somebody does who copies it, database and all."""
        place = self.root.parent / "place.php"
        place.write_text(place.read_text().replace(
            f"http://{self.host_name}:", f"http://{host_name}:"))
        self.host_name = host_name

    def answers(self):
        try:
            return request("GET", self.url + "/").status == self.answers_with
        except OSError:
            return False

    def start(self, host, source, database, database_name):
        self.name_place(database.socket, database_name)
        # wp-config.php looks for it above its own folder.
        place = self.root.parent / "place.php"
        shutil.copyfile(self.directory / "place.php", place)
        give(place)
        servers.write_sendmail(self)
        if not self.is_installed:
            self.install(source, database, database_name)
        if IS_ROOT and self.has_home:
            shutil.chown(self.home, *self.owner)
        if IS_ROOT and self.owner[0] != "www-data":
            run("chown", "--recursive", ":".join(self.owner), self.home, self.mail, self.debug_log)
        host.start(self)

    def install(self, source, database, database_name):
        self.document_root.mkdir(parents=True, exist_ok=True)
        super().install(source, database, database_name)

    def serve(self, host, anew=False):
        """The same site on another host; `anew` as it was before tests did anything to it."""
        servers.stop(self)
        if anew:
            self.forget()
        (self.root / ".htaccess").unlink(missing_ok=True)
        host.start(self)

    def name_place(self, database_socket, database_name):
        self.root.parent.mkdir(parents=True, exist_ok=True)
        super().name_place(database_socket, database_name)

    # What tests look at and undo.

    @property
    def private_folders(self):
        """Where the plugin has put the program and the database."""
        return [*self.home.glob("roster-*"), *self.root.glob("wp-content/.htroster-*")]

    @property
    def private(self):
        folder, = self.private_folders
        return folder

    @property
    def traces(self):
        """What the plugin has written besides its own folder."""
        return sorted(
            str(path.relative_to(self.home)) for path in [
                *self.private_folders, *self.root.glob("roster-*"), *self.root.glob("scim"),
                *self.plugins.glob("roster*")])

    def close_home(self):
        """PHP can write the website's own folders alone."""
        self.home.chmod(0o555)

    def end_programs(self):
        """Ends programs of the private folder that still carry changes into WordPress."""
        for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                words = path.read_bytes().decode(errors="replace")
                if any(str(folder) in words for folder in self.private_folders):
                    os.kill(int(path.parent.name), signal.SIGKILL)

    def forget(self):
        """Undoes what the plugin and tests have done, by whatever they did it."""
        self.end_programs()
        self.home.chmod(0o755)
        for path in [
                *self.private_folders, self.root / "scim", self.root / "wp-content/plugins/roster",
                *self.root.glob("roster-*"), self.plugins / "roster-guard"]:
            remove(path)
        for path in self.plugins.glob("roster*.php"):
            path.unlink()
        self.execute("""
            DELETE FROM wp_options WHERE option_name LIKE '%roster%';
            UPDATE wp_options SET option_value = 'a:0:{}' WHERE option_name = 'active_plugins';
            DELETE FROM wp_users WHERE ID > 1; DELETE FROM wp_usermeta WHERE user_id > 1;
            DROP TABLE IF EXISTS wp_roster;""")
        if self.is_network:
            self.execute("""
                DELETE FROM wp_sitemeta WHERE meta_key LIKE '%roster%'
                OR meta_key = 'active_sitewide_plugins';""")
        self.mail.write_text("")
