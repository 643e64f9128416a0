"""All writes to applications. Read, decide in rules.py, write with one SQL statement that refuses when somebody was faster."""

from pendopo.applications.actions.acting import advance, renew_bill, resubmit, withdraw
from pendopo.applications.actions.appeals import (
    decide_appeal,
    object_to_measure,
    object_to_refusal,
    sweep_appeals,
    take_up_appeal,
    withdraw_appeal,
)
from pendopo.applications.actions.clock import change_calendar, change_hours, recount
from pendopo.applications.actions.clock_silence import sweep_deadlines, warn_deadlines
from pendopo.applications.actions.filing import file, save, start, submit
from pendopo.applications.actions.inspecting import minutes_kind, on_inspected
from pendopo.applications.actions.issuing import issue_provisional, on_provisional_wanted
from pendopo.applications.actions.measures import ask_revocation, impose
from pendopo.applications.actions.purposes import begin_purpose
from pendopo.applications.actions.reacting import on_bill_settled, on_decided, on_submitted
from pendopo.applications.actions.releasing import release_steps
from pendopo.applications.actions.reviewing import (
    ask_person,
    on_sample_decided,
    review,
    switch_rule,
    want_person,
)

__all__ = [
    "advance",
    "ask_person",
    "ask_revocation",
    "begin_purpose",
    "change_calendar",
    "change_hours",
    "decide_appeal",
    "file",
    "impose",
    "issue_provisional",
    "minutes_kind",
    "object_to_measure",
    "object_to_refusal",
    "on_bill_settled",
    "on_decided",
    "on_inspected",
    "on_provisional_wanted",
    "on_sample_decided",
    "on_submitted",
    "recount",
    "release_steps",
    "renew_bill",
    "resubmit",
    "review",
    "save",
    "start",
    "submit",
    "sweep_appeals",
    "sweep_deadlines",
    "switch_rule",
    "take_up_appeal",
    "want_person",
    "warn_deadlines",
    "withdraw",
    "withdraw_appeal",
]
