"""What a plan asks of the applicant: the questions of all forms, each once, and every fee line that is known or not yet known."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from pendopo.catalogue.rules import fees
from pendopo.catalogue.rules.planning.atlas import Node
from pendopo.catalogue.rules.planning.shapes import PlannedFee, Question
from pendopo.catalogue.rules.references import resolved
from pendopo.kernel.errors import Denied


def questions(nodes: Iterable[Node], facts: Mapping[str, str]) -> tuple[Question, ...]:
    """What the forms ask, each once: the same fact is the same question, whoever asks it."""
    found: dict[str, Question] = {}
    for node in nodes:
        for ask in node.asks:
            same = found.get(ask.key)
            found[ask.key] = Question(
                key=ask.key,
                title=same.title if same else ask.title,
                title_en=same.title_en if same else ask.title_en,
                asked_by=(*(same.asked_by if same else ()), (node.service_id, ask.field)),
                required=ask.required or bool(same and same.required),
                is_fact=ask.is_fact,
                held=facts.get(ask.key, "") if ask.is_fact else "",
            )
    return tuple(found.values())


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
