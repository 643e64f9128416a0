"""A fixed cast, answers that fit any form, and a way to the end of any procedure: what tests of several modules share."""

import io
import json
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from pendopo.agencies.api import employ
from pendopo.applications import api as applications
from pendopo.applications.rules import PROCEEDS, Act, State, Step, StepKind, StepStatus, Verb
from pendopo.catalogue.api import ServiceVersion, list_agencies
from pendopo.documents import api as documents
from pendopo.identity.api import (
    SYSTEM,
    Actor,
    ActorKind,
    Role,
    User,
    actor_of_person,
    open_account,
    register_business,
    register_person,
)
from pendopo.kernel import clock, tasks
from pendopo.payments import api as payments
from simulators.payment import sign, stamp
from tests.documents import samples

NIK = "2171105708950002"
OTHER_NIK = "2171101708950001"
NIB = "8120207730001"
THIRD_NIK = "2171031111700007"
AGREES = {"witness2_nik": THIRD_NIK, "complexity": "TIDAK_SEDERHANA"}
"""Answers that are no sample of their kind, because a form's rules hold them against others."""
PAYMENT_SECRET = "demo-payment-secret"
REFUSAL = Act(
    reason="Lokasi usaha berada di luar zona yang diperbolehkan.", legal_basis="Perda 3/2021 pasal 12"
)


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who can sign in: the account and who acts by it."""

    user: User
    actor: Actor


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays in the tests. ``company`` is a business for which Siti may act."""

    siti: Account
    budi: Account
    officer: Account
    stranger: Account
    signatory: Account
    operator: Account
    company: UUID


def make_cast() -> Cast:
    """Make the cast; again finds the same people."""
    siti = citizen("siti@contoh.id", "Siti Rahmawati", NIK)
    assert siti.actor.id is not None
    company = register_business(name="PT Laut Jaya Sejahtera", nib=NIB, person_id=siti.actor.id, by=SYSTEM)
    desk = (Role.FRONT_OFFICER, Role.BACK_OFFICER)
    return Cast(
        siti=siti,
        budi=citizen("budi@contoh.id", "Budi Santoso", OTHER_NIK),
        officer=staff("petugas@dpmptsp.id", "Dewi Anggraini", "dpmptsp-batam", *desk),
        stranger=staff("petugas@imigrasi.id", "Tono Subagyo", "imigrasi-batam", *desk, Role.TECHNICAL_TEAM),
        signatory=staff("kepala@dpmptsp.id", "Reza Mahendra", "dpmptsp-batam", Role.SIGNATORY),
        operator=staff("operator@mpp.id", "Nadia Kusuma", "dpmptsp-batam", Role.MALL_OPERATOR),
        company=company.id,
    )


def citizen(email: str, name: str, nik: str) -> Account:
    """A person with an account and an identity."""
    user = open_account(email=email, password=None, display_name=name)
    return Account(user, actor_of_person(register_person(user=user, full_name=name, nik=nik, by=SYSTEM)))


def staff(email: str, name: str, agency: str, *roles: Role, title: str = "Petugas") -> Account:
    """An employed officer."""
    user = open_account(email=email, password=None, display_name=name)
    employ(
        user=user,
        agency_id=agency,
        roles=[role.value for role in roles],
        by=SYSTEM,
        title="Kepala Dinas" if Role.SIGNATORY in roles else title,
    )
    return Account(user, Actor(ActorKind.STAFF, user.id, name, {agency: frozenset(roles)}))


def employ_everywhere() -> int:
    """One officer at each agency, found again by ``holder_of``; returns how many."""
    agencies = list_agencies()
    for agency in agencies:
        staff(f"semua@{agency.id}.id", f"Petugas {agency.name}", agency.id, *Role)
    return len(agencies)


@cache
def _everyman(agency_id: str) -> User:
    return User.objects.get(email=f"semua@{agency_id}.id")


