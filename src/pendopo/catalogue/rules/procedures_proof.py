"""Proof of procedures as services run through them: every way is walked, and each that could go wrong is named.

Proved for every service: each way ends, no step waits for ever, somebody can refuse, whoever has to act exists and is in the mall, what is
owed is billed once, initials come before the signature, nothing but handing over follows the number, branches cover every input.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Any, Final

from pendopo.catalogue.rules.city import City, Placed, Problem
from pendopo.catalogue.rules.content import form_of, merged_requirements, step_agency
from pendopo.catalogue.rules.fees import condition, fee_expressions, keys_named, names_in
from pendopo.catalogue.rules.presence import has_left, successor_of
from pendopo.catalogue.rules.references import gaps
from pendopo.catalogue.rules.walking import ASSESSED_IDR, SYSTEM, Stand, Status, TooMany, walk
from pendopo.kernel.errors import Denied

Spec = Mapping[str, Any]
Fault = tuple[str, str]  # step id or "", what is wrong

REFUSING: Final = frozenset({"screening", "verification", "commitment", "signing"})
"""Kinds of steps whose holder may refuse the application (applications/rules/terms.py, SETS_BACK)."""
AFTER_NUMBER: Final = frozenset({"hand_over", "forward", "automatic"})
"""What may still happen once the document has its number."""
SELF_DONE: Final = frozenset({"payment", "numbering", "automatic", "forward"})
"""Kinds of steps that need no officer."""
IDLE_ROLES: Final = frozenset({"applicant", "catalogue_editor", "mall_operator"})
"""Roles that hold no step of a procedure."""
LEAST_SHARE: Final = 0.5
"""Steps that apply to a service must hold at least this share of its promised time; what is left over is room for them."""
TOLERANCE: Final = 0.001
_NUMBER: Final = re.compile(r"(?<![\w.])\d+(?:\.\d+)?")
_MOST_ANSWERS: Final = 256


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of case: what its conditions see, and the first service that brings it."""

    facts: Spec
    service: str

    @property
    def words(self) -> str:
        """The case as an error names it."""
        fee = {0: "a free case", -1: "a fee nobody knows yet"}.get(self.facts["fee_idr"], "a case with a fee")
        seen = ", inspected" if self.facts["inspection"] else ""
        told = f", {dict(self.facts['answers'])}" if self.facts["answers"] else ""
        return f"{fee}{seen}{told}, as in {self.service}"


def problems(city: City, broken: frozenset[str] | set[str] = frozenset()) -> Iterator[Problem]:
    """Yield what is wrong with procedures as the services of a city run through them; ``broken`` ones cannot be walked."""
    sheet = city.sheets.get("procedures")
    yield from agencies_in_the_mall(city)
    for name, users in _users(city).items():
        assert sheet is not None
        if name in broken:
            continue
        procedure = city.part("procedures")[name]
        steps = procedure["steps"]
        places = {step["id"]: ("steps", index) for index, step in enumerate(steps)}
        looks_at = {answer for step in steps for answer in names_in(step.get("when") or "")[0]}
        if not looks_at:
            cases = _cases(users, city)
            for step, message in _once(fault for case in cases for fault in of_case(procedure, case)):
                yield sheet.problem((name, *places.get(step, ("steps",))), f"{name}: {message}")
            continue
        for placed in users:
            yield from (
                placed.problem(f"{placed.data['id']}: {message}", "procedure")
                for _step, message in _once(_with_answers(placed, city, procedure, looks_at))
            )


def _users(city: City) -> dict[str, list[Placed]]:
    """Services that are offered, by procedure, where the procedure itself is sound."""
    found: dict[str, list[Placed]] = defaultdict(list)
    agencies = city.agencies
    for placed in city.placed():
        name = placed.data["procedure"]
        if name in city.part("procedures") and not has_left(agencies[placed.agency]):
            found[name].append(placed)
    return found


def _once(faults: Iterable[Fault]) -> Iterator[Fault]:
    """The same fault of the same step in many cases is said once, with the first case."""
    seen: set[tuple[str, str]] = set()
    for step, message in faults:
        kind = (step, message.partition(" (")[0])
        if kind not in seen:
            seen.add(kind)
            yield step, message


