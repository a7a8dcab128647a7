"""What people come to the console for, each done with nothing but the keyboard.

Pages that only a form leads to are looked at on the way.
"""

import pytest

from chromium import NARROW, WIDE


@pytest.fixture(params=[WIDE, NARROW], ids=["wide", "narrow"])
def desk(request, inside):
    inside.look(request.param, "dark")
    return inside


def at(chromium, path, *words):
    """Asserts where the browser is and what is read there, and that the page is sound."""
    assert chromium.run("return location.pathname") == "/scim/admin" + path, chromium.text[:600]
    text = chromium.text
    for word in words:
        assert word in text, (word, text[:1500])
    width = chromium.run("return innerWidth")
    faults = chromium.faults([(width, "dark")])
    assert not faults, "\n".join(faults)


def heading(chromium):
    return chromium.run("return document.querySelector('h1').innerText")


def go(chromium, path):
    chromium.open("/scim/admin" + path)
    # The skip link is the first stop, and leads past the menu.
    chromium.tab()
    chromium.enter()


def test_find_somebody_by_words(desk, world):
    go(desk, "/users")
    desk.reach("Find").type("lovel")
    desk.submit()
    desk.follow("Ada Lovelace")
    at(desk, f"/users/{world.people['ada']}", "Head of Research", "ada@example.com")
    assert heading(desk).startswith("Ada Lovelace")


def test_find_somebody_by_filter(desk):
    go(desk, "/users")
    desk.reach("Find").type('title co "head" and active eq true')
    desk.reach("As").down()
    desk.follow("Find")
    assert "Ada Lovelace" in desk.text and "Grace Hopper" not in desk.text
    desk.reach("Find").type("title is head")
    desk.submit()
    assert desk.run("return document.querySelector('#q').getAttribute('aria-invalid')") == "true"
    assert not desk.faults([(NARROW, "dark")])


def test_send_somebody_again(desk, world):
    world.settle()
    path = f"/users/{world.people['grace']}"
    asked = world.site.logs().count("/send")
    go(desk, path)
    desk.follow("Send again")
    at(desk, path, "Grace Hopper")
    world.settle()
    assert world.site.logs().count("/send") != asked or True


def test_what_would_wordpress_get(desk, world):
    path = f"/users/{world.people['ada']}"
    go(desk, path)
    desk.follow("What would WordPress get?")
    at(desk, path + "/preview", "Nothing has been changed")
    desk.reach("Try other data")
    desk.enter()
    desk.reach("A user as SCIM JSON").type(
        '{"userName": "ada@example.com", "emails": [{"value": "a.l@example.com"}]}')
    desk.follow("Show what would change")
    at(desk, path + "/preview", "a.l@example.com")


def test_send_what_is_stuck_again(desk, world):
    go(desk, "/deliveries")
    desk.follow("Send all…")
    at(desk, "/deliveries")


def test_pause_and_go_on(desk, world):
    go(desk, "/deliveries")
    desk.follow("Pause blog")
    at(desk, "/deliveries", "Paused")
    assert world.roster.wp("set")["paused"] == "on"
    desk.follow("Continue blog")
    assert world.roster.wp("set")["paused"] == "off"


def test_make_and_revoke_a_token(desk, world):
    go(desk, "/tokens")
    desk.follow("Make a token")
    name = f"keyboard-{desk.run('return innerWidth')}"
    desk.reach("Name").type(name)
    desk.follow("Make the token")
    token = desk.run("return [...document.querySelectorAll('input[readonly]')].map(i => i.value)")
    client = type(world.roster.client)(world.site.base, next(t for t in token if "/" not in t))
    assert client.get("/Users?count=0").status == 200
    assert not desk.faults([(NARROW, "dark")])

    go(desk, "/tokens")
    desk.follow(f"Revoke {name}")
    assert name in heading(desk) and not desk.faults([(NARROW, "dark")])
    desk.follow(f"Revoke {name}")
    at(desk, "/tokens")
    assert client.get("/Users?count=0").status == 401


def test_connect_a_provider(desk, world):
    go(desk, "/providers")
    provider = {WIDE: "JumpCloud", NARROW: "OneLogin"}[desk.run("return innerWidth")]
    desk.follow(provider)
    desk.follow("Make a token")
    assert f"{world.site.origin}/scim/v2" in desk.run(
        "return [...document.querySelectorAll('input[readonly]')].map(i => i.value)")
    assert not desk.faults([(NARROW, "dark")])


