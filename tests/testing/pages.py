"""A browser without JavaScript. Every page it is given is checked, every form is really there."""

import re
from collections import Counter
from typing import Any

import html5lib
from bs4 import BeautifulSoup, Tag
from bs4.builder import HTML5TreeBuilder
from flask import Flask
from werkzeug.test import TestResponse

from testing.models import Staff
from tests.testing.builders import PASSWORD

_FAULT_WORDS = re.compile(r"Traceback|sqlalchemy\.|Error\(|undefined", re.I)


class Page:
    """`get` opens a page, `submit` fills the form that is on it; both return the parsed page."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client = app.test_client()
        # The words of the code, until a language is chosen on a page.
        self.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
        self.client.set_cookie("lahtotaso_language", "en", path="/kiosk")
        self.path = "/"
        self.status = 0
        self.html = BeautifulSoup("", "html.parser")
        self.response: TestResponse | None = None

    def another(self) -> "Page":
        """Another browser on the same service."""
        return Page(self.app)

    def get(self, path: str, status: int = 200, **options: Any) -> BeautifulSoup:
        return self._take(self.client.get(path, **options), path, status)

    def post(self, path: str, data: Any = None, status: int = 200, **options: Any) -> BeautifulSoup:
        """A POST that no form offers, with a valid CSRF token: what a wrong-doer would send."""
        data = dict(data or {})
        data.setdefault("csrf_token", self.csrf())
        return self._take(self.client.post(path, data=data, **options), path, status)

    def csrf(self) -> str:
        token = self.html.select_one("input[name=csrf_token]")
        return str(token["value"]) if token else ""

    def submit(
        self,
        fields: dict[str, Any] | None = None,
        *,
        button: str | None = None,
        form: str | None = None,
        status: int = 200,
        **options: Any,
    ) -> BeautifulSoup:
        """Fills and sends a form of the open page: the one with this button text or CSS selector.

        A field that the form does not have, or a choice that it does not offer, is an error.
        """
        found = self._form(button, form)
        data = self._defaults(found)
        for name, value in (fields or {}).items():
            controls = found.select(f'[name="{name}"]')
            assert controls, f"the form has no field {name!r}: {sorted(data)}"
            self._refuse_unknown_choice(controls, name, value)
            data[name] = value
        if button is not None:
            pressed = self._button(found, button)
            if pressed is not None and pressed.get("name"):
                data[str(pressed["name"])] = str(pressed.get("value", ""))
        path = str(found.get("action") or self.path)
        method = str(found.get("method", "get")).lower()
        send = self.client.post if method == "post" else self.client.get
        values = {name: value for name, value in data.items() if value is not None}
        key = "data" if method == "post" else "query_string"
        return self._take(send(path, **{key: values}, **options), path, status)

    def follow(self, words: str, status: int = 200) -> BeautifulSoup:
        """Opens the link with these words."""
        for link in self.html.select("a[href]"):
            if " ".join(link.get_text(" ").split()) == words:
                return self.get(str(link["href"]), status)
        links = [" ".join(link.get_text(" ").split()) for link in self.html.select("a[href]")]
        raise AssertionError(f"no link {words!r} on {self.path}: {links}")

    def sign_in(self, staff: Staff, password: str = PASSWORD) -> BeautifulSoup:
        self.get("/sign-in")
        form = 'form[action^="/sign-in"], main form'
        return self.submit({"email": staff.email, "password": password}, form=form)

    def text(self) -> str:
        """What stands on the page, white space folded."""
        main = self.html.select_one("main") or self.html
        return " ".join(main.get_text(" ").split())

    def _take(self, response: TestResponse, path: str, status: int) -> BeautifulSoup:
        for _step in range(6):
            if response.status_code not in (301, 302, 303, 307, 308):
                break
            path = response.headers["Location"]
            response = self.client.get(path)
        self.response = response
        self.status = response.status_code
        assert self.status == status, f"{path}: {self.status}, not {status}\n{response.text[:2000]}"
        self.path = path
        if response.mimetype == "text/html":
            self.html = check_page(response.text, path)
        return self.html

    def _form(self, button: str | None, selector: str | None) -> Tag:
        if selector is not None:
            found = self.html.select_one(selector)
            assert found is not None, f"no form {selector!r} on {self.path}"
            return found
        if button is not None:
            for candidate in self.html.select("form"):
                if self._button(candidate, button) is not None:
                    return candidate
            raise AssertionError(f"no button {button!r} on {self.path}: {self._buttons()}")
        forms = self.html.select("main form")
        assert forms, f"no form on {self.path}"
        return forms[0]

    def _buttons(self) -> list[str]:
        return [" ".join(b.get_text(" ").split()) for b in self.html.select("form button")]

    @staticmethod
    def _button(form: Tag, words: str) -> Tag | None:
        for button in form.select("button, input[type=submit]"):
            label = str(button.get("aria-label") or " ".join(button.get_text(" ").split()))
            if words in (label, " ".join(button.get_text(" ").split())):
                return button
        return None

    @staticmethod
    def _defaults(form: Tag) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for control in form.select("input[name], textarea[name], select[name]"):
            name = str(control["name"])
            kind = str(control.get("type", "text"))
            if control.name == "textarea":
                data[name] = control.get_text().removeprefix("\n")
            elif control.name == "select":
                chosen = control.select("option[selected]") or control.select("option")[:1]
                data[name] = str(chosen[0].get("value", chosen[0].get_text())) if chosen else None
            elif kind in ("radio", "checkbox"):
                if control.has_attr("checked"):
                    value = str(control.get("value", "on"))
                    if kind == "checkbox" and isinstance(data.get(name), list):
                        data[name].append(value)
                    else:
                        data[name] = [value] if kind == "checkbox" else value
            elif kind not in ("submit", "file", "button"):
                data[name] = str(control.get("value", ""))
        return data

    @staticmethod
    def _refuse_unknown_choice(controls: list[Tag], name: str, value: Any) -> None:
        offered = {
            str(c.get("value", "on")) for c in controls if c.get("type") in ("radio", "checkbox")
        }
        for control in controls:
            if control.name == "select":
                offered |= {str(o.get("value", o.get_text())) for o in control.select("option")}
        wanted = value if isinstance(value, list) else [value]
        unknown = {str(one) for one in wanted if one is not None} - offered
        assert not offered or not unknown, f"{name!r} does not offer {unknown}: {offered}"


class _Strict(HTML5TreeBuilder):
    """Builds the tree and keeps what was wrong with the source, in one reading."""

    faults: list[Any]

    def feed(self, markup: Any) -> None:
        parser = html5lib.HTMLParser(tree=self.create_treebuilder)
        self.underlying_builder.parser = parser
        parser.parse(markup)
        self.faults = parser.errors


def check_page(source: str, path: str) -> BeautifulSoup:
    """The parsed page, after what must hold on every page was checked.

    Valid HTML, one h1 with which the title begins, unique ids, labelled controls, language and
    direction, a nonce on every script, no inline style or handler, no raw fault.
    """
    builder = _Strict()
    html = BeautifulSoup(source, builder=builder)
    harmless = {"non-void-element-with-trailing-solidus"}
    faults = [error for error in builder.faults if error[1] not in harmless]
    assert not faults, f"{path}: not valid HTML: {faults[:3]}"
    headings = html.find_all("h1")
    assert len(headings) == 1, f"{path}: {len(headings)} h1"
    heading = " ".join(headings[0].get_text(" ").split())
    title = " ".join((html.title.get_text() if html.title else "").split())
    assert title.startswith(heading), f"{path}: the title {title!r} begins otherwise: {heading!r}"
    assert html.html is not None
    assert html.html.get("lang"), f"{path}: no lang"
    assert html.html.get("dir") in ("ltr", "rtl"), f"{path}: no dir"
    ids = Counter(str(tag["id"]) for tag in html.find_all(id=True))
    twice = [one for one, times in ids.items() if times > 1]
    assert not twice, f"{path}: ids used twice: {twice}"
    for tag in html.find_all(True):
        assert "style" not in tag.attrs, f"{path}: an inline style {tag}"
        assert not any(name.startswith("on") for name in tag.attrs), f"{path}: inline handler {tag}"
        if tag.name == "script":
            assert tag.get("nonce"), f"{path}: a script without nonce"
            assert tag.get("src") or tag.get("type") == "application/json", f"{path}: inline"
        assert tag.name != "img" or tag.has_attr("alt"), f"{path}: an image without alt"
    labelled = {str(label["for"]) for label in html.find_all("label", attrs={"for": True})}
    for control in html.find_all(["input", "textarea", "select"]):
        if control.get("type") in ("hidden", "submit", "button"):
            continue
        named = (
            control.get("id") in labelled
            or control.get("aria-label")
            or control.get("aria-labelledby")
            or control.find_parent("label")
        )
        assert named, f"{path}: no label for {control}"
    fault = _FAULT_WORDS.search(html.get_text(" "))
    assert not fault, f"{path}: raw fault text {fault}"
    return html
