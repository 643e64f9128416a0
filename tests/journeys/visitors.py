"""People at a browser. What they can do is the same whether pages reach them through Chromium or as plain HTTP and HTML."""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode, urljoin, urlsplit

import httpx
from playwright.sync_api import Locator, Page

PASSWORD = "kapal layar di batam"


def squeeze(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("\N{NO-BREAK SPACE}", " ")).strip()


class Visitor(ABC):
    """One person: looks at a page, follows links, answers questions, presses buttons."""

    @abstractmethod
    def go(self, path: str) -> None: ...
    @abstractmethod
    def follow(self, words: str) -> None:
        """Follow the first link that says ``words``."""

    @abstractmethod
    def unfold(self, words: str) -> None:
        """Open a disclosure."""

    @abstractmethod
    def asks(self, name: str) -> bool:
        """Is there a question with this name on the page?"""

    @abstractmethod
    def answer(self, name: str, value: str) -> None:
        """Type, choose or tick."""

    @abstractmethod
    def attach(self, name: str, file: Path) -> None: ...
    @abstractmethod
    def press(self, words: str) -> None:
        """Press a button and wait for the page it leads to."""

    @abstractmethod
    def download(self, words: str) -> bytes:
        """What is behind a link."""

    @property
    @abstractmethod
    def text(self) -> str:
        """What the page says."""

    @property
    @abstractmethod
    def url(self) -> str: ...

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    def sees(self, *words: str) -> None:
        """Fail unless the page says all of ``words``."""
        text = self.text
        missing = [said for said in words if squeeze(said) not in text]
        assert not missing, f"{self.path} does not say {missing}; it says: {text[:3000]}"

    def sees_not(self, *words: str) -> None:
        found = [said for said in words if squeeze(said) in self.text]
        assert not found, f"{self.path} says {found}"


