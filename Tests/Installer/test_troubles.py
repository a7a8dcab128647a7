"""Hosts that give less: what stays safe, and what the page says."""

import re

import pytest

from administrator import Administrator, Provider, text_of
from hosts import Host
from test_hosts import BOTH, NGINX, fetched, installed, provisions
from web import request


class Firewall(Host):
    """nginx that takes reading and creating alone."""

    def nginx(self, site):
        path = super().nginx(site)
        path.write_text(path.read_text().replace(
            "location ~", "if ($request_method !~ ^(GET|HEAD|POST)$) { return 403; }\nlocation ~", 1))
        return path


def test_methods_are_turned_away(laboratory, zips):
    site = laboratory.site("single", Firewall("nginx"))
    administrator, page = installed(site, zips.full)
    assert "The server turns PUT, PATCH, DELETE away." in page
    assert "leavers keep their access" in page
    assert f"Please exempt {site.url}/scim/v2 from mod_security rule 911100" in page
    # What gets through works all the same.
    provisions(administrator)


def test_inside_the_website_on_apache(laboratory, zips):
    site = laboratory.site("single", BOTH)
    site.close_home()
    administrator, page = installed(site, zips.full)
    assert "inside the website; a request for it was turned away" in page
    assert "can be fetched" not in page
    provisions(administrator)
    for path in site.private.iterdir():
        assert not fetched(site, path)
    # Its name stands in no file that a server could hand out.
    assert site.private.name not in request("GET", f"{site.url}/scim/v2").text


def test_inside_the_website_on_nginx(laboratory, zips):
    site = laboratory.site("single", NGINX)
    site.close_home()
    administrator, page = installed(site, zips.full)
    assert "The directory lies where the web server hands files out" in page
    assert re.fullmatch(r"\.htroster-[0-9a-f]{32}", site.private.name)
    provisions(administrator)


def test_somebody_elses_folder(laboratory, zips):
    site = laboratory.site("single", BOTH)
    own = site.root / "scim/index.html"
    own.parent.mkdir()
    own.write_text("mine")
    administrator, page = installed(site, zips.full)
    assert "The address is taken." in page
    assert [path.name for path in own.parent.iterdir()] == ["index.html"]
    administrator.deactivate()
    assert own.read_text() == "mine"


def test_in_pieces(laboratory, zips):
    """PHP's own limits: the small zip, and the program from the page."""
    host = Host("nginx")
    host.php = {}
    site = laboratory.site("single", host)
    administrator, page = installed(site, zips.small)
    assert "One file is still missing: the program." in page
    page = administrator.get(administrator.page)
    found = re.search(r'id="roster-file" data-url="[^"]+" data-nonce="([^"]+)" data-piece="(\d+)"', page)
    nonce, size = found[1], int(found[2])

    def send(offset, piece):
        return administrator.browser.request(
            "POST", f"/wp-admin/admin-ajax.php?action=roster_piece&_wpnonce={nonce}&offset={offset}",
            {"Content-Type": "application/octet-stream"}, piece).json

    # Something else, of the right length, is not taken.
    wrong = bytes(len(zips.program))
    answers = [send(at, wrong[at:at + size]) for at in range(0, len(wrong), size)]
    assert [answer["success"] for answer in answers[:-1]] == [True] * (len(answers) - 1)
    assert not answers[-1]["success"]
    assert not send(size, b"not the beginning")["success"]
    answers = [send(at, zips.program[at:at + size]) for at in range(0, len(zips.program), size)]
    assert answers[-1] == {"success": True, "data": {"done": True}}
    assert "Provisioning works." in text_of(administrator.get(administrator.page))
    provisions(administrator)


def test_small_zip_over_another(laboratory, zips):
    """The old program serves until the new one is there."""
    site = laboratory.site("single", NGINX)
    administrator, _ = installed(site, zips.newer())
    provider, _ = provisions(administrator)
    administrator.replace(zips.small)
    page = administrator.get(administrator.page)
    assert "provisioning goes on with it" in page and 'id="roster-file"' in page
    assert "Provisioning works." in page
    assert provider.request("GET", "/Users").status == 200


