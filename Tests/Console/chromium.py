"""Debian's Chromium as tests drive it: what it shows, what it reaches, what axe says of it."""

import functools
import importlib.util
import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
AXE = "axe_playwright_python"
SECONDS = 30
WIDE, NARROW = 1280, 360
ALL = {"type": "tag", "values": [
    "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}

# Before any script of a page: what the policy forbids, and what gets the focus.
WATCH = """
    window.violations = [];
    document.addEventListener('securitypolicyviolation', event =>
        violations.push(event.violatedDirective + ' ' + event.blockedURI));
    window.stops = [];
    document.addEventListener('focusin', event => {
        const element = event.target, style = getComputedStyle(element);
        stops.push({
            element,
            name: window.nameOf(element),
            visible: element.checkVisibility({visibilityProperty: true, opacityProperty: true})
                && element.getBoundingClientRect().width > 0,
            outline: style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth),
        });
    });
    window.nameOf = element => (element.labels?.[0] ?? element).textContent.replace(/\\s+/g, ' ').trim()
        || element.getAttribute('aria-label') || element.name || element.tagName;
    // All that can be pressed or typed into, one of each group of radio buttons.
    window.reachable = () => {
        const groups = new Set();
        return [...document.querySelectorAll(
                'a[href], button, input, select, textarea, summary, [tabindex]')]
            .filter(element => {
                if (element.disabled || element.type === 'hidden' || !element.checkVisibility()) {
                    return false;
                }
                if (element.type !== 'radio') return element.tabIndex >= 0;
                const picked = document.querySelector(
                    `input[name="${CSS.escape(element.name)}"]:checked`);
                const seen = groups.has(element.name) || picked && picked !== element;
                groups.add(element.name);
                return !seen;
            });
    };
"""


class Unavailable(Exception):
    """Why there is no browser on this machine."""


@functools.cache
def axe():
    """axe-core's source."""
    sys.path.append(str(ROOT / ".build/python"))
    found = importlib.util.find_spec(AXE)
    if found is None:
        raise Unavailable(f"{AXE} is not installed: Scripts/packages tests")
    return pathlib.Path(found.origin).with_name("axe.min.js").read_text()


class Chromium:
    def __init__(self, origin, profile, *switches):
        os.environ["SE_OFFLINE"] = "true"
        try:
            from selenium import webdriver
        except ImportError as reason:
            raise Unavailable("no selenium") from reason
        options = webdriver.ChromeOptions()
        for argument in (
                "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu",
                "--hide-scrollbars", "--no-first-run", f"--user-data-dir={profile}", *switches):
            options.add_argument(argument)
        self.origin = origin
        try:
            self.driver = webdriver.Chrome(
                options=options,
                service=webdriver.chrome.service.Service("/usr/bin/chromedriver"))
        except Exception as reason:  # Whatever keeps it from starting here is not what is tested.
            raise Unavailable(f"no Chromium: {reason}") from reason
        self.driver.set_page_load_timeout(SECONDS)
        self.driver.set_script_timeout(SECONDS)
        self.cdp("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
        self.agent = self.run("return navigator.userAgent")

    def quit(self):
        self.driver.quit()

    def cdp(self, command, **arguments):
        return self.driver.execute_cdp_cmd(command, arguments)

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def reset(self):
        self.script(True)
        self.cdp("Network.clearBrowserCookies")
        self.look(WIDE, "light")

    def script(self, is_on):
        self.cdp("Emulation.setScriptExecutionDisabled", value=not is_on)

    def look(self, width, scheme):
        """A window is never as narrow as a phone."""
        self.cdp(
            "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1,
            mobile=False)
        self.cdp("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": scheme}])

    def adopt(self, visitor):
        """Takes a visitor's session over."""
        for name, value in visitor.cookies.items():
            self.cdp(
                "Network.setCookie", name=name, value=value, url=self.origin, path=visitor.base,
                httpOnly=True, sameSite="Strict")

    def open(self, path):
        self.driver.get(self.origin + path)
        return self

    @property
    def path(self):
        return self.driver.current_url.removeprefix(self.origin)

    @property
    def text(self):
        return self.run("return document.body.innerText")

    # What is wrong with the page.

    def faults(self, looks=((WIDE, "light"), (WIDE, "dark"), (NARROW, "light"), (NARROW, "dark"))):
        """Sentences about the page, with all of it open, in each of the looks."""
        closed = self.run("""
            const closed = [...document.querySelectorAll('details:not([open])')];
            closed.forEach(details => details.open = true);
            return closed;""")
        self.run("if (!window.axe) { " + axe() + "\nwindow.axe = axe; }")
        found = [f"{self.path}: {fault}" for fault in self._everywhere()]
        seen = set()
        for width, scheme in looks:
            self.look(width, scheme)
            # A scheme changes colours, and nothing else.
            rules = COLOURS if width in seen else ALL
            seen.add(width)
            found += [f"{self.path} at {width}, {scheme}: {fault}" for fault in self._here(rules)]
        self.run("arguments[0].forEach(details => details.open = false)", closed)
        return found

    def _everywhere(self):
        headings = self.run("return document.querySelectorAll('h1').length")
        if headings != 1:
            yield f"{headings} first headings"
        for violation in self.run("return window.violations"):
            yield f"the policy forbids {violation}"
        if self.run("return !!document.querySelector('x-stolen, [x-stolen]')"):
            yield "text has become markup"

    def _here(self, rules):
        width = self.run("return document.documentElement.scrollWidth")
        if width > self.run("return innerWidth"):
            yield f"{width} pixels wide: {self._widest()}"
        if self.run("""
                return [...document.querySelectorAll('table, .card')].some(element =>
                    element.scrollWidth > element.clientWidth + 1
                    || element.getBoundingClientRect().width > element.parentElement.clientWidth + 1)"""):
            yield "a table or card is wider than what it is in"
        result = self.driver.execute_async_script(
            "axe.run(document, {preload: false, resultTypes: ['violations'],"
            " runOnly: arguments[0]}).then(arguments[1])", rules)
        for violation in result["violations"]:
            nodes = [node["html"][:200] for node in violation["nodes"][:3]]
            yield f"{violation['id']}: {violation['help']} {nodes}"

    def _widest(self):
        return self.run("""
            return [...document.querySelectorAll('main *')].filter(element =>
                element.getBoundingClientRect().right > innerWidth)
                .slice(0, 3).map(element => element.outerHTML.slice(0, 150));""")

    # The keyboard.

    def press(self, key, code, number, text=None, modifiers=0):
        event = {"key": key, "code": code, "windowsVirtualKeyCode": number, "modifiers": modifiers}
        kind = "keyDown" if text else "rawKeyDown"
        self.cdp("Input.dispatchKeyEvent", type=kind, **event, **({"text": text} if text else {}))
        self.cdp("Input.dispatchKeyEvent", type="keyUp", **event)

    def tab(self):
        self.press("Tab", "Tab", 9)

    def enter(self):
        self.press("Enter", "Enter", 13, "\r")

    def space(self):
        self.press(" ", "Space", 32, " ")

    def escape(self):
        self.press("Escape", "Escape", 27)

    def down(self):
        self.press("ArrowDown", "ArrowDown", 40)

    def type(self, text):
        """In the place of what stands in the field."""
        self.press("a", "KeyA", 65, modifiers=2)
        self.run("document.activeElement.select?.()")
        self.cdp("Input.insertText", text=text)

    def stops(self):
        """What Tab reaches, from the page's beginning: sentences about what is wrong with it."""
        self.run("document.activeElement.blur(); window.stops.length = 0")
        count = self.run("return reachable().length")
        # Fields for dates have several stops of their own.
        for _ in range(count + 2 + 4 * self.run(
                "return document.querySelectorAll('[type=date]').length")):
            self.tab()
        found = [f"{self.path}: {name} is not reached" for name in self.run("""
            const reached = new Set(stops.map(stop => stop.element));
            return reachable().filter(element => !reached.has(element)).map(nameOf);""")]
        for stop in self.run("return stops.map(({element, ...rest}) => rest)"):
            if not stop["visible"]:
                found.append(f"{self.path}: {stop['name']} is not visible")
            elif stop["outline"] < 2:
                found.append(f"{self.path}: {stop['name']} has an outline of {stop['outline']}")
        return found, count

    def reach(self, name):
        """Presses Tab until what bears the name, or a name that begins so…, has the focus."""
        for _ in range(300):
            self.tab()
            found = self.run("return nameOf(document.activeElement)")
            if found == name or name.endswith("…") and found.startswith(name[:-1]):
                return self
        names = self.run("return reachable().map(nameOf)")
        raise AssertionError(f"Tab reaches no {name} on {self.path}, but {names}")

    def follow(self, name):
        """Reaches a link or button and presses Enter, until another page is there."""
        self.reach(name)
        return self.submit()

    def submit(self):
        """Presses Enter where the focus is, until another page is there."""
        self.run("window.isOld = true")
        self.enter()
        self.wait("return !window.isOld && document.readyState === 'complete'")
        return self

    def wait(self, condition):
        from selenium.common.exceptions import WebDriverException
        from selenium.webdriver.support.ui import WebDriverWait
        # While a page is exchanged for another there is nothing to look at.
        WebDriverWait(
            self.driver, SECONDS, 0.05, ignored_exceptions=[WebDriverException]).until(
                lambda _: self.run(condition), f"{condition} on {self.path}: {self.text[:600]}")
