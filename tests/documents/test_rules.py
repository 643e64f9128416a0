from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pendopo.documents.rules import content, papers, uploads
from pendopo.documents.rules.words import NAME_MAX, breakable, clean_name, clean_text, with_suffix
from pendopo.kernel.errors import Denied
from tests.documents import samples

MANY = b"/ObjStm stream\n" * 70_000  # each promises a table: looking into all of them would take minutes
BOMB = samples.packed(b"0 " * (content.INFLATED_MAX // 2 + 10))


def test_what_people_send_is_known_by_its_content() -> None:
    assert content.inspect(samples.pdf()) == "application/pdf"
    assert content.inspect(samples.png()) == "image/png"
    assert content.inspect(samples.jpeg()) == "image/jpeg"
    assert content.inspect(samples.jpeg(after=b"MotionPhoto_Data" * 9)) == "image/jpeg"
    assert content.inspect(samples.pdf(stream=samples.packed(b"1 0 << /Type /Page >>"))) == "application/pdf"
    outlines = (
        b"<< /First 5 0 R >>\nendobj\n9 0 obj\n<< /Filter /DCTDecode >>\nstream\n\xff\xd8\xff\nendstream"
    )
    assert content.inspect(samples.pdf(stream=outlines)) == "application/pdf"
    assert (
        content.inspect(samples.pdf(stream=b"<< /Type /ObjStm >>\nstream\n1 0 null\nendstream"))
        == "application/pdf"
    )


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (samples.EXE, "file_program"),
        (b"\x7fELF" + b"\0" * 50, "file_program"),
        (b"#!/bin/sh\nrm -rf /", "file_program"),
        (samples.archive(), "file_zip"),
        (samples.archive("word/document.xml"), "file_zip"),
        (b"\x1f\x8b\x08" + b"\0" * 50, "file_zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 50, "file_office"),
        (samples.HTML, "file_web"),
        (samples.SVG, "file_web"),
        (samples.HEIC, "file_heic"),
        (b"GIF89a" + b"\0" * 50, "file_type"),
        (b"hello", "file_type"),
        (b"\0", "file_type"),
        (samples.pdf(head=b"\n"), "file_mixed"),
        (samples.pdf(head=samples.png()), "file_mixed"),
        (samples.pdf(tail=samples.archive()), "file_mixed"),
        (samples.png() + samples.archive(), "file_mixed"),
        (b"%PDF-1.7\n<html><script>" + samples.pdf(), "file_mixed"),
        (b"%PDF-1.7\n", "file_damaged"),
        (samples.pdf()[:-30], "file_damaged"),
        (samples.pdf(tail=b"\0" * 3000), "file_damaged"),
        (samples.pdf(b"/Encrypt 9 0 R"), "file_locked"),
        (samples.pdf(b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"), "file_active"),
        (samples.pdf(b"/OpenAction << /S /J#61vaScript /JS (x) >>"), "file_active"),
        (samples.pdf(b"/OpenAction << /S /Launch /F (cmd.exe) >>"), "file_active"),
        (samples.pdf(b"/Names << /EmbeddedFiles 4 0 R >>"), "file_attached"),
        (samples.pdf(stream=samples.packed(b"<< /S /JavaScript /JS (x) >>")), "file_active"),
        (samples.pdf(stream=samples.packed(b"<< /S /JavaScript >>", b"/Obj#53tm")), "file_active"),
        (samples.pdf(stream=samples.packed(b"<< /Type /EmbeddedFile >>")), "file_attached"),
        (
            samples.pdf(stream=b"<< /Type /ObjStm /Filter /FlateDecode >>\nstream\nnot zlib\nendstream"),
            "file_damaged",
        ),
        (samples.pdf(stream=BOMB), "file_bomb"),
        (samples.pdf(stream=MANY), "file_bomb"),
        (samples.pdf(stream=samples.packed(b"<< /S /JavaScript >>", b"/Other /N 1 /First 5")), "file_active"),
        (
            samples.pdf(
                stream=samples.packed(b"<< /S /JavaScript >>", b"/ObjStm /Pad (" + b"x" * 9000 + b")")
            ),
            "file_active",
        ),
        (samples.png(0, 5), "file_damaged"),
        (samples.png(depth=3), "file_damaged"),
        (samples.png()[:40], "file_damaged"),
        (samples.png(60_000, 60_000), "image_too_large"),
        (samples.jpeg(0, 4), "file_damaged"),
        (samples.jpeg(end=b""), "file_damaged"),
        (samples.jpeg(10_000, 10_000), "image_too_large"),
        (b"\xff\xd8\xff" + b"\xe0\0\x04ab" * 3000, "file_damaged"),
        (b"\xff\xd8\xff\xda\0\x02\xff\xd9", "file_damaged"),
    ],
)
def test_each_bad_file_is_refused_with_its_own_reason(data: bytes, code: str) -> None:
    with pytest.raises(Denied) as refused:
        content.inspect(data)
    assert refused.value.code == code


@given(st.sampled_from([b"%PDF-1.4", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b""]), st.binary(max_size=400))
def test_no_bytes_make_the_inspection_fall_over(magic: bytes, rest: bytes) -> None:
    try:
        said = content.inspect(magic + rest)
    except Denied as refused:
        said = refused.code
    assert said in content.SUFFIX or said.startswith(("file_", "image_"))


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("KTP.pdf", "KTP.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\siti\\ktp.jpg", "ktp.jpg"),
        ("ktp\u202efdp.exe", "ktpfdp.exe"),
        ("a\x00b\r\nc.pdf", "ab c.pdf"),
        ("<b>x</b>.pdf", "b_.pdf"),
        ("", "berkas"),
        ("...", "berkas"),
        ("/", "berkas"),
        ("x", "x"),
        ("foto 😀 rumah.png", "foto 😀 rumah.png"),
        ("\ud800.pdf", "pdf"),
    ],
)
def test_names_of_files_are_made_harmless(given_name: str, shown: str) -> None:
    assert clean_name(given_name) == shown


@given(st.text(max_size=400))
def test_clean_names_are_short_single_and_stable(text: str) -> None:
    name = clean_name(text)
    assert 1 <= len(name) <= NAME_MAX
    assert not set(name) & set('/\\\n\r\0"<>')
    assert clean_name(name) == name
    name.encode()


def test_long_names_keep_their_ending() -> None:
    assert clean_name("a" * 300 + ".pdf").endswith("a.pdf")
    assert clean_name("a" * 300) == "a" * NAME_MAX


def test_a_download_is_called_what_it_is() -> None:
    assert with_suffix("ktp.exe", ".pdf") == "ktp.exe.pdf"
    assert with_suffix("KTP.JPEG", ".jpg") == "KTP.JPEG"
    assert with_suffix("KTP.PDF", ".pdf") == "KTP.PDF"


def test_texts_keep_their_meaning_and_lines() -> None:
    assert clean_text("  Siti\u200f   Aminah\u0007 ") == "Siti Aminah"
    assert clean_text("Jalan A\nNomor 1") == "Jalan A\nNomor 1"
    assert clean_text("محمد O 😀") == "محمد O 😀"


def test_endless_words_may_break() -> None:
    broken = breakable({"rows": [{"value": "A" * 100, "year": 3}], "note": "a b"})
    assert broken["rows"][0]["value"].replace("\u200b", "") == "A" * 100
    assert max(map(len, broken["rows"][0]["value"].split("\u200b"))) == 40
    assert broken["note"] == "a b"


ROMAN = {"I": 1, "V": 5, "X": 10}


@given(st.integers(1, 12))
def test_roman_months_read_back(month: int) -> None:
    values = [ROMAN[c] for c in papers.roman_month(month)]
    assert sum(-v if v < max(values[i:]) else v for i, v in enumerate(values)) == month


@pytest.mark.parametrize("month", [0, 13, -1])
def test_there_is_no_thirteenth_month(month: int) -> None:
    with pytest.raises(ValueError, match="no month"):
        papers.roman_month(month)


def test_the_number_reads_as_offices_write_it() -> None:
    number = papers.format_number(
        papers.NumberPlan(place="BATAM"),
        agency="dpmptsp-batam",
        kind="dpmptsp-sip-perawat",
        sequence=1,
        on=date(2026, 11, 23),
    )
    assert number == "503/SIP-PERAWAT/0001/DPMPTSP-BATAM/XI/2026"


@pytest.mark.parametrize(
    ("agency", "kind", "label"),
    [
        ("dpmptsp-batam", "dpmptsp-sip-perawat", "SIP-PERAWAT"),
        ("disdukcapil-batam", "dukcapil-akta-kelahiran", "AKTA-KELAHIRAN"),
        ("bpjs-kesehatan-batam", "jkn-ubah-kelas", "JKN-UBAH-KELAS"),
        ("x", "Surat Izin Praktik (SIP)/\u202e", "SURAT-IZIN-PRAKTIK-SIP"),
        ("x", "😀", "DOKUMEN"),
        ("x", "a" * 96, "A" * 60),
    ],
)
def test_the_kind_in_a_number_is_short_and_plain(agency: str, kind: str, label: str) -> None:
    assert papers.kind_label(papers.NumberPlan(), agency, kind) == label


def test_a_city_may_write_numbers_its_own_way() -> None:
    plan = papers.NumberPlan(
        place="B",
        patterns=(("akta", "{agency}-{year}-{month}-{kind}-{sequence}"),),
        labels=(("rejection", "PENOLAKAN"),),
        classifications=(("dukcapil", "470"),),
    )
    on = date(2026, 1, 2)
    assert (
        papers.format_number(plan, agency="x", kind="akta", sequence=12345, on=on) == "X-2026-01-AKTA-12345"
    )
    assert (
        papers.format_number(plan, agency="dukcapil", kind="rejection", sequence=2, on=on)
        == "470/PENOLAKAN/0002/DUKCAPIL/I/2026"
    )


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["dpmptsp", "dinkes"]),
            st.sampled_from(["sip", "siup"]),
            st.integers(1, 99_999),
            st.dates(),
        ),
        unique=True,
    )
)
def test_different_papers_never_share_a_number(given_papers: list[tuple[str, str, int, date]]) -> None:
    plan = papers.NumberPlan(place="BATAM")
    keys = {(agency, kind, sequence, on.year, on.month) for agency, kind, sequence, on in given_papers}
    numbers = {
        papers.format_number(plan, agency=a, kind=k, sequence=s, on=on) for a, k, s, on in given_papers
    }
    assert len(numbers) == len(keys)


