"""A mandate reaches what it names and nothing else: every page and every act of a citizen, for hands that may and hands that may not.

Both lists must be whole: a page or an act that is added later fails here until somebody says whether a mandate bounds it.
"""

import inspect
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from importlib import import_module
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.urls import URLPattern, get_resolver

from pendopo.applications import api
from pendopo.applications.models import Application, Submission
from pendopo.catalogue.api import get_service
from pendopo.documents import api as documents
from pendopo.documents.api import Paper, history_of
from pendopo.documents.models import Document
from pendopo.documents.queries import hands
from pendopo.feedback.api import ELEMENTS, answer_survey
from pendopo.identity.api import (
    STANDS_FOR,
    SYSTEM,
    Actor,
    Mandate,
    Role,
    accept_mandate,
    acting_for,
    give_mandate,
    record_facts,
    revoke_mandate,
    stand_for_visit,
)
from pendopo.kernel import clock
from pendopo.kernel.errors import Denied, Invalid, NotFound
from pendopo.kernel.models import Event
from pendopo.payments import api as payments
from pendopo.payments.models import Bill
from tests import factories
from tests.applications.conftest import SIP, Browser
from tests.applications.test_measures import take
from tests.applications.test_submission import refused
from tests.documents import samples
from tests.factories import OTHER_NIK, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]

REACHING = ("all", "category:health", f"service:{SIP}")
NOT_REACHING = ("category:labour", "service:dukcapil-akta-kelahiran", "agency:imigrasi-batam")
SCOPE = "Kuasa Anda tidak mencakup layanan ini"


@dataclass(frozen=True, slots=True)
class Matters:
    """What Siti has in the mall, all of it about one service."""

    draft: UUID
    filed: UUID
    paper: Paper
    measure: UUID
    appeal: UUID
    bill: payments.Bill
    begun: UUID
    upload: str
    receiving: UUID
    service: str = SIP


@pytest.fixture
def matters(city: Cast, permit: Paper, signed_in: Browser) -> Matters:
    return matters_of(city.siti.actor, permit, signed_in(city.signatory))


def matters_of(by: Actor, paper: Paper, officer: Client, business: UUID | None = None) -> Matters:
    """One of everything about the service of a paper; for a business when it is named."""
    service = paper.service_id
    assert "sudah terbit" in take(officer, paper, "fine", amount="1.500.000")
    fine = history_of(paper.id)[-1].id
    assert "sudah terbit" in take(officer, paper, "warn", level="1")
    warning = history_of(paper.id)[-1].id
    return Matters(
        draft=api.start(service_id=service, by=by, business_id=business).id,
        filed=factories.file(get_service(service), by, business),
        paper=paper,
        measure=warning,
        appeal=api.object_to_measure(measure_id=fine, grounds="Saya praktik di alamat itu.", by=by),
        bill=payments.get_bill(f"measure:{fine}"),
        begun=api.begin_submission(goals=[service], finder={}, by=by, business_id=business).id,
        upload=factories.upload(by, "str"),
        receiving=documents.begin(by=by, name="str.pdf", size=100, requirement="str").id,
        service=service,
    )


def mandate(city: Cast, *reach: str) -> Mandate:
    """Siti lets Budi act for her."""
    today = clock.today()
    _offer, code = give_mandate(
        agent_nik=OTHER_NIK, agent_name="Budi", reach=reach, valid_from=today, valid_until=today + timedelta(days=9),
        purpose="Urusan praktik", by=city.siti.actor,
    )  # fmt: skip
    return accept_mandate(code=code, by=city.budi.actor)


# Pages

Page = tuple[str, str, dict[str, Any]]


