"""English is complete: a message without it fails here."""

import os
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from pendopo.web import messages


def test_every_message_has_english() -> None:
    english = messages.read()
    wanted = messages.gather()
    left = [m.id for m in wanted if m.id and not (english.get(m.id, m.context) and all(_texts(english, m)))]
    assert left == [], "run `python -m pendopo.web.messages extract` and fill the empty msgstr"


def _texts(english: Catalog, message: object) -> tuple[str, ...]:
    found = english.get(message.id, message.context).string  # type: ignore[attr-defined,union-attr]
    return tuple(found) if isinstance(found, tuple | list) else (str(found),)


def test_placeholders_agree() -> None:
    assert list(messages.disagreeing(messages.read())) == []


def test_disagreement_is_noticed() -> None:
    catalog = Catalog(locale="en")
    catalog.add("Sisa %(n)s", "Left %(m)s")
    catalog.add("Sisa {0}", "Left")
    catalog.add("Sisa %(k)s", "Left %(k)s")
    assert list(messages.disagreeing(catalog)) == ["Sisa %(n)s", "Sisa {0}"]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "a.html").write_text('{{ _("Halo %(nama)s", nama=x) }}')
    (tmp_path / "b.py").write_text(
        'from x import gettext as _\n_("Selamat")\nngettext("satu", "banyak", 2)\n'
    )
    return tmp_path


def test_extract_merges_and_lists_what_is_missing(tree: Path) -> None:
    po = tree / "locale" / "django.po"
    assert set(messages.extract(tree, po)) == {"Halo %(nama)s", "Selamat", "satu"}
    catalog = messages.read(po)
    catalog["Selamat"].string = "Congratulations"
    messages.save(catalog, po)
    assert set(messages.extract(tree, po)) == {"Halo %(nama)s", "satu"}
    assert messages.read(po)["Selamat"].string == "Congratulations"
    before = po.read_bytes()
    messages.extract(tree, po)
    assert po.read_bytes() == before


def test_compile_writes_only_when_stale(tree: Path) -> None:
    po = tree / "django.po"
    messages.extract(tree, po)
    assert messages.compile_messages(po)
    assert not messages.compile_messages(po)
    os.utime(po, (2**31, 2**31))
    assert messages.compile_messages(po)


def test_a_folder_that_cannot_be_written_is_said(tree: Path) -> None:
    po = tree / "django.po"
    messages.extract(tree, po)
    (tree / "django.mo").mkdir()
    with pytest.raises(messages.Unwritable, match="Mend:"):
        messages.compile_messages(po, force=True)
