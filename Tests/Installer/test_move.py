"""The directory leaves a place where the web server hands it out, while a provider goes on."""

import sqlite3

from administrator import Provider, text_of
from hosts import Host, give
from load import Load
from test_hosts import NGINX, fetched, installed
from web import request

# The home is shown, with every name in it: somebody has made a mistake.
SHOWN_HOME = """
AliasMatch "^/(roster-.*)" "{home}/$1"
<Directory "{home}">
    AllowOverride None
    Require all granted
</Directory>
"""


class ShowsHome(Host):
    """Apache with both ways of running programs, and no care for names that begin with .ht."""

    def __init__(self):
        super().__init__("apache", ("fcgid", "cgid", "alias"), hidden="")

    def apache(self, site):
        self.more = SHOWN_HOME.format(home=site.home)
        return super().apache(site)


def moved(administrator, provider):
    """The page after the move; whatever was acknowledged before and meanwhile is there."""
    site = administrator.site
    with Load(provider) as load:
        load.go_on(5)
        page = text_of(administrator.press("move"))
        load.go_on(3)
    # Where somebody is turned away, it is for a moment, and said so.
    assert load.statuses <= {201, 500, 503}
    assert load.missing() == []
    return page


def require_whole(path):
    assert sqlite3.connect(f"file:{path}?mode=ro", uri=True).execute(
        "PRAGMA integrity_check").fetchall() == [("ok",)]


def test_inside_the_website(laboratory, zips):
    site = laboratory.site("single", NGINX)
    site.close_home()
    administrator, page = installed(site, zips.full)
    assert "Move it out of the website" in page
    old = site.private
    assert fetched(site, old / ".htroster.sqlite")
    provider = Provider(site, administrator.make_token())
    # There is no better place yet.
    page = text_of(administrator.press("move"))
    assert "There is no better place yet." in page
    assert "Please give my site a folder outside the document root" in page
    assert site.private == old and provider.request("GET", "/Users").status == 200
    # The host has made one.
    site.home.chmod(0o755)
    page = moved(administrator, provider)
    assert "Provisioning works." in page and "Move it out" not in page
    assert not old.exists() and not old.is_symlink()
    assert site.private.parent == site.home
    require_whole(site.private / ".htroster.sqlite")
    for path in site.private.iterdir():
        assert not fetched(site, path)
    name = old.relative_to(site.root)
    assert request("GET", f"{site.url}/{name}/.htroster.sqlite").status == 404
    assert "outside the website" in text_of(administrator.get(administrator.page))
    administrator.wait_for_user("load-1@example.org")
    assert "Provisioning works." in text_of(administrator.press("repair"))


def test_outside_that_is_shown_later(laboratory, zips):
    """Programs that are kept by the web server change over, too."""
    site = laboratory.site("single", Host("apache", ("fcgid", "cgid")))
    administrator, page = installed(site, zips.full)
    assert "Move it out" not in page
    provider = Provider(site, administrator.make_token())
    site.serve(ShowsHome())
    old = site.private
    assert old.parent == site.home
    page = text_of(administrator.press("test"))
    assert "The directory lies where the web server hands files out" in page
    # Another folder beside it would be shown as well.
    assert "There is no better place yet." in text_of(administrator.press("move"))
    assert site.private_folders == [old]
    better = site.home / "private"
    better.mkdir()
    give(better)
    try:
        page = moved(administrator, provider)
        assert "Move it out" not in page
        folder, = better.iterdir()
        assert not old.exists() and not old.is_symlink()
        require_whole(folder / ".htroster.sqlite")
        assert str(folder) in (site.root / "scim/v2").read_text()
        assert "Provisioning works." in text_of(administrator.press("test"))
    finally:
        for path in better.iterdir():
            path.rename(site.home / path.name)
        better.rmdir()
