"""The page in a real browser, whose own requests go the provider's way."""

import pytest

from test_hosts import NGINX, installed

webdriver = pytest.importorskip("selenium.webdriver")
SECONDS = 30


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