def pages(m: Matters) -> dict[str, Page]:
    """Every page that is about one matter of a citizen: {name: (method, address, what is sent)}. Those that end something come last."""
    own, bundle, paper = f"/permohonan/{m.draft}/", f"/pengajuan/{m.begun}/", f"/dokumen/{m.paper.id}/"
    filed = f"/permohonan/{m.filed}/"
    sure = {"sure": "yes"}
    return {
        "begin": ("post", f"/ajukan/{m.service}/", {"business": ""}),
        "fill": ("post", f"{own}isi/diri/", {"person_full_name": "X"}),
        "review": ("post", f"{own}periksa/", {}),
        "receipt": ("get", f"{filed}tanda-terima/", {}),
        "renew_bill": ("post", f"{filed}tagihan-baru/", {}),
        "derivation": ("get", f"{filed}perhitungan/", {}),
        "status": ("get", filed, {}),
        "ask_person": ("post", f"{filed}minta-petugas/", {}),
        "against_refusal": ("post", f"{filed}keberatan/", {"grounds": "Tidak benar"}),
        "survey": ("post", f"/survei/{m.filed}/", {}),
        "begin_submission": ("post", "/pengajuan/mulai/", {"goal": m.service}),
        "resume_submission": (
            "post",
            "/pengajuan/lanjut/",
            {"code": Submission.objects.values_list("code", flat=True).get(id=m.begun)},
        ),
        "fill_submission": ("post", f"{bundle}isi/applicant/", {}),
        "complete_submission": ("get", f"{bundle}lengkapi/", {}),
        "consent_submission": ("get", f"{bundle}persetujuan/", {}),
        "review_submission": ("post", f"{bundle}periksa/", {}),
        "renew_plan": ("post", f"{bundle}rencana-baru/", {}),
        "submission": ("get", bundle, {}),
        "submission_receipt": ("get", f"{bundle}tanda-terima/", {}),
        "submission_bills": ("post", f"{bundle}tagihan/", {}),
        "submission_paid": ("get", f"{bundle}tagihan/kembali/", {}),
        "link_business": ("post", f"{bundle}usaha/", {"business": str(uuid4())}),
        "refile_part": ("post", f"{bundle}ajukan-lagi/{m.service}/", {}),
        "retry_part": ("post", f"{bundle}coba-lagi/{m.service}/", {}),
        "withdraw_part": ("post", f"{bundle}tarik/{m.service}/", sure),
        "withdraw_submission": ("post", f"{bundle}tarik/", sure),
        "holding": ("get", paper, {}),
        "download": ("get", f"{paper}dokumen.pdf", {}),
        "ask_purpose": ("get", f"{paper}ajukan/duplicate/", {}),
        "against_measure": ("post", f"{paper}keberatan/{m.measure}/", {"grounds": "Tidak benar"}),
        "appeal": ("get", f"/keberatan/{m.appeal}/", {}),
        "withdraw_appeal": ("post", f"/keberatan/{m.appeal}/tarik/", {}),
        "ask_revocation": ("post", f"{paper}minta-cabut/", {"reason": "Saya berhenti praktik."}),
        "bill": ("get", f"/tagihan/{m.bill.id}/", {}),
        "back": ("get", f"/tagihan/{m.bill.id}/kembali/", {}),
        "pay": ("post", f"/tagihan/{m.bill.id}/bayar/", {}),
        "upload": ("get", f"/berkas/{m.upload}/", {}),
        "upload_begin": ("json", "/berkas/", {"name": "a.pdf", "size": 10, "requirement": "str"}),
        "withdraw": ("post", f"{own}tarik/", sure),
    }


ELSEWHERE = {
    # Public.
    "goals", "goal", "automatic", "verify", "verify_form", "verify_pdf", "webhook",
    # The person's own and nobody else's, whatever the mandate (see test_what_is_the_persons_own).
    "known", "identity", "dukcapil", "link_from_oss", "revoke",
    # Always as who signed in, never in somebody else's name.
    "mandates", "give_mandate", "accept_mandate", "stand_down", "revoke_mandate", "stand_for",
    "groups", "send_group", "group_template", "group", "mend_group",
    # A list that shows only what the mandate reaches (see test_lists_show_only_what_is_reached).
    "mine",
}  # fmt: skip


def test_every_page_of_citizens_is_in_the_grid(matters: Matters) -> None:
    names: set[str] = set()
    for module in get_resolver().url_patterns:
        if getattr(module, "app_name", "") in {"applications", "documents", "payments", "feedback"}:
            for pattern in module.url_patterns:  # type: ignore[union-attr]
                assert isinstance(pattern, URLPattern)
                if not str(pattern.pattern).startswith(("kerja/", "operator/")):
                    names.add(pattern.name or "")
    assert names == set(pages(matters)) | ELSEWHERE


