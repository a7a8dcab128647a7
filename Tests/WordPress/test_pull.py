"""Where Roster cannot call, WordPress asks: each minute, and when the Users list is opened."""

import pytest

import deliveries
import webhooks
from events import Person
from installation import enters

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


def open_users(wordpress, administrator):
    page = "/wp-admin/network/users.php" if wordpress.is_network else "/wp-admin/users.php"
    answer = administrator.get(page)
    assert answer.status == 200
    return answer


def test_opening_the_users_list(wordpress, roster, administrator):
    person = Person(wordpress, roles=["author"])
    roster.due = [person.event()]
    assert person.email in open_users(wordpress, administrator).text
    assert person.account["roles"] == ["author"]
    result, = roster.acknowledged
    assert (result["scimId"], result["version"]) == (person.scim_id, 1)
    assert (result["status"], result["code"]) == ("applied", "created")
    assert all(fields["roster-receiver"] == NAME for fields, _ in roster.calls)
    assert roster.due == []


def test_until_nothing_is_due(wordpress, roster, administrator):
    people = [Person(wordpress) for _ in range(120)]
    roster.due = [person.event() for person in people]
    limit = None
    open_users(wordpress, administrator)
    limit = roster.calls[0][1]["limit"]
    assert 1 <= limit <= 100
    assert roster.due == []
    assert len(roster.acknowledged) == len(people)
    assert people[-1].account


def test_refusals_are_acknowledged_as_such(wordpress, roster, administrator):
    person = Person(wordpress, email="not an address")
    roster.due = [person.event()]
    open_users(wordpress, administrator)
    assert [result["code"] for result in roster.acknowledged] == ["invalid_email"]


def test_each_minute(wordpress, roster):
    """A visit sees to it that the task is planned; WP-Cron runs it."""
    person = Person(wordpress)
    roster.due = [person.event()]
    wordpress.browser().get("/")
    tasks = wordpress.evaluate("""
        $found = [];
        foreach (_get_cron_array() as $time => $hooks) {
            foreach ($hooks as $hook => $tasks) {
                foreach ($tasks as $task) {
                    if (str_contains($hook, 'roster')) {
                        $found[] = [$hook, $task['interval'] ?? null, $time - time()];
                        $hooks_to_run[] = $hook;
                    }
                }
            }
        }
        foreach (array_unique($hooks_to_run ?? []) as $hook) {
            do_action($hook);
        }
        return $found;
    """)
    (_, interval, due), = tasks
    assert interval == 60 and due <= 60
    assert person.account
    assert roster.due == []


def test_answer_of_somebody_else(wordpress, administrator):
    """An answer that another secret signs is not taken."""
    with deliveries.serving(wordpress.secret, webhooks.new_secret()) as stranger:
        with wordpress.constants(ROSTER_URL=stranger.url, ROSTER_NAME=NAME):
            person = Person(wordpress)
            stranger.due = [person.event()]
            open_users(wordpress, administrator)
            assert stranger.calls
            assert wordpress.account("email", person.email) is None


def test_roster_that_is_not_there(wordpress, administrator):
    with wordpress.constants(ROSTER_URL="http://127.0.0.1:9/scim/v2", ROSTER_NAME=NAME):
        open_users(wordpress, administrator)


def test_subscribers_do_not_start_it(wordpress, roster):
    login = f"reader-{Person(wordpress).scim_id[:8]}"
    wordpress.add_account(login)
    browser = wordpress.logged_in(login, login)
    roster.due = [Person(wordpress).event()]
    browser.get("/wp-admin/users.php")
    assert roster.calls == []
