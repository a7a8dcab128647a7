"""From the first account to the deletion of the plugin."""

import re

import pytest

from administrator import Provider, text_of
from people import is_in, logged_in, with_new_password
from test_hosts import BOTH, NGINX, installed, provisions

SERVERS = {"nginx": NGINX, "apache": BOTH}


@pytest.fixture(params=SERVERS)
def site(laboratory, request):
    return laboratory.site("single", SERVERS[request.param])


def test_life(site, zips):
    administrator, _ = installed(site, zips.full)
    provider, ann = provisions(administrator)
    assert is_in(with_new_password(site, "ann@example.org"))

    # Another zip over this one: the program is another, and nothing else is.
    before = (site.private / "roster").read_bytes()
    administrator.replace(zips.newer())
    page = text_of(administrator.get(administrator.page))
    assert "Provisioning works." in page
    assert (site.private / "roster").read_bytes() == before + b"\n"
    assert "ann@example.org" in provider.request("GET", "/Users").text

    # One that does not run is taken back.
    administrator.replace(zips.broken())
    page = text_of(administrator.get(administrator.page))
    assert "was taken back" in page
    assert (site.private / "roster").read_bytes() == before + b"\n"
    bob, cid = provider.create("bob@example.org"), provider.create("cid@example.org")
    administrator.wait_for_user("cid@example.org")
    assert not [name for name in site.private.iterdir() if name.suffix in (".old", ".new")]

    provider.deactivate(ann)
    administrator.wait_for_user("Deactivated")
    assert not is_in(logged_in(site, "ann@example.org"))

    # Off: no provisioning, and no way in for those who have left.
    administrator.deactivate()
    answer = provider.request("GET", "/Users")
    assert answer.status == 404 and "scim" not in dict(answer.headers).get("content-type", "")
    assert not is_in(logged_in(site, "ann@example.org"))
    site.mail.write_text("")
    assert with_new_password(site, "ann@example.org") is None

    # On again, with the same token; the broken zip is still there, and still is not used.
    page = text_of(administrator.activate())
    assert "was taken back" in page
    assert "Provisioning works." in page
    assert bob in provider.request("GET", "/Users").text
    provider.create("dora@example.org")
    administrator.wait_for_user("dora@example.org")

    administrator.replace(zips.newer())
    page = text_of(administrator.get(administrator.page))
    assert "Provisioning works." in page and "was taken back" not in page

    # Deleted, its data kept: leavers stay out, and a new installation goes on.
    administrator.deactivate()
    administrator.delete()
    assert not (site.root / "wp-content/plugins/roster").exists()
    assert with_new_password(site, "ann@example.org") is None
    administrator.install(zips.full)
    assert cid in provider.request("GET", "/Users").text

    # Deleted with its data.
    administrator.press("uninstall", roster_data="delete")
    administrator.deactivate()
    administrator.delete()
    assert site.traces == []
    assert administrator.get("/wp-admin/users.php").count("bob@example.org") > 0


def test_token_is_shown_once(laboratory, zips):
    site = laboratory.site("single", NGINX)
    administrator, _ = installed(site, zips.full)
    fields = {"roster_once": "the same form", "roster_profile": "okta", "roster_name": "my okta"}
    token = re.search(r"roster_[\w-]{20,}", administrator.press("token", **fields))[0]
    page = administrator.press("token", **fields)
    assert token not in page and "is not shown again" in page
    assert token not in administrator.get(administrator.page)
    assert "my-okta" in text_of(page)
    provider = Provider(site, token)
    assert provider.request("GET", "/Users").status == 200
    number = re.search(r'name="roster_token" value="(\d+)"', page)[1]
    assert "Revoked" in administrator.press("revoke", roster_token=number)
    assert provider.request("GET", "/Users").status == 401


def test_forged_form(laboratory, zips):
    site = laboratory.site("single", NGINX)
    administrator, _ = installed(site, zips.full)
    answer = administrator.browser.post(
        administrator.page, roster_do="token", roster_once="x", _wpnonce="0000000000")
    assert answer.status == 403 and "roster_" not in re.sub("roster_provisioning", "", answer.text)
    # Whoever may not manage the site has no page.
    Provider(site, administrator.make_token()).create("eve@example.org")
    administrator.wait_for_user("eve@example.org")
    eve = with_new_password(site, "eve@example.org")
    assert is_in(eve)
    assert eve.get(administrator.page).status == 403
    assert eve.post("/wp-admin/admin-ajax.php", action="roster_test_begin").status == 403
    assert eve.get("/wp-admin/admin-ajax.php?action=roster_piece").status == 403
