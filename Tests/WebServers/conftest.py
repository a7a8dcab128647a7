"""Sites for the tests: started once for a module, shown with their logs when a test fails."""

import pytest

import sites


@pytest.fixture(scope="module", params=list(sites.KINDS))
def site(request):
    """Each kind of deployment in turn."""
    site = sites.Site(request.param).start()
    try:
        yield site
    finally:
        # pytest shows this only beside failures.
        print(site.logs())
        site.stop()


@pytest.fixture(scope="session", autouse=True)
def program_copy():
    yield
    sites.remove_program()
