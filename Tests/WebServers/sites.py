"""Real web servers in front of the real program, each from the files in deploy/ as they are.

A site has its own temporary directory, loopback port, database and token. As root, the web server
and Roster run as www-data, as Debian has it; otherwise as the user who runs the tests.
"""

import contextlib
import os
import pathlib
import re
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

# A line of Roster's log, as README has it.
REQUEST_LINE = re.compile(
    r"(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) (?P<client>[\w.-]+) (?P<method>[!-~]+)"
    r" (?P<path>[!-~]+) (?P<status>\d{3}) \d+\.\dms (?P<id>[0-9a-f]{16})"
    r"(?: rewrites=(?P<rewrites>[A-Za-z,]+))?(?: cause=\"(?P<cause>[^\"]+)\")?$")

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
        include {directory}/roster.conf;
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
        give(self.data)
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

    def run(self, *arguments, **options):
        """The command line tool's result, run as the user who owns the database."""
        options = {"stdout": subprocess.PIPE, **UNPRIVILEGED, **options}
        return subprocess.run(
            [program(), *map(str, arguments)], stderr=subprocess.PIPE, text=True, timeout=60,
            env={"ROSTER_DATABASE": str(self.database), "PATH": PATH}, **options)

    def command(self, *arguments):
        """Standard output of a command that succeeds."""
        result = self.run(*arguments)
        assert result.returncode == 0, f"roster {arguments}: {result.stderr}"
        return result.stdout.strip()

    def spawn(self, *arguments, environment=None, **options):
        log = open(self.directory / "processes.log", "ab")
        environment = {
            "PATH": PATH, "ROSTER_DATABASE": str(self.database), **(environment or {})}
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

    def request_log(self):
        """Lines about requests that Roster wrote to standard error."""
        text = (self.directory / "processes.log").read_text()
        return [line for line in text.splitlines() if REQUEST_LINE.match(line)]

    def workers(self):
        """Process ids of the Roster processes on the socket."""
        watcher = self.watcher.pid
        return [pid for pid, parent in parents() if parent == watcher and name(pid) == "roster"]

    @property
    def watcher(self):
        """The parent of the Roster processes on the socket, which spawn-fcgi becomes."""
        return next(process for process in self.processes if process.args[0] == "spawn-fcgi")

    def stop_roster(self):
        """Ends the Roster processes on the socket."""
        watcher = self.watcher
        watcher.send_signal(signal.SIGTERM)
        watcher.wait(20)
        self.processes.remove(watcher)


@contextlib.contextmanager
def running(kind, starter=None, profile="generic", **options):
    """A site while it is needed; its logs are shown when the test fails."""
    site = Site(kind, **options).start(profile, starter)
    try:
        yield site
    finally:
        print(site.logs())
        site.stop()


def until(condition, seconds=60):
    """Waits for a condition; one that never comes is an error."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition never came"
        time.sleep(0.02)


def name(pid):
    """The name of the program that a process runs; nothing when it is gone."""
    with contextlib.suppress(OSError):
        return pathlib.Path(f"/proc/{pid}/comm").read_text().strip()


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


def give(path):
    """Makes a file or folder that of the user who runs Roster."""
    if IS_ROOT:
        shutil.chown(path, "www-data", "www-data")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def supervisor():
    """Scripts/supervise beside the copy of the program."""
    copy = pathlib.Path(program()).parent / "supervise"
    if not copy.exists():
        shutil.copy(ROOT / "Scripts/supervise", copy)
        copy.chmod(0o755)
    return str(copy)


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


def spawn_roster(site, name="roster", **environment):
    """Roster processes on a Unix socket, replaced when they die, as a server's operator has them."""
    site.spawn(
        "spawn-fcgi", "-n", "-s", str(site.directory / f"{name}.sock"),
        *(("-M", "0660", "-u", "www-data", "-g", "www-data", "-U", "www-data", "-G", "www-data")
          if IS_ROOT else ("-M", "0600")),
        "-b", "511", "--", supervisor(), str(FORKS), program(),
        environment=environment)


# Edits of the files in deploy/.


def as_it_is(text):
    return text


def without(prefix):
    """The lines that begin so are gone."""
    def edit(text):
        lines = text.splitlines(keepends=True)
        kept = [line for line in lines if not line.lstrip().startswith(prefix)]
        assert len(kept) < len(lines)
        return "".join(kept)
    return edit


def replaced(*pairs):
    """Each old text by the new one that follows it."""
    def edit(text):
        for old, new in zip(pairs[::2], pairs[1::2]):
            assert old in text
            text = text.replace(old, new)
        return text
    return edit


def with_parameters(**values):
    """deploy/nginx.conf with further parameters."""
    lines = "".join(f"fastcgi_param {name} {value};\n" for name, value in values.items())
    return replaced("fastcgi_keep_conn off;", f"fastcgi_keep_conn off;\n{lines}")


def rewrite_recipe(text):
    """deploy/htaccess after its last section: mod_rewrite instead of SetEnvIf."""
    return replaced("#Rewrite", "Rewrite")(without("SetEnvIf ")(text))


def start_nginx(site, edit=as_it_is, **environment):
    """nginx with deploy/nginx.conf; the environment is that of the Roster processes."""
    spawn_roster(site, **environment)
    (site.directory / "roster.conf").write_text(edit((DEPLOY / "nginx.conf").read_text()))
    configuration = site.directory / "nginx.conf"
    configuration.write_text(NGINX.format(
        directory=site.directory, docroot=site.docroot, port=site.port,
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


def install_htaccess(site, text, binary, name):
    """What a customer of shared hosting does: copy the program and the file, edit one line."""
    directory = site.docroot / "scim"
    directory.mkdir(mode=0o755)
    shutil.copy(binary, directory / name)
    set_database = replaced("/home/USER/roster/roster.sqlite", str(site.database))
    (directory / ".htaccess").write_text(set_database(text))


def start_htaccess(site, module, edit=as_it_is, overrides=EVERYTHING, source=None, name="v2"):
    """`source`: a folder with `deploy/` and `roster`, in place of the checkout's own."""
    text = ((source / "deploy" if source else DEPLOY) / "htaccess").read_text()
    install_htaccess(site, edit(text), source / "roster" if source else program(), name)
    start_apache(site, [module], [], overrides)


# For hosts that run no file without a suffix. The path is rewritten without a back-reference, which
# would decode it a second time.
WITH_SUFFIX = replaced(
    '<Files "v2">', '<Files "scim.fcgi">',
    "\nRewriteRule ^admin(/|$) v2 [L]\n", "\nRewriteRule ^(v2|admin)(/|$) scim.fcgi [L]\n")

KINDS = {
    "nginx": start_nginx,
    "apache-proxy_fcgi": start_apache_proxy,
    "apache-fcgid": start_apache_fcgid,
    "htaccess-fcgid": lambda site: start_htaccess(site, "fcgid"),
    "htaccess-cgid": lambda site: start_htaccess(site, "cgid"),
    "htaccess-cgid-fileinfo": lambda site: start_htaccess(
        site, "cgid", without("Options "), FILE_INFO),
    "htaccess-fcgid-rewrite": lambda site: start_htaccess(site, "fcgid", rewrite_recipe),
    "htaccess-fcgid-suffix": lambda site: start_htaccess(
        site, "fcgid", WITH_SUFFIX, name="scim.fcgi"),
}