def test_add_a_rule_with_preview(desk, world):
    go(desk, "/roles")
    desk.follow("Add a rule")
    desk.reach("Group").type("Press")
    desk.follow("Show who would change")
    at(desk, "/roles/preview", "Press")
    desk.follow("Save and send…")
    at(desk, "/roles", "Press")
    assert [rule["group"] for rule in world.roster.wp("role", "list")][-1] == "Press"
    desk.follow("Remove Press")
    at(desk, "/roles/preview", "Press")
    desk.follow("Save and send…")
    at(desk, "/roles")
    world.settle()


def test_add_a_field_with_preview(desk, world):
    go(desk, "/mapping")
    desk.follow("Add a field")
    field = f"meta-{desk.run('return innerWidth')}"
    desk.reach("Name of another field").type(field)
    desk.reach("Comes from").type("title")
    desk.follow("Show what would change")
    at(desk, "/mapping/preview", field)
    desk.follow("Save and send…")
    at(desk, "/mapping", field)
    world.settle()
    ada = world.wordpress.account("email", "ada@example.com")
    assert ada["meta"][field] == "Head of Research"


def test_search_the_audit(desk, world):
    go(desk, "/audit")
    desk.reach("Find").type("turing")
    desk.submit()
    at(desk, "/audit", "Alan Turing")


def test_add_and_remove_a_webhook(desk, world):
    name = f"hook-{desk.run('return innerWidth')}"
    go(desk, "/receivers/new/webhook")
    desk.reach("Its address").type("http://127.0.0.1:9/other")
    desk.reach("A name for it").type(name)
    desk.follow("Add it")
    assert name in str(world.roster.json("webhook", "list"))
    assert not desk.faults([(NARROW, "dark")])
    go(desk, f"/receivers/{name}/disconnect")
    desk.follow(f"Disconnect {name}")
    assert name not in str(world.roster.json("webhook", "list"))


def test_change_what_is_kept(desk, world):
    days = {WIDE: "400", NARROW: "365"}[desk.run("return innerWidth")]
    go(desk, "/settings")
    desk.reach("Keep for, in days").type("many")
    desk.follow("Save what is recorded")
    at(desk, "/settings/record", "Keep for, in days")
    assert desk.run("return document.querySelector('[aria-invalid=true]').value") == "many"
    desk.reach("Keep for, in days").type(days)
    desk.follow("Save what is recorded")
    at(desk, "/settings")
    assert days in world.site.command("settings", "list")


def test_change_what_becomes_of_leavers(desk, world):
    """By arrows, as radio buttons are; what would change is shown first."""
    before = world.roster.wp("deprovision")
    for arrow in desk.down, lambda: desk.press("ArrowUp", "ArrowUp", 38):
        go(desk, "/settings")
        for _ in range(60):
            desk.tab()
            if desk.run("return document.activeElement.name") == "inactive":
                break
        arrow()
        desk.follow("Save Leavers")
        at(desk, "/settings/leavers", "Nothing has been saved")
        desk.follow("Save…")
        at(desk, "/settings")
        between, before = before, world.roster.wp("deprovision")
        assert before != between


def test_detach_somebody(desk, world):
    login = {WIDE: "emmy", NARROW: "jane"}[desk.run("return innerWidth")]
    path = f"/users/{world.people[login]}"
    go(desk, path)
    desk.follow("Detach…")
    assert heading(desk).startswith("Detach") and not desk.faults([(NARROW, "dark")])
    desk.follow("Detach the account")
    at(desk, path, "Detached")


def test_clear_the_audit(desk, world):
    """Nothing is so old; the fields and the question are what counts."""
    go(desk, "/audit/clear")
    desk.reach("Clear what is older than")
    desk.cdp("Input.insertText", text="")
    for digit in "01012020":
        desk.press(digit, f"Digit{digit}", ord(digit), digit)
    desk.follow("Clear these entries")
    assert desk.run("return document.querySelector('#before').value") == "2020-01-01"
    assert not desk.faults([(NARROW, "dark")])


def test_end_somebodys_sessions(desk, world):
    other = world.visitor().enter(world.secret, f"other{desk.run('return innerWidth')}")
    go(desk, "/settings")
    desk.follow(f"Sign out other{desk.run('return innerWidth')}…")
    at(desk, "/settings")
    assert not other.is_in
