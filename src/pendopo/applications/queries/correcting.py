"""What became of an officer's remarks: each field that was to be corrected, as it was and as it is now."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pendopo.applications.models import Application
from pendopo.applications.queries.loading import open_value
from pendopo.applications.rules import Verb
from pendopo.kernel.events import Entry


@dataclass(frozen=True, slots=True)
class Correction:
    """One remarked field: why and by whom, what stood there and what stands there now. ``changed``: the applicant typed something else."""

    field: str
    reason: str
    note: str
    by_name: str
    old: Any
    new: Any

    @property
    def changed(self) -> bool:
        return bool(self.old != self.new)


def corrections_of(row: Application, entries: Iterable[Entry]) -> list[Correction]:
    """The remarks of the last round that the applicant has answered, with what came of each. The caller decides who may see."""
    asked, answered, rounds = [], [], 0
    for entry in entries:
        if entry.data.get("remarks"):
            asked += [(remark, str(entry.data.get("by_name", ""))) for remark in entry.data["remarks"]]
        elif entry.verb == Verb.RESUBMIT:
            asked, answered, rounds = [], asked, rounds + 1
    return [_correction(row, remark, by_name, rounds) for remark, by_name in answered]


def _correction(row: Application, remark: dict[str, str], by_name: str, round_no: int) -> Correction:
    """A field that was not touched in that round stands as it stood."""
    field = remark["field"]
    now = open_value(row.answers.get(field))
    kept = (row.before or {}).get(field)
    was = open_value(kept["was"]) if kept and kept["round"] == round_no else now
    return Correction(field, remark["reason"], remark.get("note", ""), by_name, was, now)
