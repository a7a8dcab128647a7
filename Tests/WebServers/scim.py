"""A SCIM client as thin as HTTP itself: what a test sends is what the web server gets."""

import dataclasses
import http.client
import json
import socket
import urllib.parse

CORE = "urn:ietf:params:scim:schemas:core:2.0:"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
TIMEOUT_SECONDS = 60


@dataclasses.dataclass
class Answer:
    status: int
    headers: dict  # names in lower case
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


class Client:
    """Requests relative to the SCIM base URL, each on a connection of its own."""

    def __init__(self, base, token=None):
        url = urllib.parse.urlsplit(base)
        self.base = base
        self.host, self.port, self.prefix = url.hostname, url.port, url.path
        self.token = token

    def request(self, method, path, body=None, headers=None):
        """Sends what SCIM clients usually send; a body that is no `bytes` becomes JSON."""
        sent = {"Accept": "application/scim+json"}
        if self.token is not None:
            sent["Authorization"] = f"Bearer {self.token}"
        if body is not None:
            sent["Content-Type"] = "application/scim+json"
            if not isinstance(body, bytes):
                body = json.dumps(body, ensure_ascii=False).encode()
        return self.send(method, path, {**sent, **(headers or {})}, body)

    def send(self, method, path, headers, body=None):
        """Sends these headers and no others; `path` is not encoded."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=TIMEOUT_SECONDS)
        try:
            connection.putrequest(method, self.prefix + path, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            response = connection.getresponse()
            fields = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, fields, response.read())
        finally:
            connection.close()

    def get(self, path, headers=None):
        return self.request("GET", path, headers=headers)

    def post(self, path, body, headers=None):
        return self.request("POST", path, body, headers)

    def put(self, path, body, headers=None):
        return self.request("PUT", path, body, headers)

    def patch(self, path, *operations, headers=None):
        body = {"schemas": [PATCH], "Operations": list(operations)}
        return self.request("PATCH", path, body, headers)

    def delete(self, path, headers=None):
        return self.request("DELETE", path, headers=headers)

    def find(self, resources, filter, **parameters):
        """A list request whose filter is percent-encoded to the last byte."""
        values = {"filter": filter, **parameters}.items()
        return self.get(f"{resources}?" + "&".join(f"{key}={encode_all(v)}" for key, v in values))

    def raw(self, text, half_close=True):
        """Everything the server says to these bytes until it closes the connection."""
        with socket.create_connection((self.host, self.port), TIMEOUT_SECONDS) as connection:
            connection.sendall(text)
            if half_close:
                connection.shutdown(socket.SHUT_WR)
            pieces = []
            try:
                while piece := connection.recv(65536):
                    pieces.append(piece)
            except ConnectionResetError:
                pass
            return b"".join(pieces)


def encode_all(text):
    return "".join(f"%{byte:02X}" for byte in str(text).encode())


def user(name, /, **members):
    return {"schemas": [CORE + "User"], "userName": name, "active": True, **members}


def group(name, /, *members):
    return {
        "schemas": [CORE + "Group"], "displayName": name,
        "members": [{"value": member} for member in members],
    }