def holder_of(step: Step) -> Actor:
    """An officer with exactly the duty the step asks for, and no other."""
    user = _everyman(step.agency_id)
    duty = {step.agency_id: frozenset({Role(step.role)})}
    return Actor(ActorKind.STAFF, user.id, user.display_name, duty)


# Answers


def valid_answers(
    version: ServiceVersion, by: Actor, *, optional: bool = True, papers: dict[str, str] | None = None
) -> dict[str, Any]:
    """Answers that fit the form of any service; files are uploaded as ``by``. Without ``optional``: only what is required.

    ``papers`` (requirement -> upload) remembers what was sent, for callers that fill in many forms.
    """
    papers = {} if papers is None else papers
    schema = version.content["form"]["schema"]
    required = set(schema.get("required", ()))
    return {
        name: value_for(name, prop, by, papers)
        for name, prop in schema["properties"].items()
        if optional or name in required
    }


def value_for(name: str, prop: Mapping[str, Any], by: Actor, papers: dict[str, str]) -> Any:
    """One value of the kind the property asks for, and that agrees with the others."""
    if name in AGREES:
        return AGREES[name]
    if "const" in prop:
        return prop["const"]
    if prop.get("enum"):
        return prop["enum"][len(name) % len(prop["enum"])]
    if prop.get("x-widget") == "file":
        wanted = prop.get("x-requirement", name)
        papers[wanted] = papers.get(wanted) or upload(by, wanted)
        return papers[wanted]
    return _plain(prop)


def _plain(prop: Mapping[str, Any]) -> Any:
    if prop.get("x-widget") == "nik":
        return NIK if prop.get("x-fact") == "person.nik" else OTHER_NIK
    if prop["type"] == "boolean":
        return True
    if prop["type"] in {"integer", "number"}:
        return max(prop.get("minimum", 0), min(prop.get("maximum", 24), 24))
    return _text(prop)


def _text(prop: Mapping[str, Any]) -> str:
    """The first sample that fits length, pattern and format."""
    if prop.get("format") == "date":
        return _day(prop).isoformat()
    pattern = re.compile(prop.get("pattern", ""))
    longest, shortest = prop.get("maxLength", 2000), prop.get("minLength", 0)
    for text in _samples(prop):
        if shortest <= len(text) <= longest and pattern.search(text):
            return text
    raise AssertionError(f"no sample fits {prop}")


def _samples(prop: Mapping[str, Any]) -> Iterator[str]:
    if prop.get("format") == "email" or "@" in prop.get("pattern", ""):
        yield "siti@contoh.id"
    if prop.get("x-fact") == "person.regency":
        yield "KOTA BATAM"
    yield prop.get("title", "Contoh isian")[: prop.get("maxLength", 60)]
    yield from ("Contoh isian", "081234567890", "08:30", "+628123456789", "ABC12345", "1.1287, 104.0528")
    yield from ("1234567890123456"[:length] for length in range(1, 17))


def _day(prop: Mapping[str, Any]) -> date:
    """A day in the past where only the past fits, else within the year."""
    today = clock.today()
    title = prop.get("title", "").lower()
    if "x-max" in prop or "lahir" in title or "terbit" in title:
        return date(1995, 8, 17)
    return today + timedelta(days=40)


def upload(by: Actor, requirement: str) -> str:
    """Id of a small PDF that ``by`` sends for this requirement."""
    sent = documents.receive(
        by=by, name=f"{requirement}.pdf", stream=io.BytesIO(samples.pdf()), requirement=requirement
    )
    return str(sent.id)


def file(
    version: ServiceVersion,
    by: Actor,
    company: UUID | None = None,
    papers: dict[str, str] | None = None,
    **changed: Any,
) -> UUID:
    """File an application with valid answers; for a company where only companies may."""
    business = company if version.content["applicant"] == "business" else None
    application_id, _number = applications.file(
        service_id=version.service_id,
        answers={**valid_answers(version, by, papers=papers), **changed},
        key=f"test-{uuid.uuid4()}",
        by=by,
        business_id=business,
    )
    return application_id