def fees_of(service: Spec, city: City) -> tuple[int, ...]:
    """What the fee may be at filing: 0 nothing, 1 something, -1 not known (no rule, or a table that says nothing about some day)."""
    fee = service["fee"]
    if fee["type"] == "free":
        return (0,)
    if fee.get("lines"):
        tables = {name for expression in fee_expressions(fee) for name in keys_named(expression)}
        silent = any(gaps(city.tables[name]) for name in tables & city.tables.keys())
        return (-1, 0, 1) if silent else (0, 1)
    return (1,) if fee["type"] == "fixed" and fee.get("amount_idr") else (-1,)


def _cases(users: Iterable[Placed], city: City) -> list[Case]:
    found: dict[tuple[int, bool], Case] = {}
    for placed in users:
        for fee in fees_of(placed.data, city):
            seen = bool(placed.data.get("inspection"))
            facts = {"fee_idr": fee, "inspection": seen, "answers": {}}
            found.setdefault((fee, seen), Case(facts, placed.data["id"]))
    return list(found.values())


def of_case(procedure: Spec, case: Case) -> Iterator[Fault]:
    """Yield (step, message) for everything that can go wrong with one kind of case."""
    steps = procedure["steps"]
    try:
        stands = list(walk(steps, case.facts))
    except TooMany as error:
        yield "", f"{error}: cut the procedure in two"
        return
    except Denied as error:
        yield "", f"a condition cannot be worked out: {error} ({case.words})"
        return
    paid_here = procedure.get("fee_paid_at", "mall") == "mall"
    yield from _branch_faults(steps, case)
    for stand in stands:
        for step, message in _stand_faults(steps, stand):
            yield step, f"{message} ({case.words})"
        if stand.ended:
            for step, message in _end_faults(steps, stand, paid_here=paid_here):
                yield step, f"{message} ({case.words})"


def _stand_faults(steps: Sequence[Spec], stand: Stand) -> Iterator[Fault]:
    kinds = {index: step["kind"] for index, step in enumerate(steps)}
    unsigned = [i for i in stand.having(Status.WAITING, Status.OPEN) if kinds[i] == "initials"]
    for index in stand.having(Status.OPEN):
        name, kind = steps[index]["id"], kinds[index]
        if steps[index].get("role") == SYSTEM and kind not in SELF_DONE:
            yield name, f"step {name}: waits for ever, because the system cannot do a step of kind {kind}"
        if kind == "signing" and unsigned:
            yield name, f"step {name}: may be signed before the initials of {steps[unsigned[0]]['id']}"
        if kind == "payment" and stand.fee_idr <= 0:
            yield name, f"step {name}: waits for money although there is nothing to pay"
        numbered = [i for i in stand.having(Status.DONE) if kinds[i] == "numbering"]
        if numbered and kind not in AFTER_NUMBER:
            yield name, f"step {name}: follows the number, where only {', '.join(sorted(AFTER_NUMBER))} may"


def _end_faults(steps: Sequence[Spec], stand: Stand, *, paid_here: bool) -> Iterator[Fault]:
    for index in stand.having(Status.WAITING):
        yield steps[index]["id"], f"step {steps[index]['id']}: is waited for, yet nothing is open any more"
    if stand.having(Status.WAITING):
        return
    done = [steps[index] for index in stand.having(Status.DONE)]
    if not any(step["kind"] in REFUSING and step.get("role") != SYSTEM for step in done):
        yield "", f"nobody can refuse: no step of kind {', '.join(sorted(REFUSING))} applies"
    share = sum(step.get("share_of_deadline") or 0 for step in done)
    if not LEAST_SHARE - TOLERANCE <= share <= 1 + TOLERANCE:
        yield "", f"the steps that apply share {share:g} of the deadline; {LEAST_SHARE:g} to 1 is sound"
    paid = [step for step in done if step["kind"] == "payment"]
    yield from _bill_faults(paid, stand.fee_idr, paid_here=paid_here)


def _bill_faults(paid: Sequence[Spec], fee_idr: int, *, paid_here: bool) -> Iterator[Fault]:
    if len(paid) > 1:
        yield paid[1]["id"], f"step {paid[1]['id']}: bills the same fee again"
    if paid and not paid_here:
        yield paid[0]["id"], f"step {paid[0]['id']}: bills here what is paid at the agency (fee_paid_at)"
    if paid_here and not paid and fee_idr > 0:
        yield "", "a fee is due, yet no step of kind payment applies"
    if paid_here and fee_idr < 0:
        yield "", "a fee that nobody knows is never assessed: no step of kind fee_assessment applies"


