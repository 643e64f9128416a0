"""Reading and writing sheets without a database: what people send, what nobody should send, what comes back."""

import csv
import io
import zipfile
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from pendopo.applications.connectors.sheets import (
    CSV,
    XLSX,
    kind_of,
    reading,
    rows_of,
    write_csv,
    write_template,
    write_xlsx,
)
from pendopo.applications.rules.groups import (
    Flaw,
    answers_of,
    columns_of,
    common_files,
    declarations,
    is_empty,
    letters,
    match_headings,
    neutral,
    nik_of,
    person_fields,
    place_of,
    value_of,
)
from pendopo.kernel.errors import Denied
from pendopo.web.forms import parse_day

NIK = "2171101708950001"
SCHEMA: dict[str, Any] = {
    "properties": {
        "person_nik": {"type": "string", "title": "NIK", "x-title-en": "ID number", "x-widget": "nik", "x-fact": "person.nik"},
        "person_full_name": {"type": "string", "title": "Nama lengkap", "x-title-en": "Full name", "x-fact": "person.full_name"},
        "born": {"type": "string", "title": "Tanggal lahir", "format": "date"},
        "sex": {"type": "string", "title": "Jenis kelamin", "enum": ["L", "P"], "x-options": {"L": {"name": "Laki-laki", "name_en": "Male"}, "P": {"name": "Perempuan"}}},
        "phone": {"type": "string", "title": "Nomor ponsel"},
        "wage": {"type": "integer", "title": "Upah"},
        "share": {"type": "number", "title": "Bagian"},
        "married": {"type": "boolean", "title": "Kawin"},
        "file_letter": {"type": "string", "title": "Surat", "x-widget": "file"},
        "declaration": {"type": "boolean", "const": True, "title": "Saya menyatakan"},
    },
    "required": ["person_nik", "person_full_name", "sex", "file_letter", "declaration"],
    "x-pages": [{"fields": ["person_nik", "person_full_name", "born"]}],
}  # fmt: skip
HEAD = ["NIK", "Nama lengkap", "Tanggal lahir", "Jenis kelamin", "Nomor ponsel", "Upah", "Bagian", "Kawin"]


def book(*rows: list[Any], title: str = "Isian", change: Any = None) -> bytes:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = title
    for row in (HEAD, *rows):
        sheet.append(row)
    if change:
        change(made, sheet)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def refused(data: bytes) -> str:
    with pytest.raises(Denied) as said:
        list(rows_of(data, kind_of(data)))
    return said.value.code


# Columns and cells


def test_columns_are_the_questions_without_files_and_declaration() -> None:
    columns = columns_of(SCHEMA)
    assert [column.title for column in columns] == HEAD
    assert [c.kind for c in columns] == ["nik", "text", "date", "choice", "text", "whole", "number", "yes_no"]
    assert [c.required for c in columns] == [True, True, False, True, False, False, False, False]
    assert (common_files(SCHEMA), declarations(SCHEMA)) == (("file_letter",), {"declaration": True})
    assert person_fields(SCHEMA) == ("person_nik", "person_full_name")
    with pytest.raises(Denied) as company:
        person_fields({"properties": {"business_nib": {"x-fact": "business.nib"}}})
    assert company.value.code == "group_not_offered"


@pytest.mark.parametrize(
    ("field", "cell", "value"),
    [
        ("person_nik", "2171 1017 0895 0001", NIK),
        ("person_nik", "'" + NIK, NIK),
        ("person_nik", int(NIK), NIK),
        ("person_nik", 2171101708950000, Flaw.ROUNDED),
        ("person_nik", 2.17110170895e15, Flaw.ROUNDED),
        ("born", "17/8/1995", "1995-08-17"),
        ("born", "17 Agustus 1995", "1995-08-17"),
        ("born", "1995-08-17", "1995-08-17"),
        ("born", "31-02-1995", "31-02-1995"),
        ("sex", "laki-laki", "L"),
        ("sex", " MALE ", "L"),
        ("sex", "P", "P"),
        ("sex", "pria", "pria"),
        ("phone", 81234567890, "81234567890"),
        ("phone", "'+628123456789", "+628123456789"),
        ("wage", "Rp4.989.600,00", 4_989_600),
        ("wage", 4989600.0, 4_989_600),
        ("wage", "banyak", "banyak"),
        ("share", "7,5", 7.5),
        ("share", 7.5, 7.5),
        ("married", "Ya", True),
        ("married", "tidak", None),
        ("married", "mungkin", "mungkin"),
        ("phone", "   ", None),
        ("phone", None, None),
    ],
)
def test_what_a_cell_means(field: str, cell: Any, value: Any) -> None:
    column = next(column for column in columns_of(SCHEMA) if column.field == field)
    assert value_of(column, cell, parse_day) == value


