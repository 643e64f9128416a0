"""Fees and conditions written as data (CEL). In a fee formula every number is a decimal; money is rounded to whole rupiah.

Leaves out who may waive a fee and how a bill is paid.
"""

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from itertools import islice, product
from typing import Any, Final

import cel
from babel.dates import format_date

from pendopo.kernel.errors import Denied
from pendopo.kernel.figures import measured

_LITERAL: Final = re.compile(r"""("[^"]*"|'[^']*'|[A-Za-z_][\w.]*)|(\d+\.\d+|\d+)""")
_ASKED_AFTER: Final = re.compile(r"""(?:"(\w+)"|'(\w+)')\s+in\s+answers""")
_NAME: Final = re.compile(r"\b(answers|refs)\.([a-z_][a-z0-9_]*)")
# refs.table.key  refs.table["key"]  refs.table[answers.field]
_ROW: Final = re.compile(
    r"""\brefs\.(?P<table>[a-z][a-z0-9_]*)(?:\.(?P<key>\w+)|\[\s*(?:"(?P<quoted>\w+)"|answers\.(?P<answer>\w+))\s*\])?"""
)
FORMULA_FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = {
    "max": max,
    "min": min,
    "ceil": lambda x: float(math.ceil(x)),
    "floor": lambda x: float(math.floor(x)),
    "round": lambda x: float(math.floor(x + 0.5)),
}


BUILT_IN: Final = frozenset(
    {"matches", "has", "size", "contains", "startsWith", "endsWith", "int", "string", "double"}
)


class BadExpression(ValueError):
    """An expression that does not compile, names something unknown or gives the wrong type."""


@dataclass(frozen=True, slots=True)
class FeeLine:
    """One line of a fee, in whole rupiah, and how it was reached."""

    id: str
    name: str
    name_en: str
    amount_idr: int
    legal_basis: str
    confidence: str
    explanation: str
    explanation_en: str = ""


@lru_cache(maxsize=2048)
def _program(expression: str) -> Any:
    try:
        return cel.compile(expression)
    except ValueError as error:
        raise BadExpression(f"does not compile: {str(error).splitlines()[0]}") from None


def _decimal_literals(formula: str) -> str:
    """``2`` -> ``2.0`` outside quotes and names, because CEL never mixes whole and decimal numbers."""
    return _LITERAL.sub(lambda m: m[1] or (m[2] if "." in m[2] else f"{m[2]}.0"), formula)


def names_in(expression: str) -> tuple[set[str], set[str]]:
    """Return the answers and the references an expression names (``answers.x``, ``refs.y``)."""
    found = _NAME.findall(expression)
    return {name for kind, name in found if kind == "answers"}, {
        name for kind, name in found if kind == "refs"
    }