def standing_for(browser: Browser, city: Cast, held: Mandate) -> Client:
    client = browser(city.budi)
    assert client.post(f"/saya/kuasa/{held.id}/pakai/").status_code == 302
    return client


def ask(client: Client, page: Page) -> tuple[int, str]:
    method, address, sent = page
    send = {
        "get": client.get,
        "post": client.post,
        "json": partial(client.post, content_type="application/json"),
    }
    answer = send[method](address, sent)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer.status_code, body.decode("utf-8", "replace")


@pytest.mark.parametrize("reach", NOT_REACHING)
def test_no_page_opens_for_a_hand_whose_mandate_does_not_reach_it(
    matters: Matters, city: Cast, signed_in: Browser, reach: str, silent_bank: object
) -> None:
    client = standing_for(signed_in, city, mandate(city, reach))
    events, rows = Event.objects.count(), Application.objects.count()
    for name, page in pages(matters).items():
        status, text = ask(client, page)
        assert (status, SCOPE in text) == (403, True), f"{name}: {status} {text[:2000]}"
    assert (Event.objects.count(), Application.objects.count()) == (events, rows)


@pytest.mark.parametrize("reach", REACHING)
def test_every_page_opens_for_a_hand_whose_mandate_reaches_it(
    matters: Matters, city: Cast, signed_in: Browser, reach: str, silent_bank: object
) -> None:
    client = standing_for(signed_in, city, mandate(city, reach))
    for name, page in pages(matters).items():
        _status, text = ask(client, page)
        assert SCOPE not in text, name
        assert "Anda tidak lagi bertindak" not in text, name
    assert (
        Application.objects.get(id=matters.draft).state == "withdrawn"
    )  # the last of them has really done something


@pytest.mark.parametrize(("reach", "seen"), [(REACHING[2], True), (NOT_REACHING[0], False)])
def test_lists_show_only_what_is_reached(
    matters: Matters, city: Cast, signed_in: Browser, reach: str, seen: bool
) -> None:
    client = standing_for(signed_in, city, mandate(city, reach))
    mine = client.get("/saya/").content.decode()
    for address in (
        f"/permohonan/{matters.filed}/",
        f"/pengajuan/{matters.begun}/",
        f"/dokumen/{matters.paper.id}/",
        f"/keberatan/{matters.appeal}/",
    ):
        assert (address in mine) is seen, address


def test_a_plan_does_not_tell_a_hand_what_somebody_holds_beyond_the_mandate(
    city: Cast, signed_in: Browser
) -> None:
    record_facts(
        facts={"person.birth_place": "Tarempa"}, source="dukcapil", verified=True, by=city.siti.actor,
        person_id=city.siti.actor.id,
    )  # fmt: skip
    address, asked = "/rencana/bayi-lahir/", {"kartu_anak": "ya"}
    own = signed_in(city.siti).get(address, asked).content.decode()
    public = Client(headers={"accept-language": "id"}).get(address, asked).content.decode()
    hers = standing_for(signed_in, city, mandate(city, NOT_REACHING[0])).get(address, asked).content.decode()
    known = "tidak perlu Anda isi lagi"
    assert own.count(known) - public.count(known) == (1 if known in own else 0)
    assert hers.count(known) == public.count(known)


def test_what_is_the_persons_own(city: Cast, signed_in: Browser) -> None:
    client = standing_for(signed_in, city, mandate(city, NOT_REACHING[0]))
    for address in ("/saya/data/", "/saya/identitas/", "/saya/dukcapil/", "/saya/usaha/"):
        assert client.get(address).status_code == 403, address
    assert client.post(f"/saya/persetujuan/{uuid4()}/tarik/").status_code == 403


# Acts

