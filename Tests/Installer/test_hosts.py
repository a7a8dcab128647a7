"""Upload, activate, make a token: an account that the provider creates is in WordPress."""

import pathlib
import re
import tempfile
import urllib.parse

import pytest

from administrator import Administrator, Provider, text_of
from hosts import IS_ROOT, MANY_RULES, NO_PROGRAMS, Host, releases
from people import come_and_go
from web import request

FRONT_RULES = """
<Directory "{root}">
    RewriteEngine On
    RewriteCond %{{REQUEST_FILENAME}} !-f
    RewriteCond %{{REQUEST_FILENAME}} !-d
    RewriteRule . {path}/index.php [L]
    {auth}
</Directory>
"""


class WithoutOverrides(Host):
    """Apache that reads no .htaccess, and has WordPress's rules itself."""

    def __init__(self, auth):
        super().__init__("apache", ("fcgid", "cgid"), override="None")
        self.auth = auth

    def apache(self, site):
        self.more = FRONT_RULES.format(root=site.document_root, path=site.path, auth=self.auth)
        return super().apache(site)


ONLY_EXEC = {"disable_functions": "proc_open,proc_close,shell_exec,system,passthru,popen,getallheaders"}
NGINX = Host("nginx")
BOTH = Host("apache", ("fcgid", "cgid"))
# How each is, and the way that is found there.
HOSTS = {
    "nginx": (NGINX, "WordPress's own entrance"),
    "apache-fcgid-cgid": (BOTH, "FastCGI (mod_fcgid), with CGI for large"),
    "apache-cgid": (Host("apache", ("cgid",)), "Way CGI;"),
    "apache-fcgid": (Host("apache", ("fcgid",)), "FastCGI (mod_fcgid), with PHP for large"),
    "apache-php": (Host("apache"), "a PHP file"),
    "apache-many-rules": (
        Host("apache", ("fcgid", "cgid"), rules=MANY_RULES), "with CGI for large"),
    "apache-file-info": (Host("apache", ("fcgid", "cgid"), override="FileInfo"), "a PHP file"),
    # PHP starts no programs, and the web server does.
    "apache-cgid-no-programs": (Host("apache", ("cgid",), php=NO_PROGRAMS), "Way CGI;"),
    "apache-both-no-programs": (
        Host("apache", ("fcgid", "cgid"), php=NO_PROGRAMS), "with CGI for large"),
    "nginx-exec": (Host("nginx", php=ONLY_EXEC), "WordPress's own entrance"),
    "apache-exec-already": (
        Host("apache", ("fcgid", "cgid"), override="FileInfo",
             more='<Location "/">\nOptions +ExecCGI\n</Location>'), "with CGI for large"),
    # Programs that Apache starts may not enter the private folder.
    "apache-another-user": (
        Host("apache", ("fcgid", "cgid"), user="nobody"), "a PHP file"),
    "apache-no-overrides": (WithoutOverrides("CGIPassAuth On"), "WordPress's own entrance"),
}


def installed(site, zip_file):
    """The administrator, and what the page says first."""
    administrator = Administrator(site)
    return administrator, text_of(administrator.install(zip_file))


def on_its_way(administrator, page, way):
    """The page once the host has found the way that is its own.

    A first try may meet a web server that is busy with itself, and takes a slower way then; the
    page's own Repair looks again.
    """
    return page if way in page else text_of(administrator.press("repair"))


def provisions(administrator, name="ann@example.org"):
    """A provider with a new token, and the id of somebody whom it has brought into the list of users."""
    provider = Provider(administrator.site, administrator.make_token())
    user_id = provider.create(name)
    administrator.wait_for_user(name)
    return provider, user_id


def reaches_program(site, url):
    """Whether the program logs a request."""
    log = site.private / "roster.log"
    before = log.stat().st_size
    request("GET", url)
    return urllib.parse.urlsplit(url).path in log.read_text()[before:]


def fetched(site, path):
    """Whether the web server hands a file of the private folder out."""
    inside = path.relative_to(site.home)
    base = site.url.removesuffix(site.path)
    urls = [f"{base}/{inside}", f"{base}/{'/'.join(inside.parts[1:])}", f"{base}/../{inside}"]
    head = path.read_bytes()[:16]
    return any(head in request("GET", url).body for url in urls)


@pytest.mark.parametrize("kind", HOSTS)
def test_host(laboratory, zips, kind):
    host, way = HOSTS[kind]
    if host.user != "www-data" and not IS_ROOT:
        pytest.skip("Apache cannot run as another user than PHP here")
    site = laboratory.site("single", host)
    administrator, page = installed(site, zips.full)
    assert "Provisioning works." in page
    page = on_its_way(administrator, page, way)
    assert way in page, page
    come_and_go(administrator)
    assert reaches_program(site, f"{site.url}/scim/admin/sign-in?x=1")
    # Nothing is left of what was tried, and what is private is nobody's but PHP's.
    assert not [name for name in site.traces if re.search("probe|old", name)]
    assert site.private.stat().st_mode & 0o777 == 0o700
    for path in site.private.iterdir():
        assert path.name == "roster" or path.stat().st_mode & 0o077 == 0
        assert not fetched(site, path)


class SuExec(Host):
    """Programs run as the customer, as PHP does, and Apache as somebody else."""

    def __init__(self, *modules):
        super().__init__("apache", (*modules, "suexec"), more="SuexecUserGroup {} {}".format(*CUSTOMER))