def rows_used(expression: str, answers: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(table, key) of every row an expression looks up, given the answers; a scalar of references.yaml has the key ``value``."""
    found = []
    for match in _ROW.finditer(expression):
        key = match["key"] or match["quoted"] or str(answers.get(match["answer"] or "", ""))
        if key and (match["table"], key) not in found:
            found.append((match["table"], key))
    return found


def keys_named(expression: str) -> dict[str, set[str] | None]:
    """Keys an expression names by table; None where an answer chooses the key."""
    found: dict[str, set[str] | None] = {}
    for match in _ROW.finditer(expression):
        key, before = match["key"] or match["quoted"], found.get(match["table"], set())
        found[match["table"]] = before | {key} if key and before is not None else None
    return found


def choosing_answers(expression: str) -> dict[str, set[str]]:
    """Answers that choose the row of a table: ``refs.table[answers.field]``."""
    found: dict[str, set[str]] = {}
    for match in _ROW.finditer(expression):
        if match["answer"]:
            found.setdefault(match["table"], set()).add(match["answer"])
    return found


def fee_expressions(fee: Mapping[str, Any]) -> list[str]:
    """Every formula of a fee with its condition."""
    parts = [part for name in ("lines", "terms") for part in fee.get(name) or ()]
    return [f"{part['formula']} {part.get('when') or ''}" for part in parts]


def roots_in(expression: str) -> set[str]:
    """Return the variables an expression begins from. Raises BadExpression when it does not compile."""
    return set(_program(expression).variables())


def _decimals(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same with every number a decimal, at any depth."""
    return {
        key: _decimals(value)
        if isinstance(value, Mapping)
        else float(value)
        if isinstance(value, int | float) and not isinstance(value, bool)
        else value
        for key, value in values.items()
    }


def worth(formula: str | float, answers: Mapping[str, Any], refs: Mapping[str, Any]) -> float:
    """Value of a formula over ``answers.x`` and ``refs.y.value``. Raises BadExpression when it gives no finite number."""
    program = _program(_decimal_literals(str(formula)))
    variables = {"answers": _decimals(answers), "refs": _decimals(refs)}
    try:
        result = program.execute(cel.Context(variables=variables, functions=dict(FORMULA_FUNCTIONS)))
    except (RuntimeError, TypeError, KeyError, ValueError, ArithmeticError) as error:
        raise BadExpression(f"cannot be worked out: {str(error).splitlines()[0]}") from None
    if isinstance(result, bool) or not isinstance(result, int | float) or not math.isfinite(result):
        raise BadExpression(f"gives {result!r}, not a number")
    return float(result)


LARGEST_IDR: Final = 10**15  # beyond any fee, and still exact as a JSON number


def amount(formula: str | float, answers: Mapping[str, Any], refs: Mapping[str, Any]) -> int:
    """Whole rupiah of a formula, rounded half up. Raises BadExpression when it gives no amount."""
    result = worth(formula, answers, refs)
    if result < 0:
        raise BadExpression(f"gives {result!r}, less than nothing")
    if result > LARGEST_IDR:
        raise BadExpression(f"gives {result!r}, more than any fee")
    return int(Decimal(repr(result)).quantize(Decimal(1), ROUND_HALF_UP))


def condition(expression: str, variables: Mapping[str, Any]) -> bool:
    """True or false. Raises Denied("condition_broken") when it cannot be worked out: a wrong path is never taken silently."""
    try:
        result = _program(expression).execute(dict(variables))
    except (BadExpression, RuntimeError, TypeError, KeyError, ValueError, ArithmeticError) as error:
        raise Denied("condition_broken", f"{expression}: {error}") from None
    if not isinstance(result, bool):
        raise Denied("condition_broken", f"{expression} gives {result!r}")
    return result


def holds_with(
    expression: str, variables: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]]
) -> bool:
    """True or false of a condition that may call ``functions``. Raises Denied("condition_broken"), also when something is not known."""
    try:
        context = cel.Context(variables=dict(variables), functions=dict(functions))
        result = _program(expression).execute(context)
    except (BadExpression, RuntimeError, TypeError, KeyError, ValueError, ArithmeticError) as error:
        raise Denied("condition_broken", f"{expression}: {error}") from None
    if not isinstance(result, bool):
        raise Denied("condition_broken", f"{expression} gives {result!r}")
    return result


def functions_in(expression: str) -> set[str]:
    """Functions an expression calls, without operators. Raises BadExpression when it does not compile."""
    return {name for name in _program(expression).functions() if name.isidentifier()} - BUILT_IN


def optional_names(expression: str) -> set[str]:
    """Answers that an expression asks after before it uses them: ``"x" in answers``."""
    return {first or second for first, second in _ASKED_AFTER.findall(expression)}


def samples(
    schema: Mapping[str, Any], names: set[str], optional: set[str], limit: int = 60
) -> Iterator[dict[str, Any]]:
    """Yield answers that cover every option and both ends of every number among ``names``, and absence of ``optional``."""
    chosen = sorted(names & schema["properties"].keys())
    choices = [_edge_values(schema["properties"][name]) + [None] * (name in optional) for name in chosen]
    first = [values[0] for values in choices]
    for index, values in enumerate(choices):
        for value in values:
            yield _present(chosen, [*first[:index], value, *first[index + 1 :]])
    for combination in islice(product(*choices), limit):
        yield _present(chosen, combination)


def _present(names: Iterable[str], values: Iterable[Any]) -> dict[str, Any]:
    return {name: value for name, value in zip(names, values, strict=True) if value is not None}


def _edge_values(prop: Mapping[str, Any]) -> list[Any]:
    if "enum" in prop:
        return list(prop["enum"])
    if "const" in prop:
        return [prop["const"]]
    kind = prop.get("type")
    if kind == "boolean":
        return [True, False]
    if kind in {"integer", "number"}:
        return [prop.get("minimum", 0), prop.get("maximum", 1_000_000)]
    return ["2026-01-02" if prop.get("format") == "date" else "x"]


def fee_lines(
    fee: Mapping[str, Any],
    refs: Mapping[str, Any],
    answers: Mapping[str, Any],
    titles: Mapping[str, Mapping[str, Any]],
) -> list[FeeLine] | None:
    """Lines of a fee, or ``None`` when an officer must assess it.

    Shape: ``fee`` as in a service version's content; ``refs``: key -> {value, ...}, and table -> key -> {value, ...} as it holds on the
    day of filing (references.resolved); ``titles`` are the form's properties.
    Raises: BadExpression when an answer that the formula needs is missing.
    """
    if fee["type"] == "free":
        return []
    lines = fee.get("lines") or []
    if lines:
        return [_line(fee, line, refs, answers, titles) for line in lines if _applies(line, refs, answers)]
    if fee["type"] == "fixed" and fee.get("amount_idr") is not None:
        basis, confidence = str(fee.get("note") or ""), str(fee.get("confidence", "general-knowledge"))
        return [
            FeeLine("tarif", "Biaya layanan", "Service fee", int(fee["amount_idr"]), basis, confidence, "")
        ]
    return None


