"""What a page holds, read as HTML without a browser."""

import dataclasses
import html.parser


@dataclasses.dataclass
class Form:
    method: str
    action: str
    # Names with the values that the form would send as it is.
    fields: list = dataclasses.field(default_factory=list)
    # What its button says.
    button: str = ""


class Markup(html.parser.HTMLParser):
    """The links, forms, elements and text of a page."""

    def __init__(self, text):
        super().__init__()
        self.links, self.forms, self.elements, self.headings = [], [], [], []
        self.text = ""
        self._form = self._button = self._select = self._area = self._heading = None
        self.feed(text)

    def handle_starttag(self, tag, pairs):
        attributes = dict(pairs)
        self.elements.append((tag, attributes))
        if tag == "a" and "href" in attributes:
            self.links.append(attributes["href"])
        elif tag == "h1":
            self._heading = ""
        elif tag == "form":
            self._form = Form(attributes.get("method", "get"), attributes.get("action", ""))
            self.forms.append(self._form)
        elif self._form is not None:
            self._control(tag, attributes)

    def _control(self, tag, attributes):
        name, kind = attributes.get("name"), attributes.get("type", "text")
        if tag == "input" and name:
            if kind not in ("checkbox", "radio") or "checked" in attributes:
                self._form.fields.append((name, attributes.get("value", "")))
        elif tag == "textarea" and name:
            self._area = [name, ""]
        elif tag == "select" and name:
            self._select = name
        elif tag == "option" and self._select:
            known = dict(self._form.fields)
            if self._select not in known or "selected" in attributes:
                self._form.fields = [pair for pair in self._form.fields if pair[0] != self._select]
                self._form.fields.append((self._select, attributes.get("value", "")))
        elif tag == "button" and kind != "button":
            self._button = ""
            if name:
                self._form.fields.append((name, attributes.get("value", "")))

    def handle_data(self, data):
        self.text += data
        if self._button is not None:
            self._button += data
        if self._area is not None:
            self._area[1] += data
        if self._heading is not None:
            self._heading += data

    def handle_endtag(self, tag):
        if tag == "form":
            self._form = None
        elif tag == "h1" and self._heading is not None:
            self.headings.append(" ".join(self._heading.split()))
            self._heading = None
        elif tag == "button" and self._button is not None:
            if self._form is not None:
                self._form.button = " ".join(self._button.split())
            self._button = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea" and self._area is not None:
            if self._form is not None:
                self._form.fields.append(tuple(self._area))
            self._area = None

    def form(self, button):
        """The one form whose button says so."""
        found = [form for form in self.forms if form.button == button]
        assert len(found) == 1, f"{button} is on {len(found)} forms of {self.headings}"
        return found[0]