# suexec takes no user whose number is below 100.
CUSTOMER = ("nobody", "nogroup")
SUEXEC = pathlib.Path("/usr/lib/apache2/suexec")
# What Debian has compiled into it: where programs may be, and where it must be able to write.
SUEXEC_ROOT, SUEXEC_LOGS = pathlib.Path("/var/www"), pathlib.Path("/var/log/apache2")


@pytest.fixture(scope="session")
def customer_folder(laboratory):
    """A folder where suexec runs programs."""
    if not IS_ROOT or not SUEXEC.exists():
        pytest.skip("suexec is not there, or Apache cannot use it")
    made = [path for path in (SUEXEC_ROOT, SUEXEC_LOGS) if not path.exists()]
    for path in made:
        path.mkdir(parents=True)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="hosted-", dir=SUEXEC_ROOT))
    folder.chmod(0o755)
    laboratory.folders += [folder, *made]
    return folder


@pytest.mark.parametrize("modules, way", [
    (["cgid"], "Way CGI;"), (["fcgid", "cgid"], "with CGI for large")], ids=["cgid", "fcgid-cgid"])
def test_suexec(laboratory, zips, customer_folder, modules, way):
    site = laboratory.site(
        "suexec", SuExec(*modules), directory=customer_folder / "site", owner=CUSTOMER)
    administrator, page = installed(site, zips.full)
    assert "Provisioning works." in page
    page = on_its_way(administrator, page, way)
    assert way in page, page
    come_and_go(administrator)
    for name in "scim", "scim/v2", "scim/admin":
        assert (site.root / name).stat().st_mode & 0o777 == 0o755
    assert site.private.stat().st_mode & 0o777 == 0o700


def test_newest_wordpress(laboratory, zips):
    release = releases.newest()
    if release is None:
        pytest.skip("no other release of Debian can be reached")
    site = laboratory.site("newest", BOTH, release)
    administrator, page = installed(site, zips.full)
    assert "Provisioning works." in page
    provisions(administrator)
    administrator.replace(zips.newer())
    assert "Provisioning works." in administrator.get(administrator.page)


def test_subdirectory_on_nginx(laboratory, zips):
    site = laboratory.site("blog", NGINX)
    administrator, page = installed(site, zips.full)
    assert f"{site.url}/scim/v2" in page
    assert "Provisioning works." in page
    provisions(administrator)


def test_subdirectory_on_apache(laboratory, zips):
    site = laboratory.site("blog", Host(
        "apache", ("fcgid", "cgid"),
        rules=BOTH.rules.replace("RewriteBase /", "RewriteBase /blog/")
        .replace("/index.php [L]", "/blog/index.php [L]")))
    administrator, page = installed(site, zips.full)
    page = on_its_way(administrator, page, "with CGI for large")
    assert "with CGI for large" in page, page
    provisions(administrator)


def test_network(laboratory, zips):
    site = laboratory.site("network", NGINX)
    administrator, page = installed(site, zips.full)
    assert "Provisioning works." in page
    come_and_go(administrator)
    provider = Provider(site, administrator.make_token())
    # Of the main site alone.
    assert request("GET", site.url + "/other/scim/v2/Users").status in (301, 302, 404)
    administrator.deactivate()
    assert provider.request("GET", "/Users").status == 404


def test_network_with_subdomains(laboratory, zips):
    site = laboratory.site("subdomains", NGINX)
    administrator, page = installed(site, zips.full)
    assert "Provisioning works." in page
    come_and_go(administrator)
    form = administrator.get(f"{administrator.admin}/site-new.php")
    administrator.send(f"{administrator.admin}/site-new.php?action=add-site", **{
        "blog[domain]": "other", "blog[title]": "Other", "blog[email]": "admin@example.com",
        "_wpnonce_add-blog": administrator.nonce(form, "_wpnonce_add-blog")})
    # WordPress drops the colon.
    wrong, right = f"localhost{site.port}", f"localhost:{site.port}"
    site.execute(f"""
        UPDATE wp_blogs SET domain = REPLACE(domain, '{wrong}', '{right}');
        UPDATE wp_2_options SET option_value = REPLACE(option_value, '{wrong}', '{right}')
        WHERE option_name IN ('home', 'siteurl');""")
    other = site.url.replace("//", "//other.")
    assert "Other" in request("GET", f"{other}/").text
    # Of the main site alone.
    for path in "/scim/v2/ServiceProviderConfig", "/scim/admin":
        assert reaches_program(site, site.url + path)
        assert not reaches_program(site, other + path)


def test_header_is_lost(laboratory, zips):
    site = laboratory.site("single", WithoutOverrides(""))
    _, page = installed(site, zips.full)
    assert "The web server keeps the token to itself." in page or "No request reaches Roster." in page
    assert "CGIPassAuth On" in page or "Authorization" in page
    assert "scim" not in " ".join(site.traces)


def test_no_programs(laboratory, zips):
    site = laboratory.site("single", Host("nginx", php=NO_PROGRAMS))
    administrator, page = installed(site, zips.full)
    assert "This host lets PHP start no programs." in page
    assert "Please take proc_open, proc_close and proc_terminate off" in page
    # The host has done it.
    site.serve(NGINX)
    assert "Provisioning works." in text_of(administrator.press("repair"))
