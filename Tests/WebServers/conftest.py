"""Sites for the tests: started once for a module, shown with their logs when a test fails."""

import pytest

import sites


@pytest.fixture(scope="module", params=list(sites.KINDS))
def site(request):
    """Each kind of deployment in turn."""
    with sites.running(request.param) as site:
        yield site


@pytest.fixture(scope="session", autouse=True)
def program_copy():
    yield
    sites.remove_program()