# --- branches and answers ---------------------------------------------------------------------------------------------


def _branch_faults(steps: Sequence[Spec], case: Case) -> Iterator[Fault]:
    """Steps of one kind after the same steps, all with conditions, are branches: exactly one of them must hold."""
    groups: dict[tuple[str, tuple[str, ...]], list[Spec]] = defaultdict(list)
    for step in steps:
        groups[step["kind"], tuple(sorted(step.get("after") or ()))].append(step)
    for group in groups.values():
        if len(group) < 2 or not all(step.get("when") for step in group):  # noqa: PLR2004 - one is no branch
            continue
        fee_idr = case.facts["fee_idr"]
        for fee in (fee_idr, *(ASSESSED_IDR if fee_idr < 0 else ())):
            held = sum(condition(step["when"], {**case.facts, "fee_idr": fee}) for step in group)
            if held != 1:
                names = ", ".join(step["id"] for step in group)
                message = f"of the branches {names}, {held or 'none'} hold; exactly one must ({case.words})"
                yield group[0]["id"], message


def _with_answers(placed: Placed, city: City, procedure: Spec, looks_at: set[str]) -> Iterator[Fault]:
    """Walk for every option of the answers that the conditions look at, and both sides of every number they name."""
    form = form_of(placed, city, merged_requirements(placed.data, city.part("requirements")))
    unknown = sorted(looks_at - form["properties"].keys())
    if unknown:
        yield "", f"a condition of the procedure looks at {', '.join(unknown)}, which the form does not ask"
        return
    optional = sorted(looks_at - set(form["required"]))
    if optional:
        yield "", f"a condition of the procedure needs {', '.join(optional)}, which the form does not require"
        return
    text = " ".join(step.get("when") or "" for step in procedure["steps"])
    for answers in told(form, sorted(looks_at), text):
        for fee in fees_of(placed.data, city):
            facts = {"fee_idr": fee, "inspection": bool(placed.data.get("inspection")), "answers": answers}
            yield from of_case(procedure, Case(facts, placed.data["id"]))


def told(form: Spec, names: Sequence[str], text: str) -> Iterator[dict[str, Any]]:
    """Answers that matter to conditions: every option, and every number named in ``text`` with its neighbours and bounds."""
    numbers = [float(number) for number in _NUMBER.findall(text)]
    choices = [_values(form["properties"][name], numbers, text) for name in names]
    for values in islice(product(*choices), _MOST_ANSWERS):
        yield dict(zip(names, values, strict=True))


def _values(prop: Spec, numbers: Iterable[float], text: str) -> list[Any]:
    if "enum" in prop:
        return list(prop["enum"])
    kind = prop.get("type")
    if kind == "boolean":
        return [prop["const"]] if "const" in prop else [True, False]
    if kind in {"integer", "number"}:
        low, high = prop.get("minimum", 0), prop.get("maximum", 1_000_000_000)
        near = {number + step for number in numbers for step in (-1, 0, 1)} | {low, high}
        whole = int if kind == "integer" else float
        return sorted({whole(number) for number in near if low <= number <= high})
    quoted = re.findall(r'"([^"]*)"', text)
    return list(dict.fromkeys([*quoted, "x"]))


# --- who acts ---------------------------------------------------------------------------------------------------------


def role_faults(procedure: Spec) -> Iterator[tuple[int, str]]:
    """Yield (position, message) for every step whose role holds no steps."""
    for index, step in enumerate(procedure["steps"]):
        if step.get("role") in IDLE_ROLES:
            yield index, f"the role {step['role']} does no steps of a procedure"


def agencies_in_the_mall(city: City) -> Iterator[Problem]:
    """Yield each service that would send its file to an agency which has left the mall."""
    gone = {name: successor_of(agency) for name, agency in city.agencies.items() if has_left(agency)}
    for placed in (placed for users in _users(city).values() for placed in users if gone):
        for step in city.part("procedures")[placed.data["procedure"]]["steps"]:
            slug = step_agency(step.get("agency"), placed.data, placed.agency, city.operator)
            if slug in gone:
                mend = f"name {gone[slug]}, which follows it" if gone[slug] else "name another"
                yield placed.problem(
                    f"{placed.data['id']}: the step {step['id']!r} is done by {slug}, which has left the mall: {mend}",
                    "technical_agency" if step.get("agency") == "technical" else "procedure",
                )
                break
