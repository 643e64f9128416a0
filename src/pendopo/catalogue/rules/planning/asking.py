"""What a plan asks of the applicant: the questions of all forms, each once, and every fee line that is known or not yet known."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from pendopo.catalogue.rules import fees
from pendopo.catalogue.rules.planning.atlas import Ask, Node
from pendopo.catalogue.rules.planning.shapes import How, PlannedDocument, PlannedFee, Question
from pendopo.catalogue.rules.planning.sparing import all_before
from pendopo.catalogue.rules.references import resolved
from pendopo.kernel.errors import Denied


@dataclass(frozen=True, slots=True)
class Spares:
    """What spares questions: papers the plan obtains, what each service waits for, what the applicant is not."""

    papers: Iterable[PlannedDocument]
    needs: Mapping[str, Iterable[str]]
    without: Sequence[str] = ()


def questions(
    nodes: Iterable[Node], facts: Mapping[str, str], answers: Mapping[str, Any], spares: Spares
) -> tuple[Question, ...]:
    """What the forms ask, each once: the same fact is the same question, whoever asks it.

    Not asked is what the finder was told, what a paper of the plan will say, and what only another kind of applicant has.
    """
    asked: dict[str, list[tuple[str, Ask]]] = {}
    before = all_before(spares.needs)
    issuers = {paper.requirement: paper.from_service for paper in spares.papers if paper.how is How.PART}
    for node in nodes:
        for ask in node.asks:
            if ask.finder and answers.get(ask.finder):
                continue
            told, without = ask.told, spares.without
            if told.is_moot(without, required=ask.required):
                continue
            key = told.key(ask.key, without)
            comes = told.issuer(issuers, before[node.service_id], without, required=ask.required)
            if key in facts or not comes:
                asked.setdefault(key, []).append((node.service_id, ask))
    return tuple(_question(key, askers, facts) for key, askers in asked.items())


def _question(key: str, askers: Sequence[tuple[str, Ask]], facts: Mapping[str, str]) -> Question:
    first = askers[0][1]
    return Question(
        key=key,
        title=first.title,
        title_en=first.title_en,
        asked_by=tuple([(service, ask.field) for service, ask in askers]),
        required=any(ask.required for _service, ask in askers),
        is_fact=first.is_fact,
        held=facts.get(key, "") if first.is_fact else "",
    )


def fee_lines(node: Node, answers: Mapping[str, Any], on: date) -> Iterable[PlannedFee]:
    """Lines of a service's fee. A line that looks at an answer nobody has given is there without an amount."""
    fee = node.fee
    if fee["type"] == "free":
        return
    keys = {ask.field: ask.key for ask in node.asks}
    given = {name: answers[key] for name, key in keys.items() if key in answers}
    for line in fee["lines"]:
        wanted = fees.names_in(f"{line['formula']} {line.get('when') or ''}")[0]
        missing = tuple(sorted(keys.get(name, name) for name in wanted - given.keys()))
        lines = None if missing else _worked_out(node, {**fee, "lines": [line]}, given, on)
        if lines is None:
            yield _unknown(node, line, missing)
        else:
            yield from lines
    if not fee["lines"]:
        yield from _worked_out(node, fee, given, on) or (_unknown(node, _WHOLE, ()),)


_WHOLE: Final = {"id": "tarif", "name": "Biaya layanan", "name_en": "Service fee"}


def _worked_out(
    node: Node, fee: Mapping[str, Any], given: Mapping[str, Any], on: date
) -> list[PlannedFee] | None:
    try:
        lines = fees.fee_lines(fee, {**node.refs, **resolved(node.tables, on)}, given, node.fields)
    except (fees.BadExpression, Denied):
        return None
    if lines is None:
        return None
    return [
        PlannedFee(
            node.service_id,
            line.id,
            line.name,
            line.name_en,
            line.amount_idr,
            line.legal_basis or node.legal_basis,
            line.confidence,
            line.explanation,
            explanation_en=line.explanation_en,
        )
        for line in lines
    ]


def _unknown(node: Node, line: Mapping[str, Any], missing: tuple[str, ...]) -> PlannedFee:
    basis = line.get("legal_basis") or node.fee.get("note") or node.legal_basis
    text = basis if isinstance(basis, str) else "; ".join(basis)
    confidence = line.get("confidence") or node.fee["confidence"]
    return PlannedFee(
        node.service_id, line["id"], line["name"], line["name_en"], None, text, confidence, "", missing
    )