@pytest.mark.parametrize(
    "pattern", ["{sequence}/{year}", "{kind}{sequence}{agency}{year}{nik}", "", "{sequence}" * 40]
)
def test_a_pattern_that_could_repeat_numbers_is_refused(pattern: str) -> None:
    with pytest.raises(Denied, match="needs"):
        papers.check_pattern(pattern)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("7k3m-9qx2 a4bc-defg", "7K3M9QX2A4BCDEFG"),
        ("OIL0000000000000", "0110000000000000"),
        ("U000000000000000", ""),
        ("short", ""),
        ("", ""),
        ("' OR 1=1 --      ", ""),
        ("7" * 1000, ""),
    ],
)
def test_codes_are_read_as_people_type_them(typed: str, code: str) -> None:
    assert papers.read_code(typed) == code


@given(st.text(papers.ALPHABET, min_size=16, max_size=16))
def test_a_shown_code_reads_back(code: str) -> None:
    assert papers.read_code(papers.show_code(code).lower()) == code


def test_standing_counts_the_last_day() -> None:
    begin, end = date(2026, 1, 1), date(2026, 12, 31)
    assert papers.standing("issued", begin, end, end) is papers.Standing.VALID
    assert papers.standing("issued", begin, end, date(2027, 1, 1)) is papers.Standing.EXPIRED
    assert papers.standing("issued", begin, end, date(2025, 12, 31)) is papers.Standing.NOT_YET
    assert papers.standing("issued", begin, None, date(2999, 1, 1)) is papers.Standing.VALID
    for state in ("revoked", "annulled", "replaced"):
        assert papers.standing(state, begin, end, date(2026, 6, 1)) == state
        assert papers.standing(state, begin, end, date(2999, 1, 1)) == state


