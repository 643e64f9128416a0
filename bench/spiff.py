"""The six steps in SpiffWorkflow (LGPL-3; a dependency of the benches only), its whole state saved to PostgreSQL after every step.

The state is what SpiffWorkflow's own serializer makes of a process. Nothing else is written: no event, no answers, no news for others.
"""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg

BPMN = Path(__file__).parent / "permit.bpmn"
TABLE = "CREATE TABLE IF NOT EXISTS bench_engine (id uuid PRIMARY KEY, state jsonb NOT NULL, revision integer NOT NULL)"
FIRST = "INSERT INTO bench_engine VALUES (%s, %s, 1)"
NEXT = "UPDATE bench_engine SET state = %s, revision = revision + 1 WHERE id = %s AND revision = %s"


@cache
def _parts() -> tuple[Any, Any]:
    """The specification and the serializer, made once a process."""
    from SpiffWorkflow.bpmn.parser import BpmnParser
    from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer

    parser = BpmnParser()
    parser.add_bpmn_file(str(BPMN))
    return parser.get_spec("permit"), BpmnWorkflowSerializer()


@cache
def _connection(url: str) -> "psycopg.Connection[Any]":
    """A process's own, committing after each statement."""
    return psycopg.connect(url, autocommit=True, prepare_threshold=1)


def prepare(url: str) -> None:
    """Make the table."""
    with psycopg.connect(url) as db:
        db.execute(TABLE)


def runner(url: str, answers: dict[str, Any], *, restored: bool) -> Callable[[Any], None]:
    """A function that takes one process from start to end. ``restored``: read back before each step, as when each is another request."""

    def run(_item: Any) -> None:
        from SpiffWorkflow import TaskState
        from SpiffWorkflow.bpmn import BpmnWorkflow

        spec, serializer = _parts()
        db, process_id = _connection(url), uuid4()
        workflow = BpmnWorkflow(spec)
        workflow.do_engine_steps()
        workflow.data["answers"] = answers
        db.execute(FIRST, [process_id, serializer.serialize_json(workflow)])
        revision = 1
        while not workflow.is_completed():
            if restored:
                found = db.execute("SELECT state FROM bench_engine WHERE id = %s", [process_id]).fetchone()
                assert found is not None
                workflow = serializer.deserialize_json(json.dumps(found[0]))
            task = workflow.get_tasks(state=TaskState.READY, manual=True)[0]
            task.data["note"] = "Lengkap dan benar."
            task.run()
            workflow.do_engine_steps()
            db.execute(NEXT, [serializer.serialize_json(workflow), process_id, revision])
            revision += 1
        if revision != 7:
            raise RuntimeError(f"a process of six steps took {revision - 1}")

    return run
