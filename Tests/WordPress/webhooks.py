"""Messages signed as Standard Webhooks has it."""

import base64
import hashlib
import hmac
import secrets
import time


def new_secret():
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def new_id():
    return "msg_" + secrets.token_hex(12)


def signature(secret, message_id, timestamp, body):
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def headers(body, *signing, message_id=None, timestamp=None):
    """The three header fields of a message, signed with each of the secrets."""
    message_id = message_id or new_id()
    timestamp = int(time.time()) if timestamp is None else timestamp
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(
            signature(secret, message_id, timestamp, body) for secret in signing),
    }


def is_signed(fields, body, secret):
    """Whether header fields, names in lower case, sign the body now."""
    timestamp = int(fields["webhook-timestamp"])
    right = signature(secret, fields["webhook-id"], timestamp, body)
    return right in fields["webhook-signature"].split() and abs(time.time() - timestamp) <= 300
