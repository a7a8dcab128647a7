"""What commands take goes into wp-config.php and to curl as it is meant, whatever it holds."""

import subprocess

import pytest

import sites


def roster(database, *arguments):
    return subprocess.run(
        [sites.ROSTER, *arguments, "--database", database], capture_output=True, text=True,
        env={"PATH": sites.PATH})


@pytest.fixture
def database(tmp_path):
    return tmp_path / "roster.sqlite"


def test_lines_of_a_configuration_hold_texts_alone(database):
    url = "https://scim.example.org/');phpinfo();define('X','"
    result = roster(
        database, "wordpress", "connect", "http://127.0.0.1:1", "--base-url", url)
    assert result.returncode == 0, result.stderr
    line, = [line for line in result.stdout.splitlines() if "ROSTER_URL" in line]
    assert line == r"define('ROSTER_URL', 'https://scim.example.org/\');phpinfo();define(\'X\',\'');"


@pytest.mark.parametrize("url", ["x", "https://", "https://example.org/\nx", "https://example.org/\"x"])
def test_base_that_is_no_address(database, url):
    result = roster(database, "wordpress", "connect", "http://127.0.0.1:1", "--base-url", url)
    assert (result.returncode, result.stdout) == (64, "")


@pytest.mark.parametrize("command", [("wordpress", "connect"), ("webhook", "add")])
@pytest.mark.parametrize("option", [
    ("--header", "@/etc/passwd"), ("--header", "@/etc/a:b"), ("--header", "Name"),
    ("--header", ": x"), ("--header", "X: a\r\nY: b"), ("--header", "X: a\nY: b"),
    ("--connect-to", "example.org"), ("--connect-to", "a:1\nurl = b"), ("--connect-to", "a:1/b"),
    ("--connect-to", "a:x")])
def test_options_that_are_not_what_they_should_be(database, command, option):
    result = roster(database, *command, "http://127.0.0.1:1", *option)
    assert (result.returncode, result.stdout) == (64, "")
