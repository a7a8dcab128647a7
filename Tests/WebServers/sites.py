"""Real web servers in front of the real program, each from the files in deploy/ as they are.

A site has its own temporary directory, loopback port, database and token. As root, the web server
and Roster run as www-data, as Debian has it; otherwise as the user who runs the tests.
"""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from scim import Client

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
ROSTER = pathlib.Path(os.environ.get("ROSTER_BINARY", ROOT / ".build/release/roster"))
MODULES = pathlib.Path("/usr/lib/apache2/modules")
PATH = os.environ["PATH"] + ":/usr/sbin:/sbin"
FORKS = 4
IS_ROOT = os.geteuid() == 0
# How the processes that Debian runs as www-data are started.
UNPRIVILEGED = {"user": "www-data", "group": "www-data", "extra_groups": []} if IS_ROOT else {}

# What WordPress writes into the document root; index.php here is a file that says it was reached.
WORDPRESS = """\
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
FRONT_CONTROLLER = "the site's front controller\n"

# Modules that Debian enables when the package apache2 is installed, and mod_rewrite.
DEBIAN_MODULES = (
    "mpm_event authz_core authz_host access_compat authn_core authn_file auth_basic authz_user "
    "alias autoindex deflate dir env filter mime negotiation reqtimeout headers setenvif status rewrite"
).split()

APACHE = """\
ServerRoot "{directory}"
DefaultRuntimeDir "{directory}"
PidFile "{directory}/apache.pid"
ErrorLog "{directory}/error.log"
LogLevel info
Mutex file:{directory} default
Listen 127.0.0.1:{port}
ServerName localhost
{user}
{modules}
TypesConfig /dev/null
Timeout 300
KeepAlive On
MaxKeepAliveRequests 100
KeepAliveTimeout 5
RequestReadTimeout header=20-40,minrate=500 body=10,minrate=500
AccessFileName .htaccess
DirectoryIndex index.html index.php
<FilesMatch "^\\.ht">
    Require all denied
</FilesMatch>
<Directory />
    Options FollowSymLinks
    AllowOverride None
    Require all denied
</Directory>
<IfModule mod_fcgid.c>
    FcgidIPCDir "{directory}/fcgid"
    FcgidProcessTableFile "{directory}/fcgid_shm"
</IfModule>
<IfModule mod_cgid.c>
    ScriptSock "{directory}/cgid.sock"
