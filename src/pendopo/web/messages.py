"""Messages: gather them, say which lack English, compile them. Babel only; no gettext programs needed.

``python -m pendopo.web.messages extract`` merges new messages into ``locale/en/LC_MESSAGES/django.po`` and lists what
has no English yet; ``compile`` writes the ``.mo`` that Django reads (it is not kept in git).
"""

import argparse
import io
import os
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

SOURCE = Path(__file__).resolve().parents[1]
PO = Path(__file__).resolve().parent / "locale" / "en" / "LC_MESSAGES" / "django.po"
METHODS = [
    ("**/migrations/**", "ignore"),
    ("**/templates/**.html", "jinja2.ext:babel_extract"),
    ("**.py", "python"),
]
OPTIONS = {
    "**/templates/**.html": {
        "trimmed": "true",
        "trim_blocks": "true",
        "lstrip_blocks": "true",
        "encoding": "utf-8",
    }
}
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
HEAD = (
    b'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    b'"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
)
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w*)\}")


class Unwritable(Exception):
    """The folder of the catalogue cannot be written; the message says how to mend it."""


def gather(source: Path = SOURCE) -> Catalog:
    """Every message in the code and the templates under ``source``, with the places where it stands."""
    catalog = Catalog(domain="django", charset="utf-8")
    found = extract_from_dir(source, METHODS, OPTIONS, keywords=KEYWORDS, comment_tags=("Words:",))
    for name, line, message, comments, context in found:
        catalog.add(message, None, [(name, line)], auto_comments=comments, context=context)
    return catalog


def read(po: Path = PO) -> Catalog:
    """The English catalogue as it is kept."""
    if not po.exists():
        return Catalog(locale="en", domain="django", charset="utf-8")
    with po.open("rb") as file:
        return read_po(file, locale="en", domain="django")


def save(catalog: Catalog, po: Path = PO) -> None:
    """Write ``po``, sorted and without line numbers or dates, so that it changes only where messages do."""
    po.parent.mkdir(parents=True, exist_ok=True)
    body = io.BytesIO()
    write_po(body, catalog, width=110, sort_output=True, include_lineno=False, omit_header=True)
    _replace(po, HEAD + body.getvalue().lstrip(b"\n"))


def extract(source: Path = SOURCE, po: Path = PO) -> list[str]:
    """Merge the messages of ``source`` into ``po``, keeping what is translated. Returns the messages without English."""
    catalog = read(po)
    catalog.update(gather(source), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    save(catalog, po)
    return [_first(message) for message in missing(read(po))]


def missing(catalog: Catalog) -> Iterator[Message]:
    """Messages without a complete translation."""
    for message in catalog:
        texts = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if message.id and (not all(texts) or not texts):
            yield message


def disagreeing(catalog: Catalog) -> Iterator[str]:
    """Messages whose English names other placeholders than the Indonesian."""
    for message in catalog:
        ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
        texts = message.string if isinstance(message.string, tuple | list) else (message.string,)
        wanted = {name for text in ids for name in placeholders(text)}
        if message.id and any(
            set(placeholders(text)) - wanted or (text and wanted - set(placeholders(text))) for text in texts
        ):
            yield _first(message)


def placeholders(text: str | None) -> list[str]:
    """``%(count)s of {0}`` -> ``["count", "0"]``."""
    return sorted({named or "{" + braced + "}" for named, braced in PLACEHOLDER.findall(text or "")})


def compile_messages(po: Path = PO, *, force: bool = False) -> bool:
    """Write ``django.mo`` when it is missing or older than ``po``. Returns whether it was written.

    Raises: Unwritable when the folder cannot be written and the ``.mo`` is missing or stale.
    """
    mo = po.with_suffix(".mo")
    if not force and mo.exists() and mo.stat().st_mtime >= po.stat().st_mtime:
        return False
    body = io.BytesIO()
    write_mo(body, read(po))
    try:
        _replace(mo, body.getvalue())
    except OSError as error:
        raise Unwritable(
            f"English cannot be compiled: {mo.parent} is not writable ({error.strerror}). "
            "Mend: run `python -m pendopo.web.messages compile` once as the owner of that folder"
        ) from error
    return True


def _replace(path: Path, content: bytes) -> None:
    """Whole or not at all, also when several processes start at once."""
    new = path.with_name(f"{path.name}.{os.getpid()}")
    new.write_bytes(content)
    new.replace(path)


def _first(message: Message) -> str:
    return str(message.id[0] if isinstance(message.id, tuple | list) else message.id)


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code (1 when English is missing or the folder is not writable)."""
    parser = argparse.ArgumentParser(prog="python -m pendopo.web.messages", description=__doc__)
    parser.add_argument("what", choices=("extract", "compile"))
    if parser.parse_args(arguments).what == "extract":
        left = extract()
        for text in left:
            sys.stdout.write(f"no English yet: {text}\n")
        sys.stdout.write(f"{len(read())} messages, {len(left)} without English, in {PO}\n")
        return 1 if left else 0
    try:
        written = compile_messages()
    except Unwritable as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write("compiled\n" if written else "up to date\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