Try = Callable[[Actor, Matters], Any]
ACTS: dict[str, Try] = {
    "start": lambda by, m: api.start(service_id=m.service, by=by),
    "save": lambda by, m: api.save(application_id=m.draft, answers={}, by=by),
    "submit": lambda by, m: api.submit(application_id=m.draft, by=by),
    "file": lambda by, m: api.file(service_id=m.service, answers={}, key="a-new-key", by=by),
    "want_person": lambda by, m: api.want_person(application_id=m.draft, wants=True, by=by),
    "ask_person": lambda by, m: api.ask_person(application_id=m.filed, by=by),
    "resubmit": lambda by, m: api.resubmit(application_id=m.filed, by=by),
    "renew_bill": lambda by, m: api.renew_bill(application_id=m.filed, by=by),
    "object_to_refusal": lambda by, m: api.object_to_refusal(application_id=m.filed, grounds="x", by=by),
    "object_to_measure": lambda by, m: api.object_to_measure(measure_id=m.measure, grounds="x", by=by),
    "withdraw_appeal": lambda by, m: api.withdraw_appeal(appeal_id=m.appeal, by=by),
    "ask_revocation": lambda by, m: api.ask_revocation(document_id=m.paper.id, reason="x", by=by),
    "begin_purpose": lambda by, m: api.begin_purpose(
        document_id=m.paper.id, purpose=api.Purpose.DUPLICATE, by=by
    ),
    "begin_submission": lambda by, m: api.begin_submission(goals=[m.service], finder={}, by=by),
    "save_submission": lambda by, m: api.save_submission(submission_id=m.begun, answers={}, by=by),
    "consent": lambda by, m: api.consent(submission_id=m.begun, by=by),
    "renew_plan": lambda by, m: api.renew_plan(submission_id=m.begun, by=by),
    "file_submission": lambda by, m: api.file_submission(submission_id=m.begun, by=by),
    "refile_part": lambda by, m: api.refile_part(submission_id=m.begun, service_id=m.service, by=by),
    "retry_part": lambda by, m: api.retry_part(submission_id=m.begun, service_id=m.service, by=by),
    "link_business": lambda by, m: api.link_business(submission_id=m.begun, business_id=uuid4(), by=by),
    "withdraw_part": lambda by, m: api.withdraw_part(submission_id=m.begun, service_id=m.service, by=by),
    "withdraw_submission": lambda by, m: api.withdraw_submission(submission_id=m.begun, by=by),
    "withdraw": lambda by, m: api.withdraw(application_id=m.filed, by=by),
}
BELOW: dict[str, Try] = {
    "answer_survey": lambda by, m: answer_survey(
        application_id=m.filed, scores=dict.fromkeys(ELEMENTS, 4), comment="", by=by
    ),
    "get_bill_for": lambda by, m: payments.get_bill_for(m.bill.id, by),
    "begin_payment": lambda by, m: payments.begin_payment(bill_id=m.bill.id, by=by, return_url="http://x/"),
    "begin": lambda by, m: documents.begin(by=by, name="a.pdf", size=9, requirement="str"),
    "append": lambda by, m: documents.append(by=by, upload_id=m.receiving, offset=0, piece=b"%PDF"),
    "receive": lambda by, m: documents.receive(
        by=by, name="a.pdf", stream=io.BytesIO(samples.pdf()), requirement="str"
    ),
    "open_upload": lambda by, m: documents.open_upload(UUID(m.upload), by),
    "open_document": lambda by, m: documents.open_document(m.paper.id, by),
}
OFFICERS = {
    "advance", "change_calendar", "change_hours", "decide_appeal", "draft_paper", "hand_over_work", "impose", "migrate_cases", "minutes_kind",
    "recount", "review", "show_niks", "switch_rule", "take_up_appeal",
}  # fmt: skip
OWN_ACTOR = {"upload_group"}
"""Sheets are sent by whoever signed in: no hand represents an employer (see queries.groups.owners_of)."""


def test_every_act_is_in_the_grid() -> None:
    found = {
        name
        for name in api.__all__
        if inspect.isfunction(thing := getattr(api, name))
        and ".actions" in thing.__module__
        and "by" in inspect.signature(thing).parameters
    }
    # reads of the same package; the first is what begin_submission asks, the last looks at answers it is handed
    asks = {"plan_for", "plan_now", "check_form"}
    assert found - asks - OFFICERS == set(ACTS) | OWN_ACTOR


@pytest.mark.parametrize("reach", NOT_REACHING)
def test_no_act_is_done_by_a_hand_whose_mandate_does_not_reach_it(
    matters: Matters, city: Cast, reach: str
) -> None:
    hand = acting_for(city.budi.actor, mandate(city, reach).id)
    before = Event.objects.count()
    for name, act in {**ACTS, **BELOW}.items():
        with pytest.raises((Denied, NotFound)) as answer:
            act(hand, matters)
        code = getattr(answer.value, "code", "")
        assert code == "mandate_scope", f"{name}: {answer.value!r}"
    assert Event.objects.count() == before