def test_headings_in_any_order_and_language_extra_ones_ignored() -> None:
    found = match_headings(
        SCHEMA, ["Kesalahan", "full  NAME *", None, "id number", "Jenis kelamin", 5, "wage"]
    )
    assert {place: column.field for place, column in found.columns.items()} == {
        1: "person_full_name",
        3: "person_nik",
        4: "sex",
        6: "wage",
    }
    assert (found.nik_at, found.name_at) == (3, 1)
    answers, flaws = answers_of(found, ["x", "Siti", "y", NIK, Flaw.FORMULA], parse_day)
    assert (answers, flaws) == ({"person_full_name": "Siti", "person_nik": NIK}, {4: Flaw.FORMULA})


def test_wrong_headings_are_all_named() -> None:
    with pytest.raises(Denied) as missing:
        match_headings(SCHEMA, ["Nama lengkap", "Nama Lengkap", "Alamat"])
    assert (missing.value.code, str(missing.value)) == ("sheet_headings", "Nama lengkap, NIK, Jenis kelamin")


@given(st.integers(0, 20_000))
def test_columns_are_called_as_spreadsheets_do(place: int) -> None:
    assert place_of(letters(place)) == place


def test_letters() -> None:
    assert [letters(place) for place in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


@given(st.text(max_size=30))
def test_nothing_written_begins_like_a_formula_and_comes_back_as_it_was(text: str) -> None:
    shown = neutral(text)
    assert not shown.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert shown.removeprefix("'") == text or shown == text


@given(
    st.one_of(
        st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=20), st.none()
    )
)
def test_any_cell_is_read_as_a_nik_or_text(cell: Any) -> None:
    assert isinstance(nik_of(cell), str)


# Workbooks


def test_a_workbook_is_read_row_by_row_with_its_numbers() -> None:
    data = book(
        [NIK, "Siti", date(1995, 8, 17), "P"],
        [],
        [None, "  "],
        [NIK, "Budi", datetime.fromisoformat("1990-01-02T03:04"), "L", 812, 5.5, True],
    )
    assert kind_of(data) == XLSX
    rows = [(line, list(cells)) for line, cells in rows_of(data, XLSX) if not is_empty(cells)]
    assert [line for line, _cells in rows] == [1, 2, 5]
    assert rows[1][1][:4] == [NIK, "Siti", "1995-08-17", "P"]
    assert rows[2][1][:7] == [NIK, "Budi", "1990-01-02", "L", 812, 5.5, True]


def test_formulas_are_never_computed() -> None:
    data = book(["=CONCATENATE(1,2)", '=HYPERLINK("http://x")', "Siti", "#N/A"])
    _head, (_line, cells) = rows_of(data, XLSX)
    assert cells[:4] == [Flaw.FORMULA, Flaw.FORMULA, "Siti", Flaw.BROKEN]
    text = b"NIK;Nama lengkap\n=1+1;\" =cmd|' /C calc'!A0\"\n"
    assert list(rows_of(text, kind_of(text)))[1] == (2, [Flaw.FORMULA, Flaw.FORMULA])


def test_merged_cells_are_each_named() -> None:
    data = book(
        [NIK, "Siti", None, "P"],
        [NIK, "Budi", None, "L"],
        change=lambda _book, sheet: sheet.merge_cells("B2:C3"),
    )
    rows = dict(rows_of(data, XLSX))
    assert [list(rows[line][:4]) for line in (2, 3)] == [
        [NIK, Flaw.MERGED, Flaw.MERGED, "P"],
        [NIK, Flaw.MERGED, Flaw.MERGED, "L"],
    ]
    assert list(rows[1][:2]) == HEAD[:2]


def test_the_sheet_of_the_template_is_read_wherever_it_stands() -> None:
    def before(made: Workbook, _sheet: Any) -> None:
        made.create_sheet("Petunjuk", 0).append(["bukan ini"])

    assert next(rows_of(book([NIK], change=before), XLSX))[1][0] == "NIK"
    assert next(rows_of(book([NIK], title="Sheet1", change=None), XLSX))[1][0] == "NIK"


