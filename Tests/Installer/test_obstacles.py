"""Rules for addresses with "scim" in them, as older SCIM plugins have wanted them."""

import pytest

from administrator import text_of
from hosts import WORDPRESS_RULES, Host
from test_hosts import NGINX, WithoutOverrides, installed, on_its_way, provisions

TO_WORDPRESS = """\
RewriteEngine On
RewriteRule ^(.*)/?scim(.*)$ /index.php?old_scim=$2 [L,QSA]
"""
ELSEWHERE = """\
RewriteEngine On
RewriteRule scim /wp-content/plugins/old-scim/endpoint.php [L]
"""
# As security plugins do it, so that no folder escapes their rules.
ALSO_BELOW = """\
RewriteEngine On
RewriteOptions InheritDownBefore
RewriteRule scim /wp-content/plugins/old-scim/endpoint.php [L]
"""
OLD_PLUGIN = """\
<?php
/* Plugin Name: An older one */
add_action('init', function () {
    if (strpos($_SERVER['REQUEST_URI'], '/scim') !== false) {
        status_header(401);
        exit('{"error": "Authorization header not found"}');
    }
});
"""
ALL = ("fcgid", "cgid")


class InFront(WithoutOverrides):
    """Apache whose own configuration has the rule, before any file is looked for."""

    def __init__(self, rule):
        super().__init__("CGIPassAuth On")
        self.rule = rule

    def apache(self, site):
        path = super().apache(site)
        path.write_text(path.read_text() + f"RewriteEngine On\n{self.rule}\n")
        return path


PASSABLE = {
    "to-wordpress": (Host("apache", ALL, rules=TO_WORDPRESS + WORDPRESS_RULES), "with CGI for large"),
    "elsewhere-php": (Host("apache", rules=ELSEWHERE + WORDPRESS_RULES), "a PHP file"),
    "also-below": (Host("apache", ALL, rules=ALSO_BELOW + WORDPRESS_RULES), "with CGI for large"),
    "also-below-php": (Host("apache", rules=ALSO_BELOW + WORDPRESS_RULES), "a PHP file"),
    "server-to-wordpress": (
        InFront('RewriteRule "scim" "/index.php" [L,PT]'), "WordPress's own entrance"),
}


@pytest.mark.parametrize("kind", PASSABLE)
def test_a_way_round(laboratory, zips, kind):
    host, way = PASSABLE[kind]
    site = laboratory.site("single", host)
    administrator, page = installed(site, zips.full)
    assert "Provisioning works." in page
    page = on_its_way(administrator, page, way)
    assert way in page, page
    provisions(administrator)


def test_older_plugin(laboratory, zips):
    """One that answers whatever has the word in its address, and is loaded before this one."""
    site = laboratory.site("single", NGINX)
    path = site.root / "wp-content/plugins/an-older-one.php"
    path.write_text(OLD_PLUGIN)
    site.execute(
        "UPDATE wp_options SET option_value = 'a:1:{i:0;s:16:\"an-older-one.php\";}'"
        " WHERE option_name = 'active_plugins';")
    try:
        administrator, page = installed(site, zips.full)
        assert "Provisioning works." in page
        provisions(administrator)
    finally:
        path.unlink()


def test_in_the_way(laboratory, zips):
    """Where only WordPress's entrance is left and a rule keeps requests from it, the page names the rule."""
    site = laboratory.site("single", Host("apache", rules=ELSEWHERE + WORDPRESS_RULES))
    site.root.chmod(0o555)
    try:
        administrator, page = installed(site, zips.full)
        assert 'A rule of this site takes every address with "scim" in it.' in page
        assert f"{site.root}/.htaccess:2: RewriteRule scim /wp-content" in page
        assert [name for name in site.traces if "scim" in name or "gateway" in name] == []
        # The line is removed.
        (site.root / ".htaccess").write_text(WORDPRESS_RULES)
        assert "Provisioning works." in text_of(administrator.press("repair"))
    finally:
        site.root.chmod(0o755)


def test_in_the_way_at_the_host(laboratory, zips):
    site = laboratory.site("single", InFront('RewriteRule "scim" - [F]'))
    administrator, page = installed(site, zips.full)
    assert 'A rule of the web server takes every address with "scim" in it.' in page
    assert f"It keeps {site.url}/scim/v2 from the site." in page
    site.serve(WithoutOverrides("CGIPassAuth On"))
    assert "Provisioning works." in text_of(administrator.press("repair"))
