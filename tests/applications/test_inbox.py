"""The inbox: searched by number and name, narrowed by service and state; what came back corrected is marked; the next file is offered."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from pendopo.applications import api
from pendopo.applications.api import Sought
from pendopo.applications.models import Application, Step
from pendopo.applications.rules import Act, Remark, Verb
from pendopo.catalogue.api import get_service
from pendopo.kernel import clock
from tests import factories
from tests.applications.conftest import SIP, Browser
from tests.factories import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]
REMARKS = Act(remarks=(Remark("str_file", "unreadable", "Foto terlalu gelap"),))


def filed(city: Cast, who: Any = None) -> UUID:
    return factories.file(get_service(SIP), who or city.siti.actor)


def corrected(city: Cast) -> UUID:
    """A file that was sent back for a better scan and came again."""
    application_id = filed(city)
    factories.act(application_id, Verb.RETURN, REMARKS)
    api.save(
        application_id=application_id,
        answers={"str_file": factories.upload(city.siti.actor, "str")},
        by=city.siti.actor,
    )
    api.resubmit(application_id=application_id, by=city.siti.actor)
    return application_id


def number_of(application_id: UUID) -> str:
    return str(Application.objects.get(id=application_id).number)


def found(city: Cast, **sought: str) -> set[UUID]:
    return {row.application_id for row in api.inbox(city.officer.actor, sought=Sought(**sought))}


def test_a_file_is_found_by_its_number_or_the_end_of_it(city: Cast) -> None:
    wanted, other = filed(city), filed(city)
    number = number_of(wanted)
    assert found(city, text=number) == {wanted}
    assert found(city, text=f" {number[-6:]} ") == {wanted}
    assert found(city, text=number[:11]) == {wanted, other}
    assert found(city, text="99-000000") == set()
    assert found(city, text="9_%") == set()


def test_a_file_is_found_by_words_of_its_applicants_name(city: Cast) -> None:
    sitis, budis = filed(city), filed(city, city.budi.actor)
    assert found(city, text="rahma") == found(city, text="SITI  rahmawati") == {sitis}
    assert found(city, text="san") == {budis}
    for odd in ("%", "_", "\\", "rahma siti", "'", "\x00x"):
        assert found(city, text=odd) == set(), odd


def test_nobody_finds_what_is_not_on_their_desk(city: Cast) -> None:
    number = number_of(filed(city))
    for who in (city.stranger.actor, city.signatory.actor, city.siti.actor):
        assert api.inbox(who, sought=Sought(text=number)) == []


def test_files_are_narrowed_by_service_and_state(city: Cast) -> None:
    fresh, again, late = filed(city), corrected(city), filed(city)
    factories.act(late, Verb.COMPLETE)
    Step.objects.filter(application_id=late).update(due_on=clock.today() - timedelta(days=1))
    assert found(city, state="new") == {fresh}
    assert found(city, state="corrected") == {again}
    assert found(city, state="late") == {late}
    assert found(city, service_id=SIP) == {fresh, again, late}
    assert found(city, service_id="dpmptsp-nib") == set()
    assert found(city, service_id=SIP, state="late", text="siti") == {late}
    assert [(one.service_id, one.count) for one in api.list_waiting(city.officer.actor)] == [(SIP, 3)]


def test_pages_by_key_keep_what_is_sought(city: Cast) -> None:
    mine = {filed(city) for _ in range(3)}
    filed(city, city.budi.actor)
    seen, after = set(), api.START
    while rows := api.inbox(city.officer.actor, after=after, limit=2, sought=Sought(text="siti")):
        seen |= {row.application_id for row in rows}
        after = (str(rows[-1].due_on or "infinity"), rows[-1].step_id)
    assert seen == mine


def test_a_name_is_looked_for_by_its_index(city: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT id FROM identity_person WHERE full_name ILIKE '%rahma%'")
        assert "person_name_trigrams" in str(cursor.fetchall())


def test_the_page_searches_with_few_statements(
    city: Cast, signed_in: Browser, django_assert_max_num_queries: Any
) -> None:
    wanted = number_of(corrected(city))
    other = number_of(filed(city, city.budi.actor))
    desk = signed_in(city.officer)
    plain = desk.get("/kerja/").content.decode()
    assert wanted in plain
    assert other in plain
    assert plain.count("sudah diperbaiki") == 1
    with django_assert_max_num_queries(6):
        page = desk.get("/kerja/", {"q": "siti", "keadaan": "corrected", "layanan": SIP}).content.decode()
    assert wanted in page
    assert other not in page
    assert 'value="siti"' in page
    nothing = desk.get("/kerja/", {"q": "tidak ada orang ini", "keadaan": "apa"}).content.decode()
    assert "Tidak ada berkas yang cocok" in nothing


def test_an_empty_desk_says_so_and_asks_for_no_search(city: Cast, signed_in: Browser) -> None:
    page = signed_in(city.officer).get("/kerja/").content.decode()
    assert "Tidak ada berkas yang menunggu" in page
    assert "0 berkas" not in page
    assert 'role="search"' not in page


def test_after_an_act_the_file_is_named_and_the_next_one_offered(city: Cast, signed_in: Browser) -> None:
    first, second, third = filed(city), filed(city), filed(city)
    desk = signed_in(city.officer)
    page = desk.post(f"/kerja/{second}/completeness/complete/", follow=True).content.decode()
    assert f"Tercatat. Berkas {number_of(second)}" in page
    assert f"Berkas berikutnya: {number_of(third)}" in page, "the one after it, not the one at the top"
    page = desk.post(f"/kerja/{third}/completeness/complete/", follow=True).content.decode()
    assert f"Berkas berikutnya: {number_of(first)}" in page or f"berikutnya: {number_of(second)}" in page
    assert "Berkas berikutnya" not in desk.get("/kerja/").content.decode()


def test_the_last_file_offers_no_next(city: Cast, signed_in: Browser) -> None:
    only = filed(city)
    answer = signed_in(city.officer).post(f"/kerja/{only}/completeness/return/", {
        "remark_field": "str_file", "remark_reason": "missing", "remark_note": ""}, follow=True)  # fmt: skip
    page = answer.content.decode()
    assert f"Tercatat. Berkas {number_of(only)}" in page
    assert "Berkas berikutnya" not in page


# What was corrected


def test_the_officer_sees_what_was_and_what_became_of_it(city: Cast, signed_in: Browser) -> None:
    siti = city.siti.actor
    application_id = factories.file(
        get_service(SIP), siti, person_str_no="LAMA-1", str_file=factories.upload(siti, "str_lama")
    )
    asked = ("person_str_no", "str_file", "practice_place_name")
    schema = get_service(SIP).content["form"]["schema"]["properties"]
    asked = tuple(name for name in asked if name in schema)
    factories.act(
        application_id,
        Verb.RETURN,
        Act(remarks=tuple(Remark(name, "mismatch", "Lihat STR") for name in asked)),
    )
    address = f"/kerja/{application_id}/"
    desk = signed_in(city.officer)
    assert "Yang diperbaiki pemohon" not in desk.get(address).content.decode(), "nothing came back yet"
    for number in ("SEMENTARA-2", "BARU-3"):
        api.save(application_id=application_id, answers={"person_str_no": number}, by=siti)
    api.save(application_id=application_id, answers={"str_file": factories.upload(siti, "str_baru")}, by=siti)
    api.resubmit(application_id=application_id, by=siti)
    page = desk.get(address).content.decode()
    section = page.partition("Yang diperbaiki pemohon</h2>")[2].partition("</section>")[0]
    for told in ("LAMA-1", "BARU-3", "str_lama.pdf", "str_baru.pdf", "Lihat STR", "tidak cocok"):
        assert told in section
    assert "SEMENTARA-2" not in section
    assert section.count("tidak diubah") == len(asked) - 2


def test_only_the_last_round_is_shown(city: Cast, signed_in: Browser) -> None:
    siti, answers = city.siti.actor, {}
    application_id = factories.file(get_service(SIP), siti, person_str_no="SATU-1")
    for number, field in (("DUA-2", "person_str_no"), ("TIGA-3", "person_str_no"), ("", "str_file")):
        factories.act(application_id, Verb.RETURN, Act(remarks=(Remark(field, "mismatch"),)))
        answers = {"person_str_no": number} if number else {}
        api.save(application_id=application_id, answers=answers, by=siti)
        api.resubmit(application_id=application_id, by=siti)
        row = Application.objects.get(id=application_id)
        found = api.corrections_of(row, api.timeline(application_id))
        assert [one.field for one in found] == [field]
        assert found[0].changed == bool(number)
    assert row.before == {"person_str_no": {"round": 2, "was": "DUA-2"}}


def test_every_desk_page_says_who_is_here_and_for_whom(city: Cast, signed_in: Browser) -> None:
    application_id = filed(city)
    desk = signed_in(city.officer)
    for address in (
        "/kerja/",
        f"/kerja/{application_id}/",
        "/kerja/peringatan/",
        "/kerja/wakil/",
        "/kerja/dokumen/",
    ):
        said = desk.get(address).content.decode().partition('class="desk-who"')[2].partition("</p>")[0]
        assert "Dewi Anggraini" in said, address
        assert "Dinas Penanaman Modal dan Pelayanan Terpadu Satu Pintu" in said, address
    assert "desk-who" not in signed_in(city.siti).get("/saya/").content.decode()
