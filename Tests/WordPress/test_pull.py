"""Where Roster cannot call, WordPress asks: each minute, and when the Users list is opened."""

import time

import pytest

import deliveries
import webhooks
from events import Person
from installation import enters, until

NAME = "the site"


@pytest.fixture
def roster(wordpress):
    with deliveries.serving(wordpress.secret) as roster:
        with wordpress.constants(ROSTER_URL=roster.url, ROSTER_NAME=NAME):
            yield roster


@pytest.fixture
def administrator(wordpress):
    browser = wordpress.logged_in("admin", wordpress.password)
    assert enters(browser)
    return browser


def open_users(wordpress, browser):
    """The list of users, where no page has asked Roster lately."""
    wordpress.evaluate("delete_site_transient('roster_pull_page');")
    page = "/wp-admin/network/users.php" if wordpress.is_network else "/wp-admin/users.php"
    return browser.get(page)


def run_minute_task(wordpress):
    """A visit sees to it that the task is planned; runs it as WP-Cron does. Its interval in seconds."""
    wordpress.browser().get("/")
    return wordpress.evaluate("""
        foreach (_get_cron_array() as $time => $hooks) {
            foreach ($hooks as $hook => $tasks) {
                if (str_contains($hook, 'roster') && $time <= time()) {
                    do_action($hook);
                    return current($tasks)['interval'];
                }
            }
        }
    """)


def test_opening_the_users_list(wordpress, roster, administrator):
    person = Person(wordpress, roles=["author"])
    roster.due = [person.event()]
    assert open_users(wordpress, administrator).status == 200
    until(lambda: roster.acknowledged)
    assert person.account["roles"] == ["author"]
    result, = roster.acknowledged
    assert (result["scimId"], result["version"]) == (person.scim_id, 1)
    assert (result["status"], result["code"]) == ("applied", "created")
    assert all(fields["roster-receiver"] == NAME for fields, _ in roster.calls)
    assert roster.due == []


def test_each_minute(wordpress, roster):
    person = Person(wordpress)
    roster.due = [person.event()]
    assert run_minute_task(wordpress) == 60
    assert person.account
    assert roster.due == []


def test_until_nothing_is_due(wordpress, roster):
    people = [Person(wordpress) for _ in range(60)]
    roster.due = [person.event() for person in people]
    run_minute_task(wordpress)
    assert all(1 <= body["limit"] < len(people) for _, body in roster.calls)
    assert roster.due == []
    assert len(roster.acknowledged) == len(people)
    assert people[-1].account


def test_refusals_are_acknowledged_as_such(wordpress, roster):
    roster.due = [Person(wordpress, email="not an address").event()]
    run_minute_task(wordpress)
    result, = roster.acknowledged
    assert (result["status"], result["code"]) == ("refused", "invalid_email")


def test_what_could_not_be_acknowledged_is_later(wordpress, roster):
    """Roster goes away between the events and their acknowledgement."""
    person = Person(wordpress)
    roster.due = [person.event()]
    roster.answers = 1
    run_minute_task(wordpress)
    assert person.account
    assert roster.acknowledged == []
    roster.answers = None
    wordpress.evaluate("wp_clear_scheduled_hook('roster_pull');")
    run_minute_task(wordpress)
    result, = roster.acknowledged
    assert (result["scimId"], result["code"]) == (person.scim_id, "created")


@pytest.mark.parametrize("make_secret", [webhooks.new_secret, str])
def test_answer_of_somebody_else(wordpress, make_secret):
    """An answer that another secret signs, or an empty one, is not taken."""
    with deliveries.serving(wordpress.secret, make_secret()) as stranger:
        with wordpress.constants(ROSTER_URL=stranger.url, ROSTER_NAME=NAME):
            person = Person(wordpress)
            stranger.due = [person.event()]
            run_minute_task(wordpress)
            assert stranger.calls
            assert wordpress.account("email", person.email) is None


def test_roster_that_is_not_there(wordpress, administrator):
    with wordpress.constants(ROSTER_URL="http://127.0.0.1:9/scim/v2", ROSTER_NAME=NAME):
        assert open_users(wordpress, administrator).status == 200
        run_minute_task(wordpress)


def test_nothing_is_planned_where_wordpress_does_not_ask(wordpress):
    assert run_minute_task(wordpress) is None


def test_only_administrators_start_it(wordpress, roster):
    login = f"reader-{Person(wordpress).scim_id[:8]}"
    wordpress.add_account(login)
    roster.due = [Person(wordpress).event()]
    open_users(wordpress, wordpress.logged_in(login, login))
    open_users(wordpress, wordpress.browser())
    time.sleep(0.3)
    assert roster.calls == []
