"""Pages of deciding by rule: the public list, what a rule saw, the reviewer's desk, and the applicant's wish for a person."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST, require_safe

from pendopo.applications import api, forms
from pendopo.applications.views import drawn
from pendopo.applications.views.doors import Asked, for_citizens, for_staff
from pendopo.catalogue.api import automatic_rules, cards_of
from pendopo.identity.api import note_access
from pendopo.kernel.errors import Denied
from pendopo.web import words

PAGE = 50
Spec = Mapping[str, Any]
FOUND = {
    "complete": gettext_lazy("Terpenuhi: diputus oleh sistem"),
    "unverified": gettext_lazy("Belum terbukti semua: diperiksa petugas"),
    "not_met": gettext_lazy("Syarat aturan tidak terpenuhi: diperiksa petugas"),
    "person_wanted": gettext_lazy("Terpenuhi, tetapi pemohon meminta petugas"),
    "switched_off": gettext_lazy("Terpenuhi, tetapi aturan sedang berhenti"),
    "sampled": gettext_lazy("Terpenuhi, dan diundi untuk diperiksa petugas lebih dahulu"),
}
"""What a rule found, for officers."""


# What everybody may know


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """Every service the system decides by itself, its rule in plain words, and how the rule has fared."""
    found, fared = automatic_rules(), api.figures()
    cards = cards_of(one["service"] for one in found)
    rows = [
        {
            "card": cards[one["service"]],
            "says": forms.words(one, "says", "says_en"),
            "sample": sample_words(one),
            "figures": fared.get(one["rule"], api.Figures()),
            "percent": _percent(fared.get(one["rule"], api.Figures()).override_percent),
            "rule": one["rule"],
        }
        for one in found
        if one["service"] in cards
    ]
    rows.sort(key=lambda row: (row["card"].agency_name, row["card"].name))
    totals = {
        "services": len(rows),
        "decided": sum(row["figures"].decided for row in rows),
        "reviewed": sum(row["figures"].reviewed for row in rows),
        "overridden": sum(row["figures"].overridden for row in rows),
    }
    return render(request, "applications/automatic.html", {"rows": rows, "totals": totals})


def _percent(share: float | None) -> str:
    """``5``, ``4,8``."""
    text = f"{share or 0:g}"
    return text if forms.english() else text.replace(".", ",")


def sample_words(spec: Spec) -> str:
    """How often a person looks: ``kira-kira 1 dari 20 keputusan, sesudah dokumen terbit``."""
    told = {"n": round(1 / spec["sample_rate"])}
    if spec.get("sample") == "before":
        return _("Kira-kira 1 dari %(n)s permohonan diperiksa petugas sebelum dokumen terbit.") % told
    return _("Kira-kira 1 dari %(n)s keputusan diperiksa petugas sesudah dokumen terbit.") % told


# What a rule saw


def explained(decision: api.Decided) -> dict[str, Any]:
    """A rule's proposal for officers: its words, what it found, and every fact it looked at."""
    labels = drawn.labels(decision.service["form"]["schema"], at_desk=True)
    inputs = decision.inputs
    given = {name: labels.get(name, name) for name in inputs["verified"]}
    answers = [
        {"label": labels.get(name, name), "value": _shown(value)} for name, value in inputs["answers"].items()
    ]
    if inputs["applicant"]["age_years"] >= 0:
        answers.append(
            {"label": _("Umur"), "value": _("%(n)s tahun") % {"n": inputs["applicant"]["age_years"]}}
        )
    return {
        "decision": decision,
        "says": forms.words(decision.spec, "says", "says_en"),
        "found": FOUND[decision.result["reason"]],
        "complete": decision.complete,
        "proven": [given[name] for name, is_proven in inputs["verified"].items() if is_proven],
        "unproven": [given[name] for name in decision.unproven],
        "answers": answers,
    }


def _shown(value: Any) -> str:
    return {True: _("ya"), False: _("tidak")}[value] if isinstance(value, bool) else str(value)


def proposals(application_id: UUID, content: Spec) -> list[dict[str, Any]]:
    """What rules said in this case; asks nothing where the service has no rule."""
    if not any(step.get("auto") for step in content["procedure"]["steps"]):
        return []
    return [explained(decision) for decision in api.decisions_of(application_id)]


