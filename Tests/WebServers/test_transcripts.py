"""Every identity provider's transcript, from an empty directory each, through nginx and Apache."""

import base64

import pytest

import replay
import sites

TRANSCRIPTS = sorted((sites.ROOT / "Tests/Fixtures/transcripts").glob("*.jsonl"))


@pytest.mark.parametrize("kind", ["nginx", "apache-proxy_fcgi"])
@pytest.mark.parametrize("profile", ["generic", "its own"])
@pytest.mark.parametrize("transcript", TRANSCRIPTS, ids=lambda path: path.stem)
def test_transcript(kind, transcript, profile):
    # nginx resolves dots, encoded slashes and all, before it looks whose path it is: 404 is its own.
    site = sites.Site(kind, has_front_controller=False)
    site.start(transcript.stem if profile == "its own" else profile)
    try:
        variables = {
            "token": site.token,
            "basic": base64.b64encode(f"tests:{site.token}".encode()).decode(),
            "baseUrl": site.base,
        }
        lines = transcript.read_text(encoding="utf-8").splitlines()
        steps, problems = replay.replay(site.client, lines, variables)
        print(site.logs())
    finally:
        site.stop()
    assert steps > 0
    assert problems == []
