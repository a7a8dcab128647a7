"""Every page that links lead to, looked at in a real browser."""

import re

import chromium as browser_module


def test_pages_are_sound(inside, world, administrator):
    """At both widths, in both schemes, with everything open."""
    faults = []
    pages = world.pages(administrator)
    for path in pages:
        faults += inside.open(administrator.base + path).faults()
    for path in world.siblings(administrator, pages):
        faults += inside.open(administrator.base + path).faults([(browser_module.NARROW, "dark")])
    assert not faults, "\n".join(faults)
    assert {"/", "/users", "/groups", "/deliveries"} <= set(pages)


def test_pages_of_others_are_sound(chromium, world):
    """Those that are not signed in see, and those that may only look."""
    faults = []
    for path in "/sign-in", "/set-up", "/sign-in?ticket=old", "/nothing":
        faults += chromium.open("/scim/admin" + path).faults()
    auditor = world.auditor()
    auditor.agent = chromium.agent
    chromium.adopt(auditor.enter(world.secret, "auditor"))
    for path in world.pages(auditor):
        faults += chromium.open(auditor.base + path).faults([(browser_module.NARROW, "dark")])
    faults += chromium.open(auditor.base + "/nothing").faults()
    assert not faults, "\n".join(faults)


# Where a phone shows something else.
NARROW_PAGES = ["/", "/users", "/deliveries", "/tokens/new", "/mapping/edit"]


def test_all_can_be_reached_by_tab(inside, world, administrator):
    faults, stops = [], 0
    pages = [(browser_module.WIDE, path) for path in world.pages(administrator)]
    for width, path in pages + [(browser_module.NARROW, path) for path in NARROW_PAGES]:
        inside.look(width, "light")
        found, count = inside.open(administrator.base + path).stops()
        faults += found
        stops += count
    assert not faults, "\n".join(faults)
    assert stops > 500


def test_links_lead_somewhere(world):
    for visitor in world.administrator(), world.auditor():
        broken = []
        world.pages(visitor, broken=broken)
        assert broken == []


def test_text_is_never_markup(world, administrator):
    """No page holds an element or attribute that a user's text has brought in."""
    def each(address):
        # Every single one, but not every way to the same.
        return address.partition("?")[0]

    shown = set()
    for path, markup in world.pages(administrator, each=each).items():
        for tag, attributes in markup.elements:
            assert tag != "x-stolen" and "x-stolen" not in attributes, path
            assert not {"style", "srcdoc"} & set(attributes), path
            assert not [name for name in attributes if name.startswith("on")], path
            if tag == "script":
                assert re.fullmatch(r"/scim/admin/console-\w+\.js", attributes["src"]), path
            for name in "href", "action", "src":
                # Guides name the providers' own pages.
                begins = ("/", "#", "http://127.0.0.1", "https://" if "providers" in path else "/")
                assert attributes.get(name, "/").startswith(begins), path
            # What stands there when a piece of a page is taken for a text.
            assert "HTML(" not in markup.text and "Optional(" not in markup.text, path
        if "<x-stolen" in markup.text:
            shown.add(path.split("/")[1])
    assert {"users", "groups", "deliveries"} <= shown


def test_without_script(inside, world, administrator):
    inside.script(False)
    inside.look(browser_module.NARROW, "light")
    for path in world.pages(administrator):
        inside.open(administrator.base + path)
        assert inside.driver.find_elements("css selector", "h1"), path
        shown = [
            button for button in inside.driver.find_elements("css selector", "[data-copy]")
            if button.is_displayed()]
        assert shown == [], path


def test_menu_on_a_phone(inside):
    """It opens with Enter and closes with Esc, with and without script."""
    for is_on in True, False:
        inside.script(is_on)
        inside.look(browser_module.NARROW, "light")
        inside.open("/scim/admin/users")
        menu, = inside.driver.find_elements("css selector", "#nav")
        assert not menu.is_displayed()
        inside.tab(), inside.tab(), inside.tab()
        inside.enter()
        assert menu.is_displayed()
        inside.escape()
        assert not menu.is_displayed()


def test_copy_buttons_come_with_script(inside, world, administrator):
    """Where there is something to copy."""
    for path, markup in world.pages(administrator).items():
        expected = [pairs for tag, pairs in markup.elements if "data-copy" in pairs]
        if not expected:
            continue
        inside.open(administrator.base + path)
        shown = inside.driver.find_elements("css selector", "[data-copy]:not([hidden])")
        assert len(shown) == len(expected), path


def test_printing_leaves_forms_out(inside):
    inside.open("/scim/admin/users")
    inside.cdp("Emulation.setEmulatedMedia", media="print")
    try:
        hidden = inside.run(
            "return [...document.querySelectorAll('form, nav')].every("
            "element => !element.checkVisibility())")
    finally:
        inside.cdp("Emulation.setEmulatedMedia", media="")
    assert hidden
