"""Sites with the plugin, shared by all tests of a run."""

import pytest

from installation import Unavailable
from laboratory import KINDS, Laboratory


def pytest_configure(config):
    config.addinivalue_line("markers", "sends_mail: WordPress is right to send mail in this test")


@pytest.fixture(scope="session")
def laboratory():
    laboratory = Laboratory()
    yield laboratory
    laboratory.stop()


def site_of(laboratory, kind):
    try:
        return laboratory.site(kind)
    except Unavailable as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session", params=KINDS)
def wordpress(laboratory, request):
    """Each kind of site in turn."""
    return site_of(laboratory, request.param)


@pytest.fixture(scope="session")
def installed(laboratory):
    """The installed WordPress alone, where kinds make no difference."""
    return site_of(laboratory, "installed")


@pytest.fixture(scope="session")
def network(laboratory):
    return site_of(laboratory, "network")


@pytest.fixture(autouse=True)
def quiet(request, laboratory):
    """No test makes WordPress send mail, or PHP complain of the plugin."""
    before = {site: (size(site.mail), size(site.debug_log)) for site in laboratory.sites.values()}
    yield
    for site in laboratory.sites.values():
        mail, log = before.get(site, (0, 0))
        said = site.debug_log.read_bytes()[log:].decode(errors="replace")
        assert [line for line in said.splitlines() if "roster.php" in line] == []
        assert request.node.get_closest_marker("sends_mail") or not site.mail_since(mail)


def size(path):
    return path.stat().st_size
