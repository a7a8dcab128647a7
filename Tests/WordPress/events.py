"""Events as Roster sends them, and people whose state it sends."""

import itertools
import uuid

numbers = itertools.count(1)

# Of the password that bears its name, at a cost that is right for tests alone.
PASSWORD = "correct horse"
PASSWORD_HASH = "$2y$04$5hC5zHZE/6/AU/mBOW3YUOje7N7GAyNRgn/va3.lLedk4kqu3pjDW"
OTHER_PASSWORD = "battery staple"
OTHER_PASSWORD_HASH = "$2y$04$cqU.BhAOLuPlVYjZqgnZ5uJWWm5DP7yazj0jaTOU1mku3qnyccEGi"


def event(kind, scim_id, version, members, **fields):
    return {
        "id": f"{scim_id}:{version}", "type": f"user.{kind}", "version": version,
        "user": {"scimId": scim_id, **members}, **fields}


class Person:
    """Somebody in Roster. What is sent has the next version; what is not said stays as it was."""

    def __init__(self, site, **members):
        number = next(numbers)
        self.site = site
        self.scim_id = str(uuid.uuid4())
        self.version = 0
        self.members = {
            "externalId": f"external-{number}",
            "userName": f"person{number}@example.org",
            "email": f"person{number}@example.org",
            "givenName": "Ann",
            "familyName": "O'Neil",
            "displayName": "Ann O'Neil",
            "active": True,
            **members,
        }

    def event(self, kind="upsert", version=None, **members):
        """The next event, or the one of a version; it is not sent."""
        if version is None:
            self.version += 1
        self.members.update(members)
        return event(kind, self.scim_id, version or self.version, self.members)

    def send(self, **members):
        """The result of sending the whole state."""
        return self.site.apply(self.event(**members))

    def applied(self, **members):
        """As `send`, which has to succeed; the person itself."""
        result = self.send(**members)
        assert result["status"] == "applied", result
        return self

    def validate(self, **members):
        """The result of asking whether a state would be taken."""
        return self.site.apply(event(
            "validate", self.scim_id, self.version + 1, {**self.members, **members}))

    def delete(self, mode="delete", **fields):
        """The result of a deletion; further fields are those of the event, such as `reassign`."""
        self.version += 1
        return self.site.apply(event("delete", self.scim_id, self.version, {}, mode=mode, **fields))

    @property
    def login(self):
        return self.members.get("login", self.members["userName"])

    @property
    def email(self):
        return self.members["email"]

    @property
    def account(self):
        """What WordPress has of the person, or None."""
        return self.site.account("roster_scim_id", self.scim_id)