class Browsing(Visitor):
    """Through a page of Chromium."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def go(self, path: str) -> None:
        self.page.goto(path)

    def follow(self, words: str) -> None:
        with self.page.expect_navigation():
            self.page.get_by_role("link", name=words).first.click()

    def unfold(self, words: str) -> None:
        self.page.locator("summary", has_text=words).first.click()

    def asks(self, name: str) -> bool:
        return self._controls(name).count() > 0

    def _controls(self, name: str) -> Locator:
        return self.page.locator(f"[name='{name}']:not([type=hidden])")

    def answer(self, name: str, value: str) -> None:
        first = self._controls(name).first
        kind = first.evaluate("e => e.type") or "text"
        if kind in {"radio", "checkbox"}:
            self.page.locator(f"[name='{name}'][value='{value}']").check()
        elif kind.startswith("select"):
            first.select_option(value)
        else:
            first.fill(value)

    def attach(self, name: str, file: Path) -> None:
        self.page.locator(f"#f-{name}").set_input_files(file)

    def press(self, words: str) -> None:
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=words).first.click()

    def download(self, words: str) -> bytes:
        href = self.page.get_by_role("link", name=words).first.get_attribute("href") or ""
        return self.page.context.request.get(href).body()

    @property
    def text(self) -> str:
        return squeeze(self.page.locator("body").inner_text())

    @property
    def url(self) -> str:
        return self.page.url


@dataclass
class Control:
    """One field of a form as HTML defines it."""

    name: str
    kind: str
    value: str = ""
    checked: bool = False
    options: list[str] = field(default_factory=list)
    file: Path | None = None


@dataclass
class Form:
    action: str = ""
    method: str = "get"
    multipart: bool = False
    controls: list[Control] = field(default_factory=list)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)  # words, name, value

    def pairs(self) -> list[tuple[str, str]]:
        """What a browser would send of it, files aside."""
        return [
            (control.name, control.value)
            for control in self.controls
            if control.kind != "file" and (control.kind not in {"radio", "checkbox"} or control.checked)
        ]


class Html(HTMLParser):
    """Text, links and forms of one page."""

    VOID = frozenset({"input", "br", "meta", "link", "hr", "img", "path", "rect"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.forms: list[Form] = []
        self._silent = 0
        self._open: list[tuple[str, str, int]] = []  # tag, its address or name=value, where its words begin
        self._form: Form | None = None
        self._button: tuple[str, str] = ("", "")
        self.feed(html)

    @property
    def text(self) -> str:
        return squeeze(" ".join(self.words))

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in {"script", "style", "head"}:
            self._silent += 1
        if tag in {"a", "button", "textarea"}:
            self._open.append((tag, given.get("href", ""), len(self.words)))
        if tag == "form":
            self._form = Form(
                given.get("action", ""),
                given.get("method", "get").lower(),
                "multipart" in given.get("enctype", ""),
            )
            self.forms.append(self._form)
        elif tag == "button":
            self._button = (given.get("name", ""), given.get("value", ""))
        elif tag == "option" and self._form and self._form.controls:
            control = self._form.controls[-1]
            control.options.append(given.get("value", ""))
            if "selected" in given or len(control.options) == 1:
                control.value = given.get("value", "")
        elif tag in {"input", "select", "textarea"} and self._form and given.get("name"):
            kind = given.get("type", "text") if tag == "input" else tag
            self._form.controls.append(
                Control(given["name"], kind, given.get("value", ""), "checked" in given)
            )

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style", "head"}:
            self._silent -= 1
        if tag == "form":
            self._form = None
        if self._open and self._open[-1][0] == tag:
            _tag, href, start = self._open.pop()
            said = squeeze("".join(self.words[start:]))
            if tag == "a":
                self.links.append((said, href))
            elif tag == "textarea" and self._form:
                self._form.controls[-1].value = "".join(self.words[start:]).removeprefix("\n")
            elif tag == "button" and self._form:
                self._form.buttons.append((said, *self._button))


class Requesting(Visitor):
    """By plain HTTP: a form is sent exactly as its HTML says, so what passes here works in any browser."""

    def __init__(self, base_url: str) -> None:
        self.client = httpx.Client(base_url=base_url, follow_redirects=True, timeout=60)
        self.reply: httpx.Response
        self.page: Html

    def _show(self, reply: httpx.Response) -> None:
        assert reply.status_code < 500, f"{reply.url} answers {reply.status_code}"
        self.reply, self.page = reply, Html(reply.text)

    def go(self, path: str) -> None:
        self._show(self.client.get(path))

    def follow(self, words: str) -> None:
        self.go(self._address(words))

    def _address(self, words: str) -> str:
        said = squeeze(words)
        found = next((href for label, href in self.page.links if said in label), None)
        assert found is not None, f"{self.path} has no link {words!r}: {self.page.links}"
        return urljoin(self.url, found)

    def unfold(self, words: str) -> None:
        self.sees(words)

    def control(self, name: str, value: str | None = None) -> Control | None:
        return next(
            (
                control
                for form in self.page.forms
                for control in form.controls
                if control.name == name
                and control.kind != "hidden"
                and (value is None or control.kind not in {"radio", "checkbox"} or control.value == value)
            ),
            None,
        )

    def asks(self, name: str) -> bool:
        return self.control(name) is not None

    def answer(self, name: str, value: str) -> None:
        control = self.control(name, value)
        assert control is not None, f"{self.path} does not ask {name} with the choice {value!r}"
        if control.kind == "radio":
            for other in (c for form in self.page.forms for c in form.controls if c.name == name):
                other.checked = other is control
        elif control.kind == "checkbox":
            control.checked = True
        else:
            assert control.kind != "select" or value in control.options, (name, value, control.options)
            control.value = value

    def attach(self, name: str, file: Path) -> None:
        control = self.control(name)
        assert control is not None, f"{self.path} does not ask for the file {name}"
        assert control.kind == "file"
        control.file = file

    def press(self, words: str) -> None:
        said = squeeze(words)
        form, button = next(
            ((form, button) for form in self.page.forms for button in form.buttons if said in button[0]),
            (None, None),
        )
        assert form is not None, (
            f"{self.path} has no button {words!r}: {[f.buttons for f in self.page.forms]}"
        )
        assert button is not None
        pairs = form.pairs() + ([button[1:]] if button[1] else [])
        where = urljoin(self.url, form.action)
        if form.method == "get":
            self._show(self.client.get(f"{where}?{urlencode(pairs)}"))
            return
        data: dict[str, list[str]] = {}
        for name, value in pairs:
            data.setdefault(name, []).append(value)
        files = self._files(form)
        self._show(self.client.post(where, data=data, files=files or None, headers={"Referer": self.url}))

    @staticmethod
    def _files(form: Form) -> Mapping[str, tuple[str, bytes]]:
        sent = [control for control in form.controls if control.file]
        assert form.multipart or not sent, "a form with files lacks its enctype"
        return {
            control.name: (control.file.name, control.file.read_bytes()) for control in sent if control.file
        }

    def download(self, words: str) -> bytes:
        return self.client.get(self._address(words)).content

    @property
    def text(self) -> str:
        return self.page.text

    @property
    def url(self) -> str:
        return str(self.reply.url)