def test_no_act_is_done_after_the_mandate_was_revoked(matters: Matters, city: Cast) -> None:
    held = mandate(city, f"service:{SIP}")
    hand = acting_for(city.budi.actor, held.id)  # the request had begun
    revoke_mandate(mandate_id=held.id, by=city.siti.actor)
    for name, act in {**ACTS, **BELOW}.items():
        with pytest.raises((Denied, NotFound)) as answer:
            act(hand, matters)
        code = getattr(answer.value, "code", "")
        assert code == "mandate_revoked", f"{name}: {answer.value!r}"


def refusal_of(act: Try, by: Actor, matters: Matters) -> str:
    """The code with which an act is denied; empty when it is done, or fails for what was said in it."""
    try:
        act(by, matters)
    except Denied as answer:
        return answer.code
    except (Invalid, NotFound):
        return ""
    return ""


def test_every_act_is_open_to_a_hand_whose_mandate_reaches_it(
    matters: Matters, city: Cast, silent_bank: object
) -> None:
    hand = acting_for(city.budi.actor, mandate(city, "category:health").id)
    for name, act in {**BELOW, **ACTS}.items():
        assert not refusal_of(act, hand, matters).startswith("mandate_"), name
    assert Application.objects.get(id=matters.filed).state == "withdrawn"


def test_another_citizens_ids_are_not_there(matters: Matters, city: Cast) -> None:
    stranger = city.budi.actor
    for name, act in {**ACTS, **BELOW}.items():
        if name in {
            "start",
            "file",
            "begin",
            "receive",
            "begin_submission",
        }:  # these begin something of one's own
            continue
        with pytest.raises(NotFound):
            act(stranger, matters)


# A business, a page that is typed while the right to it ends, and the counter

COMPANYS = "disnaker-lks-bipartit"
OVER = "Masa berlaku kuasa ini sudah habis"
NO_BUSINESS = {
    "begin", "begin_submission", "upload", "upload_begin",  # pages
    "start", "file", "append", "receive", "open_upload",  # acts
}  # fmt: skip
"""What begins something, and files: they are the person's own until they are filed with something."""


def for_the_company(city: Cast, by: Actor, signed_in: Browser) -> Matters:
    """One of everything that ``by`` filed for the company."""
    application = factories.file(get_service(COMPANYS), by, city.company)
    factories.conclude(application)
    issued = Application.objects.get(id=application).document_id
    assert issued is not None
    head = factories.staff("kepala@disnaker.id", "Kepala", "disnaker-batam", Role.SIGNATORY)
    return matters_of(by, documents.get_document(issued, SYSTEM), signed_in(head), city.company)


def listed(m: Matters) -> tuple[str, ...]:
    return (
        f"/permohonan/{m.filed}/",
        f"/pengajuan/{m.begun}/",
        f"/dokumen/{m.paper.id}/",
        f"/keberatan/{m.appeal}/",
    )


def closed(m: Matters, client: Client, by: Actor, words: str, code: str) -> None:
    """No page, no act and no list of the company's matters is open."""
    before = Event.objects.count()
    for name, page in pages(m).items():
        if name not in NO_BUSINESS:
            status, text = ask(client, page)
            assert (status, words in text) == (403, True), f"{name}: {status} {text[:2000]}"
    for name, act in {**ACTS, **BELOW}.items():
        if name not in NO_BUSINESS:
            assert refusal_of(act, by, m) == code, name
    assert Event.objects.count() == before
    mine = client.get("/saya/").content.decode()
    assert [address for address in listed(m) if address in mine] == []


def test_everything_filed_for_a_business_closes_when_that_mandate_ends(
    city: Cast, signed_in: Browser, silent_bank: object
) -> None:
    siti, budi = city.siti.actor, city.budi.actor
    today = clock.today()
    offer, code = give_mandate(
        agent_nik=OTHER_NIK, agent_name="Budi", reach=["all"], valid_from=today, valid_until=None,
        purpose="Perizinan", by=siti, business_id=city.company,
    )  # fmt: skip
    accept_mandate(code=code, by=budi)
    m, client = for_the_company(city, budi, signed_in), signed_in(city.budi)
    mine = client.get("/saya/").content.decode()
    assert [address for address in listed(m) if address not in mine] == []
    for name in ("status", "consent_submission", "holding", "download", "bill", "appeal"):
        assert ask(client, pages(m)[name])[0] == 200, name
    revoke_mandate(mandate_id=offer.id, by=siti)
    closed(m, client, budi, OVER, "mandate_over")
    head = factories.staff("kepala@disnaker.id", "Kepala", "disnaker-batam", Role.SIGNATORY)
    assert signed_in(head).get(f"/kerja/dokumen/{m.paper.id}/").status_code == 200, (
        "the agency keeps its papers"
    )


