"""The web server and PHP of a site."""

import glob
import os
import pathlib
import shlex
import subprocess

from .processes import IS_ROOT, PATH, UNPRIVILEGED, Daemon, Failure

PHP_PROCESSES = 4
APACHE_MODULES = pathlib.Path("/usr/lib/apache2/modules")
NEEDED_MODULES = "mpm_event authz_core dir mime rewrite proxy proxy_fcgi setenvif".split()

PHP_FPM = """\
[global]
error_log = {log}
daemonize = no
[site]
listen = {work}/php.sock
{access}
pm = static
pm.max_children = {processes}
catch_workers_output = yes
{settings}
"""

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
        root "{root}";
        index index.php;
        client_max_body_size 8m;
        # In a network, each site has WordPress's files below its own folder.
        if (!-e $request_filename) {{
            rewrite ^/[^/]+(/wp-.*)$ $1 last;
            rewrite ^/[^/]+(/.*\\.php)$ $1 last;
        }}
        location / {{
            try_files $uri $uri/ /index.php?$args;
        }}
        location ~ \\.php$ {{
            try_files $uri =404;
            include /etc/nginx/fastcgi_params;
            # Debian's has the host without the port, which WordPress would redirect to for ever.
            fastcgi_param HTTP_HOST $host:$server_port;
            fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
            fastcgi_pass unix:{work}/php.sock;
        }}
    }}
}}
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
DocumentRoot "{root}"
DirectoryIndex index.php
<Directory />
    AllowOverride None
    Require all denied
</Directory>
<Directory "{root}">
    Require all granted
    CGIPassAuth On
    RewriteEngine On
    RewriteCond %{{REQUEST_FILENAME}} -f [OR]
    RewriteCond %{{REQUEST_FILENAME}} -d
    RewriteRule ^ - [L]
    # In a network, each site has WordPress's files below its own folder.
    RewriteRule ^[^/]+/(wp-.*)$ /$1 [L]
    RewriteRule ^[^/]+/(.*\\.php)$ /$1 [L]
    RewriteRule . /index.php [L]
</Directory>
<FilesMatch "\\.php$">
    SetHandler "proxy:unix:{work}/php.sock|fcgi://localhost/"
</FilesMatch>
"""

# What PHP's own server asks about each request: a file as it is, or WordPress's index.php.
ROUTER = """\
<?php
$root = $_SERVER['DOCUMENT_ROOT'];
$path = rtrim(urldecode(parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH) ?: ''), '/');
// In a network, each site has WordPress's files below its own folder.
if (!file_exists($root . $path) && preg_match('#^/[^/]+(/wp-.*|/.*\\.php)$#', $path, $found)) {
    $path = $found[1];
}
if (is_dir($root . $path)) {
    $path .= '/index.php';
}
if (is_file($root . $path) && !str_ends_with($path, '.php')) {
    return false;
}
$script = is_file($root . $path) ? $path : '/index.php';
$_SERVER['SCRIPT_NAME'] = $_SERVER['PHP_SELF'] = $script;
$_SERVER['SCRIPT_FILENAME'] = $root . $script;
chdir(dirname($root . $script));
require $root . $script;
"""


def php_settings(site):
    """php.ini's settings: mail goes to a file, and an edited file is seen at the next request."""
    return {
        "sendmail_path": f"/bin/sh {site.work}/sendmail",
        "opcache.revalidate_freq": "0",
        "memory_limit": "256M",
        "display_errors": "0",
    }


def write_sendmail(site):
    """What PHP mails with; it has no regard for the arguments that PHP adds."""
    (site.work / "sendmail").write_text(f"cat >> {shlex.quote(str(site.mail))}\n")


def php_options(site):
    """The settings as options of the `php` command."""
    return [f"--define={name}={value}" for name, value in php_settings(site).items()]


def daemons(server, site):
    """What has to run for a site, in the order in which it starts: functions that start a daemon."""
    return {
        "nginx": (start_php, start_nginx),
        "apache": (start_php, start_apache),
        "builtin": (start_builtin,),
    }[server]


def daemon(site, name):
    return Daemon(site.work / f"{name}.id", site.directory / f"{name}.log")


def configuration(site, name, template, **values):
    path = site.work / f"{name}.conf"
    log = site.directory / f"{name}.log"
    path.write_text(template.format(
        work=site.work, root=site.root, port=site.port, log=log, **values))
    return path


def start_php(site):
    program = newest_php()
    path = configuration(
        site, "php", PHP_FPM, processes=PHP_PROCESSES,
        access="user = www-data\ngroup = www-data\nlisten.owner = www-data\nlisten.group = www-data"
        if IS_ROOT else "",
        settings="\n".join(
            f'php_admin_value[{name}] = "{value}"'
            for name, value in php_settings(site).items()))
    fpm = daemon(site, "php")
    fpm.start(program, "--fpm-config", path)
    fpm.wait((site.work / "php.sock").exists)


def newest_php():
    programs = [name for folder in PATH.split(":") for name in glob.glob(f"{folder}/php-fpm*")]
    if not programs:
        raise Failure("php-fpm is missing; install it first: Scripts/packages wordpress")
    return max(programs, key=os.path.basename)


def start_nginx(site):
    path = configuration(site, "nginx", NGINX, user="user www-data;" if IS_ROOT else "")
    daemon(site, "nginx").start("nginx", "-e", site.directory / "nginx.log", "-c", path)


def start_apache(site):
    path = configuration(
        site, "apache", APACHE, user="User www-data\nGroup www-data" if IS_ROOT else "",
        modules="\n".join(
            f"LoadModule {name}_module {APACHE_MODULES}/mod_{name}.so" for name in NEEDED_MODULES))
    daemon(site, "apache").start("apache2", "-D", "FOREGROUND", "-f", path)


def start_builtin(site):
    router = site.work / "router.php"
    router.write_text(ROUTER)
    daemon(site, "builtin").start(
        "php", *php_options(site), "-S", f"127.0.0.1:{site.port}", "-t", site.root,
        router, environment={"PHP_CLI_SERVER_WORKERS": str(PHP_PROCESSES)}, **UNPRIVILEGED)


def stop(site):
    """Ends whatever serves the site, the web server before PHP."""
    for name in "nginx", "apache", "builtin", "php":
        daemon(site, name).stop()


def run_php(site, script, *arguments):
    """Standard output of a PHP script, given as its text, run on the command line as the site's user."""
    result = subprocess.run(
        ["php", *php_options(site), "--", *map(str, arguments)], input=script,
        env={**os.environ, "PATH": PATH}, capture_output=True, text=True, **UNPRIVILEGED)
    if result.returncode != 0:
        # A page for a browser is on standard output; the reason is in the log.
        reasons = result.stderr or site.debug_log.read_text(errors="replace")
        raise Failure(f"PHP failed: {reasons[-2000:].strip()}")
    return result.stdout
