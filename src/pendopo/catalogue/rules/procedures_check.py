"""Whether a procedure can be walked: every step reachable, an end, a way to refuse, agencies and shares of the deadline."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pendopo.catalogue.rules import procedures_proof
from pendopo.catalogue.rules.city import City, Placed, Problem
from pendopo.catalogue.rules.fees import BadExpression, condition, roots_in
from pendopo.catalogue.rules.procedures_proof import REFUSING, role_faults
from pendopo.kernel.errors import Denied

STANDING: Final = frozenset({"service", "technical", "mall"})
# What a condition may look at: the fee in whole rupiah (0 free, -1 not yet known), whether the service is inspected, the answers.
SAMPLES: Final = tuple(
    {"fee_idr": fee, "inspection": seen} for fee in (-1, 0, 1, 150_000) for seen in (True, False)
)
VARIABLES: Final = frozenset({"fee_idr", "inspection", "answers"})
# Steps that can end the work.
ENDING: Final = frozenset(
    {"hand_over", "signing", "numbering", "forward", "automatic", "completeness", "verification"}
)
TOLERANCE: Final = 0.001


def problems(city: City) -> Iterator[Problem]:
    """Yield what is wrong with the procedures themselves; those in which nothing is wrong are walked as services run through them."""
    sheet = city.sheets.get("procedures")
    broken = set()
    for name, procedure in city.part("procedures").items():
        assert sheet is not None
        for keys, message in faults(procedure, set(city.agencies)):
            broken.add(name)
            yield sheet.problem((name, *keys), f"{name}: {message}")
    yield from procedures_proof.problems(city, broken)


def faults(procedure: Mapping[str, Any], agencies: set[str]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield (keys, message) for each fault of one procedure."""
    steps = procedure["steps"]
    for name, count in Counter(step["id"] for step in steps).items():
        if count > 1:
            yield ("steps",), f"the step {name!r} stands twice"
    for index, step in enumerate(steps):
        for key, message in _step_faults(step, agencies):
            yield ("steps", index, key), f"step {step['id']}: {message}"
    yield from (
        (("steps", index, "role"), f"step {steps[index]['id']}: {message}")
        for index, message in role_faults(procedure)
    )
    yield from _graph_faults(steps)
    yield from _share_faults(steps)
    yield from _branch_faults(steps)


def _step_faults(step: Mapping[str, Any], agencies: set[str]) -> Iterator[tuple[str, str]]:
    for key in ("role", "agency"):
        if not step.get(key):
            yield key, f"has no {key}"
    if step.get("share_of_deadline") is None:
        yield "share_of_deadline", "has no share of the deadline (0 is a share)"
    if step.get("agency") and step["agency"] not in STANDING | agencies:
        yield "agency", f"there is no agency {step['agency']!r} (or write service, technical or mall)"
    if step.get("when"):
        yield from (("when", message) for message in _condition_faults(step["when"]))


def _condition_faults(expression: str) -> Iterator[str]:
    try:
        unknown = roots_in(expression) - VARIABLES
    except BadExpression as error:
        yield f"the condition {error}"
        return
    if unknown:
        yield f"the condition names {', '.join(sorted(unknown))}; it may use {', '.join(sorted(VARIABLES))}"
        return
    for sample in SAMPLES if "answers" not in expression else ():
        try:
            condition(expression, sample)
        except Denied as error:
            yield f"the condition cannot be worked out for {sample}: {error}"
            return


def _graph_faults(steps: list[Mapping[str, Any]]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    known = {step["id"] for step in steps}
    after = {step["id"]: set(step.get("after") or []) for step in steps}
    for index, step in enumerate(steps):
        for name in sorted(after[step["id"]] - known):
            yield ("steps", index, "after"), f"step {step['id']}: comes after {name!r}, which is no step"
    reached: set[str] = set()
    while more := {
        name for name, before in after.items() if name not in reached and before & known <= reached
    }:
        reached |= more
    for index, step in enumerate(steps):
        if step["id"] not in reached:
            yield ("steps", index), f"step {step['id']}: is never reached, because it waits for itself"
    yield from _end_faults(steps)


def _end_faults(steps: list[Mapping[str, Any]]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    followed = {name for step in steps for name in step.get("after") or []}
    for index, step in enumerate(steps):
        if step["id"] not in followed and step["kind"] not in ENDING:
            message = (
                f"step {step['id']}: nothing follows, and a step of kind {step['kind']} cannot be the end"
            )
            yield ("steps", index), message
    if not any(step["kind"] in REFUSING for step in steps):
        yield ("steps",), "there is no step at which an application can be refused"


def _share_faults(steps: list[Mapping[str, Any]]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    total = sum(step.get("share_of_deadline") or 0 for step in steps)
    if abs(total - 1) > TOLERANCE:
        yield ("steps",), f"the shares of the deadline make {total:g}, not 1"


def _branch_faults(steps: list[Mapping[str, Any]]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Steps of one kind after the same steps, all with conditions, are branches: exactly one of them must hold."""
    groups: dict[tuple[str, tuple[str, ...]], list[Mapping[str, Any]]] = defaultdict(list)
    for step in steps:
        groups[step["kind"], tuple(sorted(step.get("after") or []))].append(step)
    for group in groups.values():
        if len(group) > 1 and all(step.get("when") for step in group):
            index = steps.index(group[0])
            for sample in SAMPLES:
                held = _held(group, sample)
                if held is not None and held != 1:
                    names = ", ".join(step["id"] for step in group)
                    yield (
                        ("steps", index, "when"),
                        f"of the branches {names}, {held} hold for {sample}; exactly one must",
                    )
                    break


def _held(group: list[Mapping[str, Any]], sample: Mapping[str, Any]) -> int | None:
    """How many branches hold; ``None`` when they look at answers, which only a service knows."""
    try:
        return sum(condition(step["when"], sample) for step in group)
    except Denied:
        return None


def of_service(placed: Placed, city: City) -> Iterator[Problem]:
    """Yield what is wrong between one service and its procedure."""
    service = placed.data
    procedure = city.part("procedures").get(service["procedure"])
    if procedure is None:
        return
    technical = [step["id"] for step in procedure["steps"] if step.get("agency") == "technical"]
    if technical and not service.get("technical_agency"):
        message = f"{service['id']}: the step {technical[0]!r} needs a technical_agency"
        yield placed.problem(message, "procedure")
    if not city.operator and any(step.get("agency") == "mall" for step in procedure["steps"]):
        yield placed.problem(
            f"{service['id']}: a step is the mall's, but region.yaml has no operator_agency", "procedure"
        )
