"""Every identity provider's transcript, from an empty directory each, through nginx and Apache."""

import base64

import pytest

import replay
import sites

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


@pytest.mark.parametrize("kind", ["nginx", "apache-proxy_fcgi"])
@pytest.mark.parametrize("transcript, profile", conversations())
def test_transcript(kind, transcript, profile):
    # nginx resolves dots, encoded slashes and all, before it looks whose path it is: 404 is its own.
    with sites.running(kind, profile=profile, has_front_controller=False) as site:
        variables = {
            "token": site.token,
            "basic": base64.b64encode(f"tests:{site.token}".encode()).decode(),
            "baseUrl": site.base,
        }
        lines = transcript.read_text(encoding="utf-8").splitlines()
        steps, problems = replay.replay(site.client, lines, variables)
    assert steps > 0
    assert problems == []
