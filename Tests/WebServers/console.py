"""What a WordPress site does that lets somebody in to the console."""

import base64
import hashlib
import hmac
import json
import secrets
import time


def encoded(data):
    """base64 for URLs."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def ticket(secret, login="admin", age=0, id=None, timestamp=None, **members):
    """A ticket of the site with this secret, so many seconds old."""
    id = id or f"tkt_{secrets.token_hex(12)}"
    timestamp = str(int(time.time()) - age) if timestamp is None else timestamp
    body = json.dumps(
        {"purpose": "console", "login": login, "timezone": "Europe/Berlin", **members}).encode()
    key = base64.b64decode(secret.removeprefix("whsec_"))
    code = hmac.digest(key, f"{id}.{timestamp}.".encode() + body, hashlib.sha256)
    return ".".join((id, timestamp, encoded(body), encoded(code)))