# To the end


def open_step(application_id: UUID) -> Step | None:
    """The first open step, if any."""
    steps = applications.load(application_id).case.steps
    return next((step for step in steps if step.status is StepStatus.OPEN), None)


def act(application_id: UUID, verb: Verb, what: Act | None = None, by: Actor | None = None) -> State:
    """Do ``verb`` on the open step as whoever holds it."""
    step = open_step(application_id)
    assert step is not None
    return applications.advance(
        application_id=application_id, verb=verb, by=by or holder_of(step), step_key=step.key, act=what
    )


def conclude(
    application_id: UUID, *, approve: bool = True, reject_at: StepKind = StepKind.VERIFICATION
) -> State:
    """Walk every open step as its holder until the document is out; reject at ``reject_at`` instead when not ``approve``."""
    for _step in range(30):
        step = open_step(application_id)
        if step is None:
            break
        if step.kind is reject_at and not approve:
            act(application_id, Verb.REJECT, REFUSAL)
        else:
            proceed(application_id, step)
    tasks.drain()
    return applications.load(application_id).case.state


def proceed(application_id: UUID, step: Step) -> None:
    """Complete the open step as its holder; pay where money is waited for."""
    if step.kind is StepKind.INSPECTION and not step.appointment:
        visit = {"at": clock.now().isoformat(), "place": "Di lokasi"}
        act(application_id, Verb.SCHEDULE, Act(details=visit, confirmed=True))  # on whatever day tests run
    if step.kind is not StepKind.PAYMENT:
        act(application_id, PROCEEDS[step.kind], _said(step))
        return
    bill = payments.get_bill(f"application:{application_id}")
    if bill.open:
        settle(bill)
    tasks.drain()


def _said(step: Step) -> Act:
    if step.kind is not StepKind.FEE_ASSESSMENT:
        return Act(note="Sesuai.", confirmed=True)
    lines = ({"id": "line1", "name": "Retribusi", "amount_idr": 70_000, "legal_basis": "Perda 1/2024"},)
    return Act(fee_lines=lines)


def settle(bill: payments.Bill) -> payments.Outcome:
    """Open a payment as the payer and tell, as the bank would, that it was paid."""
    payer = Actor(ActorKind.PERSON, UUID(bill.payer_ref.partition(":")[2]), bill.payer_name)
    attempt = payments.begin_payment(bill_id=bill.id, by=payer, return_url="http://127.0.0.1:8000/")
    told = {
        "event_id": str(uuid.uuid4().int % 10**20),
        "type": "payment.paid",
        "provider_reference": attempt.provider_reference,
        "partner_reference": str(attempt.id),
        "amount_idr": attempt.amount_idr,
        "state": "paid",
        "paid_at": clock.now().isoformat(),
    }
    raw, at = json.dumps(told).encode(), stamp()
    headers = {
        "X-Timestamp": at,
        "X-External-Id": told["event_id"],
        "X-Signature": sign(PAYMENT_SECRET, "POST:/hooks/payment/", raw, at),
    }
    return payments.receive_webhook(raw=raw, headers=headers)


BROKEN_CHAIN = """
SELECT subject, seq FROM (
  SELECT e.*, lag(hash) OVER chain AS before, row_number() OVER chain AS place
  FROM kernel_event e WINDOW chain AS (PARTITION BY subject ORDER BY seq)
) AS e
WHERE seq <> place OR hash <> sha256(coalesce(before, ''::bytea) || convert_to(jsonb_build_array(
  subject, seq, verb, actor, on_behalf_of, data, extract(epoch FROM at))::text, 'UTF8'))
ORDER BY id
"""
"""Every event whose number or hash does not follow from the one before it, computed anew."""