def test_a_mandate_from_a_person_opens_nothing_of_their_company(
    city: Cast, signed_in: Browser, silent_bank: object
) -> None:
    m = for_the_company(city, city.siti.actor, signed_in)
    held = mandate(city, "all")
    closed(
        m, standing_for(signed_in, city, held), acting_for(city.budi.actor, held.id), SCOPE, "mandate_scope"
    )
    own = signed_in(city.siti).get("/saya/").content.decode()
    assert [address for address in listed(m) if address not in own] == []


def test_what_was_filed_for_a_business_closes_when_that_mandate_ends(city: Cast) -> None:
    siti, budi = city.siti.actor, city.budi.actor
    today = clock.today()
    offer, code = give_mandate(
        agent_nik=OTHER_NIK, agent_name="Budi", reach=["all"], valid_from=today, valid_until=None,
        purpose="Perizinan", by=siti, business_id=city.company,
    )  # fmt: skip
    accept_mandate(code=code, by=budi)
    row = api.start(service_id="disnaker-lks-bipartit", by=budi, business_id=city.company)
    assert [one.id for one in api.list_own(budi)] == [row.id]
    revoke_mandate(mandate_id=offer.id, by=siti)
    for act in (
        lambda: api.get_own(row.id, budi),
        lambda: api.get_status(row.id, budi),
        lambda: api.save(application_id=row.id, answers={}, by=budi),
        lambda: api.withdraw(application_id=row.id, by=budi),
    ):
        with refused("mandate_over"):
            act()
    assert api.list_own(budi) == []


def test_a_bundle_begins_for_a_business_only_within_that_mandate(city: Cast) -> None:
    budi = city.budi.actor
    today = clock.today()
    _offer, code = give_mandate(
        agent_nik=OTHER_NIK, agent_name="Budi", reach=[f"service:{SIP}"], valid_from=today, valid_until=None,
        purpose="Perizinan", by=city.siti.actor, business_id=city.company,
    )  # fmt: skip
    accept_mandate(code=code, by=budi)
    with refused("mandate_scope"):
        api.begin_submission(goals=["disnaker-lks-bipartit"], finder={}, by=budi, business_id=city.company)
    assert not Submission.objects.exists()


def test_what_was_sent_for_somebody_is_not_done_in_ones_own_name_when_the_mandate_has_just_ended(
    city: Cast, signed_in: Browser
) -> None:
    held = mandate(city, "all")
    client = standing_for(signed_in, city, held)
    draft = client.post(f"/ajukan/{SIP}/", {"business": ""})["location"]
    revoke_mandate(mandate_id=held.id, by=city.siti.actor)
    for address, sent in ((f"/ajukan/{SIP}/", {"business": ""}), ("/pengajuan/mulai/", {"goal": SIP})):
        answer = client.post(address, sent)
        assert answer.status_code == 403
        assert "Yang baru Anda kirim tidak dijalankan" in answer.content.decode()
        session = client.session
        session[STANDS_FOR] = {"mandate": str(held.id)}
        session.save()
    assert not Application.objects.filter(applicant_id=city.budi.actor.id).exists()
    assert not Submission.objects.filter(applicant_id=city.budi.actor.id).exists()
    client.get("/saya/")
    assert client.get(draft).status_code == 404