class Protected(Host):
    """nginx with a password before everything but the login and wp-admin."""

    def nginx(self, site):
        path = super().nginx(site)
        (site.work / "users").write_text("staging:{PLAIN}secret\n")
        path.write_text(path.read_text().replace(
            f"location {site.path}/ {{",
            f"location {site.path}/ {{ auth_basic staging; auth_basic_user_file {site.work}/users;"))
        return path


def test_password_of_a_staging_site(laboratory, zips):
    site = laboratory.site("single", NGINX)
    host = Protected("nginx")
    site.answers_with = 401
    try:
        site.serve(host)
        _, page = installed(site, zips.full)
    finally:
        site.answers_with = 200
    assert "The site is protected by a password." in page
    assert f"Please exempt {site.url}/scim/v2 from the password protection" in page


def test_repair(laboratory, zips):
    site = laboratory.site("single", BOTH)
    administrator, _ = installed(site, zips.full)
    provider, _ = provisions(administrator)
    # The host moves to another server; the way that it has is another.
    site.serve(NGINX)
    assert "Provisioning works." not in text_of(administrator.press("test"))
    assert "Provisioning works." in text_of(administrator.press("repair"))
    assert provider.request("GET", "/Users").status == 200
    # A scanner has removed the program.
    (site.private / "roster").unlink()
    assert "The program is missing." in text_of(administrator.get(administrator.page))
    answer = provider.request("GET", "/Users")
    assert answer.status == 503 and dict(answer.headers)["retry-after"]
    assert answer.json["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    assert "Provisioning works." in text_of(administrator.press("repair"))
    assert provider.request("GET", "/Users").status == 200


@pytest.mark.parametrize("host", [NGINX, Host("apache")], ids=["front", "php"])
def test_private_folder_is_gone(laboratory, zips, host):
    """Never a page of WordPress: a provider would take its 404 for a deletion."""
    site = laboratory.site("single", host)
    administrator, _ = installed(site, zips.full)
    provider = Provider(site, administrator.make_token())
    site.private.rename(site.home / "elsewhere")
    try:
        answer = provider.request("GET", "/Users/1")
        assert answer.status == 503 and answer.json["status"] == "503"
    finally:
        (site.home / "elsewhere").rename(site.home / "roster-back")


def test_what_the_gateway_passes_on(laboratory, zips):
    site = laboratory.site("single", NGINX)
    administrator, _ = installed(site, zips.full)
    provider, user_id = provisions(administrator)
    answer = provider.request("GET", f"/Users/{user_id}")
    fields = dict(answer.headers)
    assert fields["content-type"] == "application/scim+json"
    assert fields["cache-control"] == "no-store"
    assert not {"x-powered-by", "link", "set-cookie"} & set(fields)
    again = request("GET", f"{site.url}/scim/v2/Users/{user_id}", {
        "Authorization": f"Bearer {provider.token}", "If-None-Match": fields["etag"]})
    assert (again.status, again.body) == (304, b"")
    assert provider.request("GET", "/Users?filter=userName%20eq%20%22ann@example.org%22").json[
        "totalResults"] == 1
    created = provider.request("POST", "/Groups", {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "g"})
    assert created.status == 201
    assert dict(created.headers)["location"].startswith(f"{site.url}/scim/v2/Groups/")
    gone = provider.request("DELETE", f"/Groups/{created.json['id']}")
    assert (gone.status, gone.body) == (204, b"")


def test_copy_at_another_address(laboratory, zips):
    """A copy for trying things out takes nothing that is meant for the original, and spoils nothing."""
    site = laboratory.site("single", NGINX)
    administrator, _ = installed(site, zips.full)
    provider, _ = provisions(administrator)
    site.move("localhost")
    try:
        copy = Administrator(site)
        page = text_of(copy.get(copy.page))
        assert "has another address than the one Roster was set up for" in page
        assert "Make a token" not in page
        # It has moved in earnest.
        assert "Provisioning works." in text_of(copy.press("repair"))
        assert f"{site.url}/scim/v2" in copy.get(copy.page)
        assert Provider(site, provider.token).request("GET", "/Users").status == 200
    finally:
        site.move("127.0.0.1")