def _applies(line: Mapping[str, Any], refs: Mapping[str, Any], answers: Mapping[str, Any]) -> bool:
    return not line.get("when") or condition(line["when"], {"answers": dict(answers), "refs": dict(refs)})


def _line(
    fee: Mapping[str, Any],
    line: Mapping[str, Any],
    refs: Mapping[str, Any],
    answers: Mapping[str, Any],
    titles: Mapping[str, Mapping[str, Any]],
) -> FeeLine:
    formula = str(line["formula"])
    basis = line.get("legal_basis") or _bases(formula, refs, answers)
    fit = _terms_of(fee, line)
    said = [
        _terms(fit, refs, answers, english=english)
        if fit
        else _explain(formula, refs, answers, titles, english=english)
        for english in (False, True)
    ]
    return FeeLine(
        line["id"],
        line["name"],
        line["name_en"],
        amount(formula, answers, refs),
        basis if isinstance(basis, str) else "; ".join(basis),
        line.get("confidence", "general-knowledge"),
        *said,
    )


def _terms_of(fee: Mapping[str, Any], line: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The named parts that explain a line: those it lists, else those that look up nothing the line does not."""
    terms, listed = fee.get("terms") or [], line.get("terms")
    if listed is not None:
        return [term for term in terms if term["id"] in listed]
    used = names_in(str(line["formula"]))[1]
    return [term for term in terms if names_in(str(term["formula"]))[1] <= used]


def _terms(
    terms: Iterable[Mapping[str, Any]], refs: Mapping[str, Any], answers: Mapping[str, Any], *, english: bool
) -> str:
    """The named parts of a formula with their values: ``Luas: 90 m\u00b2; Indeks lokalitas: 0,005``."""
    return "; ".join(
        _valued(term, round(worth(term["formula"], answers, refs), 6), english=english) for term in terms
    )


def _explain(
    formula: str,
    refs: Mapping[str, Any],
    answers: Mapping[str, Any],
    titles: Mapping[str, Mapping[str, Any]],
    *,
    english: bool,
) -> str:
    """The values a formula used, each with its name, for people who want to work it out themselves."""
    used_answers, used_refs = names_in(formula)
    parts = [
        _answered(name, titles.get(name, {}), answers[name], english=english)
        for name in sorted(used_answers & answers.keys())
    ]
    parts += [
        _valued(refs[name], refs[name]["value"], english=english)
        for name in sorted(used_refs)
        if "value" in refs[name]
    ]
    return "; ".join(parts + [_row_words(row, english=english) for row in _rows(formula, refs, answers)])


def _valued(thing: Mapping[str, Any], value: Any, *, english: bool) -> str:
    """``Tarif: Rp1.500/m\u00b2``."""
    name = (thing.get("name_en") if english else "") or thing["name"]
    of = (thing.get("unit_en") if english else "") or thing.get("unit")
    return f"{name}: {measured(value, of, english=english)}"


def _answered(name: str, prop: Mapping[str, Any], value: Any, *, english: bool) -> str:
    """An answer that a formula used: the choice by its name, a number with its unit."""
    option = (prop.get("x-options") or {}).get(str(value), {})
    chosen = (option.get("name_en") if english else "") or option.get("name")
    label, question = ("x-label-en", "x-title-en") if english else ("x-label", "title")
    title = prop.get(label) or prop.get(question) or prop.get("title", name)
    shown = chosen or (
        str(value) if isinstance(value, bool) else measured(value, prop.get("x-unit"), english=english)
    )
    return f"{title}: {shown}"


def _rows(formula: str, refs: Mapping[str, Any], answers: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Rows of dated tables that a formula looked up."""
    found = [refs[table].get(key) for table, key in rows_used(formula, answers) if "value" not in refs[table]]
    return [row for row in found if row]


def _row_words(row: Mapping[str, Any], *, english: bool) -> str:
    tongue, words = ("en", "in force since") if english else ("id", "berlaku sejak")
    since = format_date(date.fromisoformat(row["valid_from"]), "d MMMM yyyy", locale=tongue)
    return f"{_valued(row, row['value'], english=english)} ({words} {since})"


def _bases(formula: str, refs: Mapping[str, Any], answers: Mapping[str, Any]) -> str:
    """The law behind the rows a formula looked up."""
    return "; ".join(dict.fromkeys(str(row["legal_basis"]) for row in _rows(formula, refs, answers)))