def test_what_was_filed_before_papers_and_bills_knew_the_business_learns_it(
    city: Cast, signed_in: Browser, silent_bank: object
) -> None:
    m = for_the_company(city, city.siti.actor, signed_in)
    letter = Document.objects.get(subject=f"measure:{m.measure}")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE documents_document DISABLE TRIGGER document_guard")
        cursor.execute("UPDATE documents_document SET business_id = NULL")
        cursor.execute("UPDATE payments_bill SET business_id = NULL")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE documents_document ENABLE TRIGGER document_guard")
        moved = import_module("pendopo.applications.migrations.0017_for_business")
        cursor.execute(moved.MADE + moved.PAPERS + moved.BILLS)
    known = Document.objects.filter(id__in=[m.paper.id, letter.id]).values_list("business_id", flat=True)
    assert list(known) == [city.company] * 2
    assert Bill.objects.get(id=m.bill.id).business_id == city.company
    assert not Application.objects.filter(made_business=True).exists()
    with pytest.raises(DatabaseError, match="written once"):
        Document.objects.filter(id=m.paper.id).update(business=None)


def test_the_catalogue_is_searched_once_a_file_and_the_mandate_read_at_every_piece(
    city: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = mandate(city, f"service:{SIP}")
    hand = acting_for(city.budi.actor, held.id)
    sent = documents.begin(by=hand, name="str.pdf", size=99, requirement="str")
    searched: list[str] = []
    real = hands.asking_services
    monkeypatch.setattr(hands, "asking_services", lambda what: searched.append(what) or real(what))
    for piece in range(3):
        documents.append(by=hand, upload_id=sent.id, offset=piece * 5, piece=b"%PDF-")
    assert searched == ["str"]
    revoke_mandate(mandate_id=held.id, by=city.siti.actor)
    with refused("mandate_revoked"):
        documents.append(by=hand, upload_id=sent.id, offset=15, piece=b"%PDF-")
    other = acting_for(city.budi.actor, mandate(city, NOT_REACHING[0]).id)
    with refused("mandate_scope"):
        documents.append(by=other, upload_id=sent.id, offset=15, piece=b"%PDF-")


@pytest.fixture
def at_the_counter(signed_in: Browser, city: Cast) -> Client:
    """The officer who has just begun to serve Budi."""
    client = signed_in(city.officer)
    client.post("/kerja/loket/", {"nik": OTHER_NIK})
    assert client.post(f"/kerja/loket/{city.budi.actor.id}/").status_code == 302
    return client


def test_the_page_an_officer_typed_when_the_time_ran_out_waits_for_the_next_look_up(
    at_the_counter: Client, city: Cast
) -> None:
    address = at_the_counter.post(f"/ajukan/{SIP}/", {"business": ""})["location"]
    draft = Application.objects.get(applicant_id=city.budi.actor.id)
    field = "person_birth_place"
    with clock.use(clock.FixedClock(clock.now() + timedelta(minutes=31))):
        late = at_the_counter.post(address, {field: "Yang baru diketik"})
        assert late.status_code == 403
        assert field not in api.open_answers(Application.objects.get(id=draft.id).answers)
        at_the_counter.post("/kerja/loket/", {"nik": OTHER_NIK})
        at_the_counter.post(f"/kerja/loket/{city.budi.actor.id}/")
        assert "Yang baru diketik" in at_the_counter.get(address).content.decode()


def test_whoever_is_looked_up_next_ends_the_visit_before(at_the_counter: Client) -> None:
    assert "Anda bertindak untuk" in at_the_counter.get("/layanan/").content.decode()
    at_the_counter.post("/kerja/loket/", {"nik": factories.NIK})
    assert "Anda bertindak untuk" not in at_the_counter.get("/layanan/").content.decode()


def test_a_look_up_of_an_hour_ago_serves_nobody(signed_in: Browser, city: Cast) -> None:
    client = signed_in(city.officer)
    client.post("/kerja/loket/", {"nik": OTHER_NIK})
    with clock.use(clock.FixedClock(clock.now() + timedelta(hours=1))):
        assert client.post(f"/kerja/loket/{city.budi.actor.id}/").status_code == 404
        assert client.post(f"/kerja/loket/{city.budi.actor.id}/").status_code == 404


def test_an_officer_does_not_become_the_citizen_they_serve(at_the_counter: Client, city: Cast) -> None:
    typed = {"full_name": "Wati", "nik": "2171101708950077"}
    assert at_the_counter.post("/saya/identitas/", typed).status_code == 403
    assert stand_for_visit(city.officer.actor, city.budi.actor.id)["person"] == str(city.budi.actor.id)  # type: ignore[arg-type]