def test_a_suspension_ends_by_itself_after_its_last_day_and_never_outlives_the_paper() -> None:
    begin, end, last = date(2026, 1, 1), date(2026, 12, 31), date(2026, 6, 30)
    for on, until, stands in (
        (last, last, "suspended"),
        (date(2026, 7, 1), last, "valid"),
        (date(2026, 7, 1), None, "suspended"),
        (date(2027, 1, 1), None, "expired"),
        (date(2027, 1, 1), last, "expired"),
    ):
        assert papers.standing("suspended", begin, end, on, suspended_until=until) == stands


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(-100, 100))
def test_the_nearest_reminder_is_the_one_that_counts(on: date, left: int) -> None:
    found = papers.reminder(on + timedelta(days=left), on)
    wanted = [days for days in papers.EXPIRING_DAYS if left <= days]
    assert found == (0 if left < 0 else min(wanted) if wanted else None)


def test_limits_of_uploads() -> None:
    uploads.check_begin(1, 10, "ktp")
    for size, requirement, code in (
        (0, "", "file_empty"),
        (-1, "", "file_empty"),
        (11, "", "file_too_large"),
        (1, "a b", "requirement_unknown"),
    ):
        with pytest.raises(Denied) as refused:
            uploads.check_begin(size, 10, requirement)
        assert refused.value.code == code
    for under_way, today in ((uploads.OPEN_MAX, 0), (0, uploads.DAY_MAX_BYTES)):
        with pytest.raises(Denied):
            uploads.check_quota(under_way, today, 1)
