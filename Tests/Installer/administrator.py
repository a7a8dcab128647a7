"""What an administrator does in wp-admin, by the forms and links that the pages have."""

import html
import json
import re
import secrets
import time
import urllib.parse

from web import Browser, request

MEDIA = "application/scim+json"


class Administrator:
    """A browser that is logged in as the administrator of a site."""

    def __init__(self, site):
        self.site = site
        self.admin = "/wp-admin/network" if site.is_network else "/wp-admin"
        self.page = f"{self.admin}/users.php?page=roster-provisioning"
        self.browser = Browser(site.url)
        self.browser.get("/wp-login.php")
        answer = self.browser.post(
            "/wp-login.php", log="admin", pwd=site.password, testcookie="1")
        assert answer.status == 302, answer.text

    # Pages.

    def get(self, path):
        """A page, through redirections, which stay on the site."""
        for _ in range(8):
            answer = self.browser.get(path)
            if answer.status not in (301, 302, 303):
                assert answer.status == 200, (path, answer.status, answer.text[-2000:])
                return answer.text
            path = self.local(answer.location, path)
        raise AssertionError(f"{path} redirects for ever")

    def local(self, location, path="/wp-admin/x"):
        """A link of a page as a path of the site."""
        location = urllib.parse.urljoin(self.site.url + path, html.unescape(location))
        assert location.startswith(self.site.url), location
        return location[len(self.site.url):]

    def nonce(self, page, name="_wpnonce"):
        return re.search(rf'name="{name}" value="([^"]+)"', page)[1]

    def send(self, path, **fields):
        """A form's answer, through redirections."""
        answer = self.browser.post(path, **fields)
        if answer.status in (302, 303):
            return self.get(self.local(answer.location, path))
        assert answer.status == 200, (path, answer.status, answer.text[-2000:])
        return answer.text

    # Plugins.

    def upload(self, zip_file):
        """The page that follows the upload of a plugin."""
        page = self.get(f"{self.admin}/plugin-install.php?tab=upload")
        boundary = secrets.token_hex(16)
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in (
                ("_wpnonce", self.nonce(page)),
                ("_wp_http_referer", f"{self.admin}/plugin-install.php?tab=upload"),
                ("install-plugin-submit", "Install Now"))]
        parts.append(
            f'--{boundary}\r\nContent-Disposition: form-data; name="pluginzip"; '
            f'filename="{zip_file.name}"\r\nContent-Type: application/zip\r\n\r\n'.encode()
            + zip_file.read_bytes() + f"\r\n--{boundary}--\r\n".encode())
        answer = self.browser.request(
            "POST", f"{self.admin}/update.php?action=upload-plugin",
            {"Content-Type": f"multipart/form-data; boundary={boundary}"}, b"".join(parts))
        assert answer.status == 200, answer.text[-2000:]
        return answer.text

    def follow(self, page, pattern):
        """What the link leads to whose address has the pattern in it."""
        links = [html.unescape(link) for link in re.findall(r'href="([^"]+)"', page)]
        found = [link for link in links if re.search(pattern, link)]
        assert found, f"no link with {pattern}: {re.sub('<[^>]+>', ' ', page)[-3000:]}"
        return self.get(self.local(found[0], f"{self.admin}/update.php"))

    def install(self, zip_file):
        """The page on which the administrator is after upload and activation."""
        return self.follow(self.upload(zip_file), r"action=activate\b.*roster")

    def replace(self, zip_file):
        """Uploads a zip over the plugin that is there."""
        self.follow(self.upload(zip_file), r"overwrite=update-plugin|overwrite=downgrade-plugin")

    def deactivate(self):
        return self.follow(self.get(f"{self.admin}/plugins.php"), r"action=deactivate\b.*plugin=roster")

    def activate(self):
        return self.follow(self.get(f"{self.admin}/plugins.php"), r"action=activate\b.*plugin=roster")

    def delete(self):
        page = self.get(f"{self.admin}/plugins.php")
        path = f"{self.admin}/plugins.php?action=delete-selected&checked[]=roster/roster.php&verify-delete=1"
        nonce = re.search(
            r'id="bulk-action-form".*?name="_wpnonce" value="([^"]+)"', page, re.DOTALL)[1]
        return self.send(path, **{"_wpnonce": nonce, "verify-delete": "1"})

    # The page.

    def press(self, button, **fields):
        """The page after one of its forms."""
        page = self.get(self.page)
        return self.send(self.page, _wpnonce=self.nonce(page), roster_do=button, **fields)

    def make_token(self, **fields):
        page = self.press("token", roster_once=secrets.token_hex(16), **fields)
        found = re.search(r'id="roster-token"[^>]* value="(roster_[^"]+)"', page)
        assert found, text_of(page)
        return found[1]

    def open_console(self):
        """The console's overview, in a browser of its own, by the link that the page has."""
        link = re.search(r'class="page-title-action" href="([^"]+)"', self.get(self.page))[1]
        ticket = self.browser.get(self.local(link)).location
        visitor = Browser(self.site.url)
        welcome = visitor.get(self.local(ticket))
        assert welcome.status == 200, (welcome.status, welcome.text[-2000:])
        overview = re.search(r'class="button primary" href="([^"]+)"', welcome.text)[1]
        answer = visitor.get(self.local(overview))
        assert answer.status == 200, (answer.status, answer.text[-2000:])
        return answer.text

    def wait_until(self, condition, complaint, seconds=20):
        """Opens the list of users, at which a site asks for changes, until something is so."""
        deadline = time.monotonic() + seconds
        self.get(f"{self.admin}/users.php")
        while not condition():
            assert time.monotonic() < deadline, complaint
            time.sleep(0.1)
            self.get(f"{self.admin}/users.php")

    def wait_for_user(self, name):
        list_of_users = f"{self.admin}/users.php"
        self.wait_until(lambda: name in self.get(list_of_users), f"{name} never came")


class Provider:
    """An identity provider with a token."""

    def __init__(self, site, token):
        self.base = f"{site.url}/scim/v2"
        self.token = token

    def request(self, method, path, body=None):
        fields = {"Authorization": f"Bearer {self.token}", "Accept": MEDIA}
        if body is not None:
            fields["Content-Type"] = MEDIA
            body = json.dumps(body).encode()
        return request(method, self.base + path, fields, body)

    def create(self, name):
        answer = self.request("POST", "/Users", {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": name, "active": True, "name": {"givenName": "Ann", "familyName": "Ex"},
            "emails": [{"value": name, "type": "work", "primary": True}]})
        assert answer.status == 201, (answer.status, answer.text)
        return answer.json["id"]

    def deactivate(self, user_id):
        answer = self.request("PATCH", f"/Users/{user_id}", {
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{"op": "replace", "path": "active", "value": False}]})
        assert answer.status in (200, 204), answer.text


def text_of(page):
    """What a page says, without marks and menus."""
    found = re.search(r'<div class="wrap">(.*?)<div class="clear">', page, re.DOTALL)
    text = re.sub(r"<[^>]+>", " ", found[1] if found else page)
    return html.unescape(re.sub(r"\s+", " ", text))
