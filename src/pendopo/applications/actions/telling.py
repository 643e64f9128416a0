"""Telling people what happened to their affairs, and officers what needs them: who, about what, once each. Words and mails: notices.

Handlers of the outbox may run twice: the key of a notice names the event. What is told in bulk is read and written in one statement each.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from pendopo.agencies.api import ANYWHERE, holders_of
from pendopo.applications.models import Appeal, Application, MovedDeadline, Recount, Step
from pendopo.applications.rules import HEADS, Level, State
from pendopo.catalogue.api import current_versions, get_version
from pendopo.documents.api import get_document
from pendopo.identity.api import SYSTEM, Role
from pendopo.notices.api import News, Topic, tell
from pendopo.payments.api import Bill

WARNINGS: Final = "/kerja/peringatan/"
OVERSEERS: Final = (Role.MAYOR, Role.REGIONAL_SECRETARY)
_BRIEF: Final = ("id", "number", "version_id", "applicant_id", "agency_id", "due_on")


def on_correction_requested(*, application: str, revision: int = 0, **_more: Any) -> None:
    """Handler of "correction_requested": the applicant has to mend something."""
    row = _case(application)
    _to_applicant(row, Topic.CORRECTION_REQUESTED, f"correction:{row.id}:{revision}")


def on_inspection_scheduled(*, application: str, step: str, revision: int = 0, **_more: Any) -> None:
    """Handler of "inspection_scheduled": when officers come, and which earlier appointment that replaces. Where is on the page only."""
    row = _case(application)
    visit = Step.objects.get(application_id=row.id, key=step).result.get("appointment", {})
    key = f"inspection:{row.id}:{revision}"
    _to_applicant(row, Topic.INSPECTION_SCHEDULED, key, at=visit.get("at", ""), was=visit.get("was", ""))


def on_step_reassigned(*, application: str, step: str, revision: int = 0, **_more: Any) -> None:
    """Handler of "step_reassigned": a colleague was given this step."""
    row, given = _case(application), Step.objects.get(application_id=application, key=step)
    if given.assignee_id is None:
        return
    about = {**_about(row), "kind": given.kind}
    key = f"reassigned:{row.id}:{step}:{revision}"
    tell(news=[News(f"staff:{given.assignee_id}", key, Topic.STEP_REASSIGNED, f"/kerja/{row.id}/", about)])


def tell_decided(row: Application, document_id: UUID) -> None:
    """The applicant's decision is on paper: the document, or the letter of refusal."""
    refused = row.state == State.REJECTED
    link = f"/permohonan/{row.id}/" if refused else f"/dokumen/{document_id}/"
    about = {
        "state": State.REJECTED if refused else State.APPROVED,
        "silence": bool(row.decision.get("silence")),
    }
    _to_applicant(row, Topic.DECIDED, f"decided:{document_id}", link, **about)


def tell_bill(bill: Bill, name_en: str = "") -> None:
    """Somebody has to pay: how much, and until when. Joins the transaction that raises the bill."""
    about = {
        "service": {"name": bill.title, "name_en": name_en},
        "amount_idr": bill.total_idr,
        "due_at": bill.due_at.isoformat(),
    }
    tell(news=[News(bill.payer_ref, f"bill:{bill.id}", Topic.BILL_RAISED, f"/tagihan/{bill.id}/", about)])


def on_deadlines_moved(*, recount: int, applications: Sequence[str], **_more: Any) -> None:
    """Handler of "deadlines_moved": one batch of a recount. Each applicant learns from when to when, and which days did it."""
    why = Recount.objects.get(id=recount)
    moved = (
        MovedDeadline.objects.filter(recount_id=recount, application_id__in=list(applications))
        .select_related("application")
        .only("was_on", "now_on", *(f"application__{name}" for name in _BRIEF))
    )
    tell(
        news=[
            News(
                f"person:{one.application.applicant_id}",
                f"moved:{recount}:{one.application_id}",
                Topic.DEADLINE_MOVED,
                f"/permohonan/{one.application_id}/perhitungan/",
                {
                    **_about(one.application),
                    "was_on": one.was_on.isoformat(),
                    "due_on": one.now_on.isoformat(),
                    "source": why.source,
                    "days": [day for day in why.days if day["agency"] in {"", one.application.agency_id}],
                },
            )
            for one in moved.order_by("id")
        ]
    )


def on_deadlines_warned(*, level: str, batch: int, applications: Sequence[str], **_more: Any) -> None:
    """Handler of "deadlines_warned": each on that rung hears once how many of their cases fall due, not once a case.

    A case that was decided, withdrawn or given back since the warning is left out: nothing of it falls due.
    """
    still_due = Application.objects.filter(
        id__in=list(applications), decided_at__isnull=True, due_on__isnull=False
    )
    cases = {row.id: row for row in still_due.only(*_BRIEF)}
    steps = list(
        Step.objects.filter(application_id__in=list(cases), on_desk=True).only(
            "application_id", "agency_id", "role", "assignee_id"
        )
    )
    whose: dict[UUID, set[UUID]] = {}
    for user_id, application_id in _on_rung(Level(level), cases.values(), steps):
        whose.setdefault(user_id, set()).add(application_id)
    tell(
        news=[
            _warning(f"staff:{user_id}", f"warned:{batch}", Level(level), [cases[one] for one in ids])
            for user_id, ids in whose.items()
        ]
    )


