"""One world for all tests of a run, and one browser."""

import pytest

import chromium as chromium_module
import world as world_module


@pytest.fixture(scope="session")
def world():
    with world_module.running() as world:
        world.go_wrong()
        world.attack()
        yield world


@pytest.fixture(scope="session")
def administrator(world):
    """Signed in for all tests: whoever signs out or is signed out needs a session of their own."""
    return world.administrator()


@pytest.fixture(scope="session")
def browser(world, tmp_path_factory):
    try:
        chromium = chromium_module.Chromium(world.site.origin, tmp_path_factory.mktemp("chromium"))
    except chromium_module.Unavailable as reason:
        pytest.skip(str(reason))
    yield chromium
    chromium.quit()


@pytest.fixture
def chromium(browser):
    """The browser as it comes: wide, light, with script, without cookies."""
    browser.reset()
    return browser


@pytest.fixture
def inside(chromium, world):
    """The browser of somebody who is signed in."""
    chromium.adopt(world.visitor(agent=chromium.agent).enter(world.secret))
    return chromium