def repacked(data: bytes, **parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            if item.filename not in parts:
                new.writestr(item.filename, old.read(item.filename))
        for name, content in parts.items():
            new.writestr(name, content)
    return out.getvalue()


def test_what_is_no_sheet_is_refused_plainly(tmp_path: Any) -> None:
    good = book([NIK])
    empty = io.BytesIO()
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("hello.txt", "x")
    for data, code in (
        (b"", "sheet_empty"),
        (b"  \n ", "sheet_empty"),
        (b"MZ\x90\x00\x03\x00\x00\x00" + bytes(range(256)) * 20, "sheet_not_a_sheet"),  # a renamed program
        (b"%PDF-1.7\n\x00\x01\x02" * 50, "sheet_not_a_sheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "sheet_old"),
        (empty.getvalue(), "sheet_not_a_sheet"),
        (repacked(good, **{"xl/vbaProject.bin": b"macro"}), "sheet_macros"),
        (good[: len(good) // 2], "sheet_damaged"),
        (b"PK\x03\x04" + b"rubbish" * 40, "sheet_damaged"),
        (repacked(good, **{"xl/workbook.xml": b"<workbook"}), "sheet_damaged"),
        (
            repacked(good, **{"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row><c r='A1'"}),
            "sheet_damaged",
        ),
    ):
        assert refused(data) == code, (data[:20], code)


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = repacked(
        book([NIK]), **{"xl/media/image1.png": b"\0" * 2_000_000, "xl/sharedStrings.xml": b" " * 900_000}
    )
    assert len(bomb) < 20_000
    assert kind_of(bomb) == XLSX
    monkeypatch.setattr(reading, "MOST_BYTES", 1_000_000)
    assert refused(bomb) == "sheet_too_big"
    monkeypatch.setattr(reading, "MOST_BYTES", 10_000_000)
    monkeypatch.setattr(reading, "MOST_WORDS_BYTES", 500_000)
    assert refused(bomb) == "sheet_too_big"


def test_entities_in_the_xml_are_not_expanded() -> None:
    laughs = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "' + b"ha" * 5000 + b'">' + b"".join(
        b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 20) for n in range(6)
    ) + b']><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="1"><si><t>&g;</t></si></sst>'  # fmt: skip
    assert refused(repacked(book([NIK]), **{"xl/sharedStrings.xml": laughs})) == "sheet_damaged"


# CSV


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [
        ("utf-8-sig", ";"),
        ("utf-8", ","),
        ("utf-16", "\t"),
        ("utf-16-le", ";"),
        ("utf-16-be", ";"),
        ("cp1252", ";"),
    ],
)
def test_csv_in_the_encodings_people_have(encoding: str, delimiter: str) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(
        [HEAD, [NIK, "José Müller - Ñ", "17-08-1995", "Laki-laki"]]
    )
    data = out.getvalue().encode(encoding)
    rows = list(rows_of(data, kind_of(data)))
    assert rows[0] == (1, HEAD)
    assert rows[1][1][:2] == [NIK, "José Müller - Ñ"]


def test_csv_that_cannot_be_read_is_refused() -> None:
    assert refused(b"NIK;Nama\n" + b"\x81\x8d\x8f\n") == "sheet_encoding"
    assert refused(b"NIK;Nama\n" + b'"' + b"x" * 200_000 + b'"') == "sheet_damaged"


def test_csv_with_excels_own_first_line() -> None:
    data = b"sep=,\r\nNIK,Nama\r\n1,2\r\n"
    assert list(rows_of(data, CSV)) == [(2, ["NIK", "Nama"]), (3, ["1", "2"])]


# What is written


def test_written_workbooks_hold_text_only() -> None:
    with write_xlsx(["NIK", "Catatan"], [[NIK, "=1+1"], ["0012", "+62\x07"], [None, 5]]) as stream:
        data = stream.read()
    sheet = load_workbook(io.BytesIO(data))["Isian"]
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert cells == [["NIK", "Catatan"], [NIK, "=1+1"], ["0012", "+62"], [None, "5"]]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml")


def test_a_template_has_a_second_sheet_that_explains() -> None:
    with write_template(
        HEAD, (), [("NIK", "ya", "16 angka", "")], ("Petunjuk", ("Kolom", "Wajib", "Cara", "Pilihan"))
    ) as stream:
        made = load_workbook(io.BytesIO(stream.read()))
    assert made.sheetnames == ["Isian", "Petunjuk"]
    assert [cell.value for cell in made["Isian"][1]] == HEAD
    assert made["Isian"].column_dimensions["A"].number_format == "@"
    assert made["Petunjuk"]["C2"].value == "16 angka"


def test_written_csv_opens_in_excel_and_is_harmless() -> None:
    data = b"".join(write_csv([["NIK", "Nama"], [NIK, "=cmd()"], ["@x", "-5"]]))
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.decode("utf-8-sig").splitlines() == ["NIK;Nama", f"{NIK};'=cmd()", "'@x;'-5"]
    assert [cells for _line, cells in rows_of(data, CSV)][1] == [NIK, "'=cmd()"]