def _on_rung(
    level: Level, cases: Iterable[Application], steps: Sequence[Step]
) -> Iterable[tuple[UUID, UUID]]:
    """(who, which case): officers the open steps they may take, heads the cases of their agency, the mayor all."""
    if level is Level.OFFICER:
        held = holders_of((step.agency_id, step.role) for step in steps)
        return [
            (holder.user_id, step.application_id)
            for step in steps
            for holder in held
            if (holder.agency_id, holder.role) == (step.agency_id, step.role)
            and step.assignee_id in {None, holder.user_id, holder.absent}
        ]
    where = {(step.application_id, step.agency_id) for step in steps}
    where |= {(case.id, case.agency_id) for case in cases}
    if level is Level.MAYOR:
        seers = {holder.user_id for holder in holders_of((ANYWHERE, role) for role in OVERSEERS)}
        return [(user_id, case) for user_id in seers for case, _agency in where]
    heads = holders_of((agency, role) for _case, agency in where for role in HEADS)
    return [(head.user_id, case) for case, agency in where for head in heads if head.agency_id == agency]


def _warning(to: str, key: str, level: Level, cases: Sequence[Application]) -> News:
    """One case is named and linked; of several, how many and the nearest day."""
    about: dict[str, Any] = {"level": level, "count": len(cases)}
    about["due_on"] = min(case.due_on for case in cases if case.due_on).isoformat()
    link = WARNINGS
    if len(cases) == 1:
        about |= _about(cases[0])
        link = WARNINGS if level is Level.MAYOR else f"/kerja/{cases[0].id}/"
    return News(to, key, Topic.DEADLINE_WARNED, link, about)


def on_document_expiring(*, document: str, days: int, **_more: Any) -> None:
    """Handler of "document_expiring": the holder can renew in time."""
    paper = get_document(UUID(document), SYSTEM)
    if paper.valid_until is None:
        return
    about = {"title": paper.title, "number": paper.number, "valid_until": paper.valid_until.isoformat()}
    key = f"expiring:{document}:{days}"
    tell(news=[News(paper.holder_ref, key, Topic.DOCUMENT_EXPIRING, f"/dokumen/{document}/", about)])


def on_appeal_decided(*, appeal: str, state: str, **_more: Any) -> None:
    """Handler of "appeal_decided": whoever objected hears the answer."""
    row = Appeal.objects.only("person_id", "title").get(id=appeal)
    about = {"title": row.title, "state": state}
    link = f"/keberatan/{appeal}/"
    tell(news=[News(f"person:{row.person_id}", f"appeal:{appeal}", Topic.APPEAL_DECIDED, link, about)])


def on_rule_stopped(
    *, rule: str, service: str, agency: str, reason: str, since: str = "", **more: Any
) -> None:
    """Handler of "rule_switched_off": whoever may let the rule go on again hears that it stopped, and why.

    ``more``: how many reviews were ``overridden`` of how many ``reviewed``, where the system stopped it for that.
    """
    content = get_version(current_versions(service)[service]).content
    counted: dict[str, Any] = {key: more[key] for key in ("overridden", "reviewed") if key in more}
    about = {"service": _called(content), "rule": rule, "reason": reason, **counted}
    owners = [(agency, Role.SECTION_HEAD), (agency, Role.CATALOGUE_EDITOR)]
    _to_holders(owners, f"stopped:{rule}:{since}", Topic.RULE_STOPPED, "/kerja/tinjauan/", about)


def on_overridden(*, application: str, decision: int, document: str = "", **_more: Any) -> None:
    """Handler of "automatic_overridden": heads of the agency see to the paper that a rule had granted."""
    row = _case(application)
    link = f"/kerja/dokumen/{document}/" if document else f"/kerja/{row.id}/"
    heads = [(row.agency_id, role) for role in HEADS]
    _to_holders(heads, f"overridden:{decision}", Topic.AUTOMATIC_OVERRIDDEN, link, _about(row))


def _to_holders(
    duties: Iterable[tuple[str, str]], key: str, topic: Topic, link: str, about: Mapping[str, Any]
) -> None:
    users = sorted({holder.user_id for holder in holders_of(duties)})
    tell(news=[News(f"staff:{user_id}", key, topic, link, about) for user_id in users])


def _to_applicant(row: Application, topic: Topic, key: str, link: str = "", **about: Any) -> None:
    link = link or f"/permohonan/{row.id}/"
    tell(news=[News(f"person:{row.applicant_id}", key, topic, link, {**_about(row), **about})])


def _case(application: str) -> Application:
    return Application.objects.only(*_BRIEF).get(id=application)


def _about(row: Application) -> dict[str, Any]:
    """What names a case: its service and number, nothing of what was answered."""
    return {"service": _called(get_version(row.version_id).content), "number": row.number}


def _called(content: Mapping[str, Any]) -> dict[str, str]:
    return {"name": content["name"], "name_en": content.get("name_en") or ""}