</IfModule>
# Not Debian's, but common: compression, which alters entity tags.
AddOutputFilterByType DEFLATE application/scim+json
<VirtualHost 127.0.0.1:{port}>
    DocumentRoot "{docroot}"
    <Directory "{docroot}">
        {overrides}
        Require all granted
    </Directory>
{site}
</VirtualHost>
"""

NGINX = """\
daemon off;
{user}
worker_processes 2;
pid {directory}/nginx.pid;
error_log {directory}/error.log notice;
events {{}}
http {{
    access_log off;
    client_body_temp_path {directory}/body;
    fastcgi_temp_path {directory}/fastcgi;
    proxy_temp_path {directory}/proxy;
    scgi_temp_path {directory}/scgi;
    uwsgi_temp_path {directory}/uwsgi;
    gzip on;
    gzip_types application/scim+json;
    gzip_min_length 1;
    server {{
        listen 127.0.0.1:{port};
        server_name localhost;
        root {docroot};
        location / {{
            try_files $uri {fallback};
        }}
        include {deploy}/nginx.conf;
        set $roster_socket unix:{directory}/roster.sock;
    }}
}}
"""


class Site:
    """A web server with Roster behind it; stop() ends every process it started.

    Elsewhere than at Roster the site answers every path with its front controller, like WordPress,
    or with 404.
    """

    def __init__(self, kind, has_front_controller=True):
        self.kind = kind
        self.has_front_controller = has_front_controller
        self.port = free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self.base = f"{self.origin}/scim/v2"
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="roster-test-", dir="/tmp"))
        self.directory.chmod(0o755)
        self.docroot = self.directory / "htdocs"
        self.docroot.mkdir(mode=0o755)
        (self.docroot / "index.php").write_text(FRONT_CONTROLLER)
        self.data = self.directory / "data"
        self.data.mkdir(mode=0o700)
        if IS_ROOT:
            shutil.chown(self.data, "www-data", "www-data")
        self.database = self.data / "roster.sqlite"
        self.processes = []

    def start(self, profile="generic", starter=None):
        """Starts what the kind says, or what another starter does with this site."""
        try:
            self.token = self.command("token", "create", "tests", "--profile", profile)
            (starter or KINDS[self.kind])(self)
            self.client = Client(self.base, self.token)
            self.wait()
        except BaseException:
            self.stop()
            raise
        return self

    def command(self, *arguments):
        """Standard output of the command line tool, run as the user who owns the database."""
        result = subprocess.run(
            [program(), *arguments], capture_output=True, text=True, timeout=60,
            env={"ROSTER_DATABASE": str(self.database), "PATH": PATH}, **UNPRIVILEGED)
        assert result.returncode == 0, f"roster {arguments}: {result.stderr}"
        return result.stdout.strip()

    def spawn(self, *arguments, **options):
        log = open(self.directory / "processes.log", "ab")
        environment = {"PATH": PATH, "ROSTER_DATABASE": str(self.database)}
        process = subprocess.Popen(
            arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment,
            start_new_session=True, **options)
        log.close()
        self.processes.append(process)
        return process

    def wait(self):
        """Returns when the site answers with SCIM; a site that does not is an error."""
        deadline = time.monotonic() + 30
        while True:
            dead = [p.args[0] for p in self.processes if p.poll() is not None]
            try:
                answer = self.client.get("/ServiceProviderConfig")
                if answer.status == 200:
                    return
                problem = f"{answer.status} {answer.body[:300]!r}"
            except OSError as error:
                problem = repr(error)
            if dead or time.monotonic() > deadline:
                raise RuntimeError(f"{self.kind} does not serve: {dead} {problem}\n{self.logs()}")
            time.sleep(0.05)

    def stop(self):
        for process in reversed(self.processes):
            process.send_signal(signal.SIGTERM)
        for process in reversed(self.processes):
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                raise
        shutil.rmtree(self.directory)

    def logs(self):
        texts = []
        for path in sorted(self.directory.glob("*.log")):
            texts.append(f"--- {path.name}\n{path.read_text(errors='replace')[-6000:]}")
        return "\n".join(texts)

    def workers(self):
        """Process ids of the Roster processes on the socket (multiwatch's children)."""
        watcher = next(p.pid for p in self.processes if p.args[0] == "spawn-fcgi")
        return [pid for pid, parent in parents() if parent == watcher]


def parents():
    """(process id, parent's process id) of every process that lives."""
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if fields[0] != "Z":
                yield int(entry.name), int(fields[1])


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def program():
    """A copy of the program that www-data can reach, wherever the checkout is; made once."""
    if program.copy is None:
        directory = pathlib.Path(tempfile.mkdtemp(prefix="roster-test-", dir="/tmp"))
        directory.chmod(0o755)
        program.copy = directory / "roster"
        shutil.copy(ROSTER, program.copy)
        program.copy.chmod(0o755)
    return str(program.copy)


program.copy = None


def remove_program():
    if program.copy is not None:
        shutil.rmtree(program.copy.parent)
        program.copy = None


def spawn_roster(site):
    """Roster processes on a Unix socket, replaced when they die, as a server's operator has them."""
    site.spawn(
        "spawn-fcgi", "-n", "-s", str(site.directory / "roster.sock"),
        *(("-M", "0660", "-u", "www-data", "-g", "www-data", "-U", "www-data", "-G", "www-data")
          if IS_ROOT else ("-M", "0600")),
        "-b", "511", "--", shutil.which("multiwatch"), "-f", str(FORKS), "--", program())


def start_nginx(site):
    spawn_roster(site)
    configuration = site.directory / "nginx.conf"
    configuration.write_text(NGINX.format(
        directory=site.directory, docroot=site.docroot, port=site.port, deploy=DEPLOY,
        user="user www-data;" if IS_ROOT else "",
        fallback="/index.php" if site.has_front_controller else "=404"))
    site.spawn("nginx", "-e", str(site.directory / "error.log"), "-c", str(configuration))


# What a host lets its customers do in .htaccess.
EVERYTHING = "Options FollowSymLinks\n        AllowOverride All"
FILE_INFO = "Options FollowSymLinks ExecCGI\n        AllowOverride FileInfo"


def start_apache(site, modules, lines, overrides=EVERYTHING):
    configuration = site.directory / "apache.conf"
    if site.has_front_controller:
        (site.docroot / ".htaccess").write_text(WORDPRESS)
    configuration.write_text(APACHE.format(
        directory=site.directory, docroot=site.docroot, port=site.port,
        user="User www-data\nGroup www-data" if IS_ROOT else "",
        modules="\n".join(
            f"LoadModule {module}_module {MODULES}/mod_{module}.so"
            for module in DEBIAN_MODULES + modules),
        overrides=overrides, site="\n".join(lines)))
    site.spawn("apache2", "-D", "FOREGROUND", "-f", str(configuration))


def start_apache_proxy(site):
    spawn_roster(site)
    start_apache(site, ["proxy", "proxy_fcgi"], [
        f"Define ROSTER_SOCKET {site.directory}/roster.sock",
        f"Include {DEPLOY}/apache.conf",
    ])


def start_apache_fcgid(site):
    start_apache(site, ["fcgid"], [
        f"Define ROSTER_PROGRAM {program()}",
        f"Define ROSTER_DATABASE {site.database}",
        f"Include {DEPLOY}/apache.conf",
    ])


def install_htaccess(site, text, binary):
    """What a customer of shared hosting does: copy the program and the file, edit one line."""
    directory = site.docroot / "scim"
    directory.mkdir(mode=0o755)
    shutil.copy(binary, directory / "v2")
    placeholder = "/home/USER/roster/roster.sqlite"
    assert text.count(placeholder) == 1
    (directory / ".htaccess").write_text(text.replace(placeholder, str(site.database)))


def rewrite_recipe(text):
    """deploy/htaccess after its last section: mod_rewrite instead of SetEnvIf."""
    lines = [
        line for line in text.splitlines()
        if not line.startswith(("SetEnvIf ", "RewriteEngine "))
    ]
    lines = [line[1:] if line.startswith("#Rewrite") else line for line in lines]
    assert any("E=HTTP_AUTHORIZATION" in line and line[0] != "#" for line in lines)
    return "\n".join(lines) + "\n"


def without_options(text):
    """deploy/htaccess for a host that lets its customers set no options."""
    lines = [line for line in text.splitlines() if not line.startswith("Options ")]
    assert len(lines) == len(text.splitlines()) - 1
    return "\n".join(lines) + "\n"


def start_htaccess(site, module, edit=lambda text: text, overrides=EVERYTHING, source=None):
    """`source`: a folder with `htaccess` and `roster`, in place of the checkout's own."""
    text = ((source or DEPLOY) / "htaccess").read_text()
    install_htaccess(site, edit(text), source / "roster" if source else program())
    start_apache(site, [module], [], overrides)


KINDS = {
    "nginx": start_nginx,
    "apache-proxy_fcgi": start_apache_proxy,
    "apache-fcgid": start_apache_fcgid,
    "htaccess-fcgid": lambda site: start_htaccess(site, "fcgid"),
    "htaccess-cgid": lambda site: start_htaccess(site, "cgid"),
    "htaccess-cgid-fileinfo": lambda site: start_htaccess(
        site, "cgid", without_options, FILE_INFO),
    "htaccess-fcgid-rewrite": lambda site: start_htaccess(site, "fcgid", rewrite_recipe),
}
