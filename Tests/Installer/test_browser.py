"""The page in a real browser, whose own requests go the provider's way."""

import pytest

from administrator import Provider
from hosts import Host
from test_hosts import NGINX, installed

webdriver = pytest.importorskip("selenium.webdriver")
SECONDS = 30
DEAF = """<?php
add_filter('pre_http_request', function ($answer, $arguments, $url) {
    return $answer === false && strpos($url, '127.0.0.1') !== false
        ? new WP_Error('http_request_failed', 'cURL error 28: Connection timed out') : $answer;
}, 20, 3);
"""


class Deaf(Host):
    """A server that the site's own programs do not reach."""

    def nginx(self, site):
        path = super().nginx(site)
        path.write_text(path.read_text().replace(
            "location ~", "if ($http_user_agent ~ ^roster/) { return 444; }\nlocation ~", 1))
        return path


@pytest.fixture
def chromium(tmp_path):
    options = webdriver.ChromeOptions()
    for argument in (
            "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu",
            "--no-first-run", "--window-size=1200,2400", f"--user-data-dir={tmp_path}"):
        options.add_argument(argument)
    try:
        driver = webdriver.Chrome(
            options=options, service=webdriver.chrome.service.Service("/usr/bin/chromedriver"))
    except Exception as reason:  # Whatever keeps a browser from starting here is not what is tested.
        pytest.skip(f"no Chromium: {reason}")
    driver.set_page_load_timeout(SECONDS)
    yield driver
    driver.quit()


def until(chromium, condition):
    from selenium.common.exceptions import WebDriverException
    from selenium.webdriver.support.ui import WebDriverWait
    # While a page is exchanged for another there is nothing to look at.
    return WebDriverWait(
        chromium, SECONDS, ignored_exceptions=[WebDriverException]).until(condition)


def enter(chromium, site):
    from selenium.webdriver.common.by import By
    chromium.get(site.url + "/wp-login.php")
    until(chromium, lambda driver: driver.find_element(By.ID, "user_login").is_displayed())
    chromium.execute_script(
        "document.getElementById('user_login').value = arguments[0];"
        "document.getElementById('user_pass').value = arguments[1];"
        "document.getElementById('loginform').submit();", "admin", site.password)
    until(chromium, lambda driver: "/wp-admin" in driver.current_url)


def text(chromium):
    return chromium.execute_script("return document.querySelector('.wrap').innerText")


def test_browser(laboratory, zips, chromium):
    from selenium.webdriver.common.by import By
    site = laboratory.site("single", NGINX)
    administrator, _ = installed(site, zips.small)
    enter(chromium, site)
    chromium.get(site.url + administrator.page)

    # The program goes up in pieces.
    program = site.directory / "program"
    program.write_bytes(zips.program)
    chromium.find_element(By.ID, "roster-file").send_keys(str(program))
    until(chromium, lambda driver: "Provisioning works." in text(driver))
    assert "This server asked" in text(chromium)

    chromium.find_element(By.ID, "roster-browser-test").click()
    until(chromium, lambda driver: "Your browser asked" in text(driver))
    assert "Provisioning works." in text(chromium)
    assert len(chromium.find_elements(By.CSS_SELECTOR, ".roster-test tr.good")) == 9

    # The guide follows the choice of the provider.
    chromium.execute_script(
        "var choice = document.getElementById('roster-profile'); choice.value = 'okta';"
        "choice.dispatchEvent(new Event('change'));")
    opened, = chromium.find_elements(By.CSS_SELECTOR, ".roster-guide[open]")
    assert opened.get_attribute("data-profile") == "okta"
    chromium.find_element(By.XPATH, "//button[text()='Make a token']").click()
    until(chromium, lambda driver: driver.find_elements(By.ID, "roster-token"))


@pytest.mark.parametrize("host", [
    Deaf("nginx"), Host("apache", ("fcgid", "cgid"))], ids=["nginx", "apache"])
def test_site_that_cannot_call_itself(laboratory, zips, chromium, host):
    from selenium.webdriver.common.by import By
    site = laboratory.site("single", host)
    deaf = site.plugins / "deaf.php"
    deaf.write_text(DEAF)
    try:
        administrator, page = installed(site, zips.full)
        assert "This site cannot call itself." in page
        enter(chromium, site)
        chromium.get(site.url + administrator.page)
        chromium.find_element(By.ID, "roster-browser-climb").click()
        until(chromium, lambda driver: "Provisioning works." in text(driver))
        provider = Provider(site, administrator.make_token())
        if host.server == "nginx":
            # WordPress is there anyhow, and asks once the provider has its answer.
            provider.create("bob@example.org")
            until(chromium, lambda _: "bob" in site.execute("SELECT user_login FROM wp_users"))
        # Opening the list of users is enough: the site asks its own program without the network.
        provider.create("ann@example.org")
        administrator.wait_for_user("ann@example.org")
        administrator.deactivate()
        administrator.activate()
        assert "Provisioning works." in administrator.get(administrator.page)
        assert not [name for name in site.traces if "probe" in name or "old" in name]
    finally:
        deaf.unlink()