def decided_by_rule(steps: Iterable[Any], entries: Iterable[Any], content: Spec) -> dict[str, Any]:
    """For the applicant: the rules that decided, and whether a person was asked or has looked already."""
    said = {step["id"]: step["auto"] for step in content["procedure"]["steps"] if step.get("auto")}
    verbs = {entry.verb for entry in entries}
    return {
        "rules": [
            forms.words(said[step.key], "says", "says_en")
            for step in steps
            if step.key in said and step.status == "done" and "auto" in step.result
        ],
        "asked": "ask_person" in verbs,
        "looked": bool(verbs & {"review_agreed", "review_overridden"}),
    }


@for_citizens
@require_POST
def ask(request: Asked, application_id: UUID) -> HttpResponse:
    """The applicant wants a person to look."""
    api.ask_person(application_id=application_id, by=request.actor)
    messages.success(
        request, _("Tercatat. Petugas akan meninjau permohonan Anda dan hasilnya tampil di halaman ini.")
    )
    return redirect(f"/permohonan/{application_id}/")


# The reviewer's desk


@for_staff
@require_GET
def reviews(request: Asked) -> HttpResponse:
    """Decisions of rules that wait for a second look at my agencies, and rules that have stopped."""
    after = request.GET.get("after", "")
    rows = api.list_reviews(request.actor, after=int(after) if after.isdecimal() else 0, limit=PAGE + 1)
    context = {
        "rows": rows[:PAGE],
        "count": api.count_reviews(request.actor),
        "more": f"/kerja/tinjauan/?after={rows[PAGE - 1].id}" if len(rows) > PAGE else "",
        "stopped": _stopped(request),
        "reviewer": bool(api.reviewer_agencies(request.actor) or api.edits_catalogue(request.actor)),
    }
    return render(request, "applications/reviews.html", context)


def _stopped(request: Asked) -> list[dict[str, Any]]:
    known = {one["rule"]: one for one in automatic_rules()}
    standing = api.list_stopped(request.actor)
    cards = cards_of(one.service_id for one in standing)
    return [
        {
            "standing": one,
            "card": cards.get(one.service_id),
            "says": forms.words(known.get(one.rule, {}), "says", "says_en"),
        }
        for one in standing
    ]


@for_staff
@require_GET
def review(request: Asked, decision_id: int) -> HttpResponse:
    """One decision with everything its rule saw."""
    return _show(request, decision_id)


def _show(request: Asked, decision_id: int, *, problem: str = "", status: int = 200) -> HttpResponse:
    decision = api.get_review(decision_id, request.actor)
    note_access(
        person_id=decision.applicant_id,
        by=request.actor,
        fields=sorted(decision.inputs["answers"]),
        purpose=_("Meninjau keputusan otomatis %(number)s") % {"number": decision.number},
        subject=f"application:{decision.application_id}",
    )
    context = {**explained(decision), "problem": problem, "typed": request.POST}
    return render(request, "applications/review_decision.html", context, status=status)


@for_staff
@require_POST
def answer_review(request: Asked, decision_id: int) -> HttpResponse:
    """Say whether one would have decided the same."""
    verdict = request.POST.get("verdict")
    if verdict not in {"agree", "override"}:
        return _show(request, decision_id, problem=_("Pilih salah satu hasil tinjauan."), status=422)
    try:
        api.review(
            decision_id=decision_id,
            agrees=verdict == "agree",
            reason=forms.clean(request.POST.get("reason", "")),
            by=request.actor,
        )
    except Denied as refused:
        status = 409 if words.is_conflict(refused.code) else 422
        return _show(request, decision_id, problem=str(words.denied(refused.code)), status=status)
    messages.success(request, _("Tinjauan Anda tercatat."))
    return redirect("/kerja/tinjauan/")


@for_staff
@require_POST
def switch(request: Asked, rule: str) -> HttpResponse:
    """Let a rule that has stopped go on again."""
    api.switch_rule(rule=rule, on=True, reason=forms.clean(request.POST.get("reason", "")), by=request.actor)
    messages.success(request, _("Aturan berjalan lagi."))
    return redirect("/kerja/tinjauan/")
