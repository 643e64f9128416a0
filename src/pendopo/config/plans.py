"""`./pendopo plan`: the way to a goal on the terminal, or as JSON for programs. Reads the loaded catalogue; holds nothing."""

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict
from textwrap import indent

from pendopo.catalogue.api import Goal, How, Plan, get_goal, list_goals, plan
from pendopo.config.trouble import Trouble
from pendopo.kernel import clock
from pendopo.kernel.errors import Invalid, NotFound
from pendopo.kernel.money import rupiah
from pendopo.region.api import calendar
from pendopo.web.environment import day


def run(options: argparse.Namespace) -> None:
    """List the goals, or print one plan. Raises: Trouble with the mend when there is no such goal or an answer is missing."""
    if options.list or not options.goal:
        print("\n".join(f"{goal.id:<24} {goal.name}" for goal in list_goals()))
        return
    try:
        made = plan(
            [options.goal],
            answers=dict(options.answer),
            on=options.on or clock.today(),
            calendar=calendar(),
        )
    except NotFound:
        raise Trouble(f"there is no goal or service {options.goal!r}", "./pendopo plan --list") from None
    except Invalid as wrong:
        raise Trouble(_told(get_goal(options.goal), wrong), _mend(options.goal)) from None
    if options.json:
        print(json.dumps(asdict(made), default=str, ensure_ascii=False, indent=1))
    else:
        print("\n".join(shown(made)))


def _mend(goal: str) -> str:
    return f"./pendopo plan {goal} --answer QUESTION=OPTION, once for each question"


def _told(goal: Goal, wrong: Invalid) -> str:
    """What is wrong with each answer, and what may be answered."""
    lines = [message for name, message in wrong.errors.items() if name == "answers"]
    for question in goal.questions:
        if question.id in wrong.errors:
            options = "\n".join(
                f"{question.id}={option.value:<16} {option.name}" for option in question.options
            )
            lines.append(f"{question.name} {wrong.errors[question.id]}\n{indent(options, '  ')}")
    return "the answers choose no plan\n" + "\n".join(lines)


def shown(made: Plan) -> Iterator[str]:
    """A plan as lines of plain text."""
    names = {part.service_id: part.name for part in made.parts}
    yield f"{len(made.parts)} layanan dari {len(made.agencies)} instansi, selesai paling cepat {day(made.finish_on)}"
    yield f"({made.working_days} hari kerja bila diajukan {day(made.on)}{', perkiraan' if made.is_estimate else ''})"
    for number, wave in enumerate(made.waves, 1):
        yield f"\nTahap {number}"
        for part in map(made.part, wave):
            mark = "*" if part.critical else " "
            every = f", {part.calendar_days} hari kalender" if part.calendar_days is not None else ""
            yield f" {mark} {part.starts_on} - {part.due_on}  {part.name} [{part.service_id}{every}]"
            yield f"      {part.agency_name}{f' ({part.competence})' if part.competence else ''}"
            if part.needs:
                yield f"      setelah: {'; '.join(names[need] for need in part.needs)}"
    yield "\n * menentukan tanggal selesai"
    yield f"\nBiaya yang diketahui: {rupiah(made.total_idr)}; belum diketahui: {made.open_fees}"
    for line in made.fee_lines:
        amount = "?" if line.amount_idr is None else rupiah(line.amount_idr)
        yield f"   {amount:>16}  {line.name} - {names[line.service_id]} ({line.legal_basis or 'dasar hukum belum dikonfirmasi'})"
    bring = [document for document in made.papers if document.how is How.BRING and document.required]
    yield f"\nDokumen yang disiapkan: {len(bring)}"
    yield from (f"   {document.name}" for document in bring)
    yield f"\nPertanyaan di formulir, masing-masing sekali: {len(made.questions)}"
