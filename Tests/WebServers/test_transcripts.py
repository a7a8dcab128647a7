"""Every identity provider's transcript, from an empty directory each, through nginx and Apache."""

import base64

import pytest

import replay
import sites
from scim import Client

TRANSCRIPTS = sorted((sites.ROOT / "Tests/Fixtures/transcripts").glob("*.jsonl"))
# Files that are no particular identity provider's.
NEUTRAL = {"generic", "rfc7644"}


def conversations():
    """Each transcript with a token of the profile `generic`, and with one of its provider's own."""
    for path in TRANSCRIPTS:
        provider = path.stem.partition("-")[0]
        yield pytest.param(path, "generic", id=path.stem)
        if provider not in NEUTRAL:
            yield pytest.param(path, provider, id=f"{path.stem} as {provider}")


@pytest.fixture(scope="module", params=["nginx", "apache-proxy_fcgi"])
def bare_site(request):
    """Roster alone; nginx resolves dots and encoded slashes before it looks whose path it is, and
    answers 404 itself."""
    with sites.running(request.param, has_front_controller=False) as site:
        yield site


def token(site, name, profile):
    """A new token, in place of an earlier one of the name."""
    site.run("token", "revoke", name)
    return site.command("token", "create", name, "--profile", profile)


def clear(client):
    """Deletes every group and user."""
    for resources in "/Groups", "/Users":
        while found := client.get(f"{resources}?attributes=id").json["Resources"]:
            for resource in found:
                assert client.delete(f"{resources}/{resource['id']}").status == 204


@pytest.mark.parametrize("transcript, profile", conversations())
def test_transcript(bare_site, transcript, profile):
    clear(bare_site.client)
    secret = token(bare_site, "transcript", profile)
    variables = {
        "token": secret,
        "basic": base64.b64encode(f"transcript:{secret}".encode()).decode(),
        "baseUrl": bare_site.base,
    }
    lines = transcript.read_text(encoding="utf-8").splitlines()
    steps, problems = replay.replay(Client(bare_site.base, secret), lines, variables)
    assert steps > 0
    assert problems == []
