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
from pendopo.applications.actions.drafts import save, start
from pendopo.applications.actions.filing import check_form, file, submit
from pendopo.applications.actions.inspecting import minutes_kind, on_inspected
from pendopo.applications.actions.issuing import draft_paper, issue_provisional, on_provisional_wanted
from pendopo.applications.actions.measures import ask_revocation, impose
from pendopo.applications.actions.purposes import begin_purpose
from pendopo.applications.actions.reacting import (
    ask_registers,
    on_bill_settled,
    on_decided,
    on_submitted,
)
from pendopo.applications.actions.releasing import release_steps
from pendopo.applications.actions.revealing import show_niks
from pendopo.applications.actions.reviewing import (
    ask_person,
    on_sample_decided,
    review,
    switch_rule,
    want_person,
)
from pendopo.applications.actions.telling import (
    on_appeal_decided,
    on_correction_requested,
    on_deadlines_moved,
    on_deadlines_warned,
    on_document_expiring,
    on_inspection_scheduled,
    on_overridden,
    on_rule_stopped,
    on_step_reassigned,
)

__all__ = [
    "advance",
    "ask_person",
    "ask_registers",
    "ask_revocation",
    "begin_purpose",
    "change_calendar",
    "change_hours",
    "check_form",
    "decide_appeal",
    "draft_paper",
    "file",
    "impose",
    "issue_provisional",
    "minutes_kind",
    "object_to_measure",
    "object_to_refusal",
    "on_appeal_decided",
    "on_bill_settled",
    "on_correction_requested",
    "on_deadlines_moved",
    "on_deadlines_warned",
    "on_decided",
    "on_document_expiring",
    "on_inspected",
    "on_inspection_scheduled",
    "on_overridden",
    "on_provisional_wanted",
    "on_rule_stopped",
    "on_sample_decided",
    "on_step_reassigned",
    "on_submitted",
    "recount",
    "release_steps",
    "renew_bill",
    "resubmit",
    "review",
    "save",
    "show_niks",
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
