"""One permit through HTTP, from search to verified PDF, as a person without JavaScript would: `./pendopo demo --check`.

Everything it does, it does through pages: it reads forms, fills them in and posts them. The first thing that is not as it should be ends it
with a sentence.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Final, Self

import httpx

SERVICE: Final = "dpmptsp-sip-perawat"
NURSE: Final = "siti@demo.local"
OFFICERS: Final = (
    ("loket@dpmptsp.demo.local", "completeness"),
    ("verifikasi@dpmptsp.demo.local", "verification"),
    ("dinkes@demo.local", "recommendation"),
    ("kabid@dpmptsp.demo.local", "initials"),
    ("kepala@dpmptsp.demo.local", "signing"),
)
PATIENCE_SECONDS: Final = 30


class Failed(Exception):
    """A step did not do what it should."""


def small_pdf() -> bytes:
    """The smallest honest PDF: one empty page with a true table of contents."""
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
    )
    pdf, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(pdf))
        pdf += b"%d 0 obj%sendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(pdf)
    return pdf + b"xref\n0 4\n0000000000 65535 f \n" + table + end


@dataclass
class Form:
    """One form of a page: where it goes, what stands in it."""

    action: str
    values: dict[str, str] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)  # text fields nobody has filled in
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def names(self) -> set[str]:
        """Of its fields and buttons."""
        return {*self.values, *self.files, *self.empty, *(name for name, _value in self.buttons)}


class _Forms(HTMLParser):
    """Collects the forms of a page as a browser would send them."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(found.get("action", "")))
        elif not self.forms:
            return
        elif tag == "select":
            self._select = found.get("name", "")
        elif tag == "option" and self._select and found.get("value"):
            self.forms[-1].values.setdefault(self._select, found["value"])
            if "selected" in found:
                self.forms[-1].values[self._select] = found["value"]
        elif tag in {"input", "textarea", "button"} and found.get("name"):
            self._input(tag, found)

    def _input(self, tag: str, found: dict[str, str]) -> None:
        form, name, kind = self.forms[-1], found["name"], found.get("type", "text")
        if tag == "button":
            form.buttons.append((name, found.get("value", "")))
        elif kind == "file":
            form.files.append(name)
        elif kind == "radio":
            form.values.setdefault(name, found.get("value", "on"))
            if "checked" in found:
                form.values[name] = found.get("value", "on")
        elif kind == "checkbox":
            form.values[name] = found.get("value", "on")
        elif found.get("value") or kind == "hidden":
            form.values[name] = found.get("value", "")
        else:
            form.empty.append(name)

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""


class Visitor:
    """A person with a browser that knows only HTML."""

    def __init__(self, base_url: str) -> None:
        self.http = httpx.Client(
            base_url=base_url,
            follow_redirects=True,
            timeout=PATIENCE_SECONDS,
            headers={"Accept-Language": "id"},
        )
        self.base_url = base_url
        self.page = httpx.Response(200)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_why: object) -> None:
        self.http.close()

    def open(self, path: str) -> str:
        """Go to a page."""
        return self._arrived(self.http.get(path))

    def send(self, action: str, *, files: dict[str, Any] | None = None, **values: str) -> str:
        """Fill in the first form of this page whose action starts with ``action`` and that asks for ``values``, and send it."""
        form = self.form(action, *values)
        data = {**form.values, **values}
        return self._arrived(
            self.http.post(form.action, data=data, files=files, headers={"Referer": str(self.page.url)})
        )

    def form(self, action: str, *names: str) -> Form:
        """The first form of this page whose action starts with ``action`` and that has fields or buttons of these names."""
        reader = _Forms()
        reader.feed(self.page.text)
        for form in reader.forms:
            if form.action.startswith(action) and form.names().issuperset(names):
                return form
        raise Failed(f"{self.page.url} has no form for {action}")

    def _arrived(self, page: httpx.Response) -> str:
        self.page = page
        if page.status_code != httpx.codes.OK:
            complaint = re.search(r'class="errors".*?<li>(.*?)</li>', page.text, re.DOTALL)
            told = re.sub(r"<[^>]+>", "", complaint.group(1)) if complaint else page.reason_phrase
            raise Failed(f"{page.url} answered {page.status_code}: {told}")
        return page.text

    @property
    def path(self) -> str:
        """Where we are."""
        return self.page.url.path

    def become(self, email: str) -> None:
        """Sign in as a demo person."""
        self.open("/demo/")
        self.send("/demo/", who=email)


def walk(base_url: str, say: Callable[[str], None] = print) -> None:
    """Take one permit from search to verified PDF; ``say`` gets one line a step. Raises: Failed."""
    with Visitor(base_url) as nurse:
        _walk(nurse, say)


def _walk(nurse: Visitor, say: Callable[[str], None]) -> None:

    @contextmanager
    def step(what: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        say(f"  {time.perf_counter() - began:6.2f} s  {what}")

    with step("search: izin perawat"):
        if SERVICE not in nurse.open("/layanan/?q=izin+perawat"):
            raise Failed("the search does not find the nurse's practice licence")
        nurse.open(f"/layanan/{SERVICE}/")
    with step("sign in, consent, facts from the civil registry"):
        nurse.become(NURSE)
        nurse.open("/saya/dukcapil/")
        nurse.send("/saya/dukcapil/", consent="yes")
    with step("form, uploads, check your answers"):
        nurse.open(f"/ajukan/{SERVICE}/")
        nurse.send(f"/ajukan/{SERVICE}/")
        _fill_pages(nurse)
    with step("submit"):
        application = nurse.path.split("/")[2]
        nurse.send(f"/permohonan/{application}/periksa/")
        if not nurse.path.endswith("/tanda-terima/"):
            raise Failed("no receipt after submitting")
    for email, what in OFFICERS:
        with step(f"{what}: {email}"):
            _act(nurse.base_url, email, application)
    with step("document issued and signed"):
        document, code = _await_document(nurse, application)
    with step("PDF downloaded, signature and page verified"):
        _verify(nurse, document, code)


def _fill_pages(nurse: Visitor) -> None:
    """Fill in page after page until "check your answers"."""
    for _page in range(20):
        if "/isi/" not in nurse.path:
            return
        form = nurse.form(nurse.path)
        answers = {name: _answer(name) for name in form.empty}
        files = {
            name: (f"{name}.pdf", small_pdf(), "application/pdf")
            for name in form.files
            if not form.values.get(f"{name}_id")
        }
        nurse.send(nurse.path, files=files or None, **answers)
    raise Failed("the form has no end")


def _answer(name: str) -> str:
    if "valid_until" in name or name.endswith("_on") or "date" in name:
        return "2031-01-31"
    if "email" in name:
        return "siti@contoh.id"
    if "phone" in name:
        return "081234567890"
    return "1234567890123456" if name.endswith("_no") else "Klinik Sehat Bersama, Batam Kota"


def _act(base_url: str, email: str, application: str) -> None:
    """An officer finds the file in the inbox and does the first thing it offers."""
    with Visitor(base_url) as officer:
        officer.become(email)
        if application not in officer.open("/kerja/"):
            raise Failed(f"the file is not in the inbox of {email}")
        officer.open(f"/kerja/{application}/")
        officer.send(f"/kerja/{application}/", note="Diperiksa.")


def _await_document(nurse: Visitor, application: str) -> tuple[str, str]:
    """The worker signs within moments; the status page shows it."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        page = nurse.open(f"/permohonan/{application}/")
        document = re.search(r"/dokumen/[0-9a-f-]{36}/dokumen.pdf", page)
        code = re.search(r"/v/[0-9A-Z]+/", page)
        if document and code:
            return document.group(), code.group()
        time.sleep(0.2)
    raise Failed(f"no document after {PATIENCE_SECONDS} s: is the worker running?")


def _verify(nurse: Visitor, document: str, code: str) -> None:
    from pendopo.documents.api import verify_pdf

    pdf = nurse.http.get(document).content
    report = verify_pdf(pdf)
    if not (report.intact and report.trusted):
        raise Failed("the signature of the PDF does not hold")
    with Visitor(nurse.base_url) as stranger:
        page = stranger.open(code)
    if "SIP" not in page:
        raise Failed("the verification page does not know the document")
