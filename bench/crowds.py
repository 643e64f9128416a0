"""Prepare one city, file the moulds, fill a database of each size named on the command line. A process of its own: see ``place.filled``.

Standard error tells what takes how long; the last line of standard output is JSON with what clients need: addresses of the databases,
tokens, cookies, answers, and the applications that belong to the citizen.
"""

import json
import os
import subprocess
import sys
import time
from typing import Any
from urllib.parse import urlencode

import psycopg

from bench import crowd, moulds
from bench.place import CITIZEN, CITY, ROOT, session_of
from bench.samples import paper, sample

SERVICE = "dpmptsp-pemakaman"  # six acts of five officers at two agencies; its levy was abolished by law, so the assessed fee is 0
DESK = "petugas@{agency}.demo.local"
ROLES = {
    "front_officer": "loket@dpmptsp.demo.local", "back_officer": "verifikasi@dpmptsp.demo.local",
    "technical_team": "petugas@perkimtan-batam.demo.local", "section_head": "kabid@dpmptsp.demo.local",
    "signatory": "kepala@dpmptsp.demo.local",
}  # fmt: skip


def main(sizes: list[int]) -> None:
    started = time.perf_counter()
    command = [sys.executable, "-m", "pendopo.config.prepare", os.environ["PENDOPO_DATA"], str(CITY), "demo"]
    subprocess.run(command, cwd=ROOT, stdout=sys.stderr, check=True)
    import django

    django.setup()
    from pendopo.catalogue.api import get_service, list_cards
    from pendopo.identity.api import User, actor_of_person, person_of_user
    from pendopo.kernel import clock

    person = person_of_user(User.objects.get(email=CITIZEN))
    assert person is not None
    citizen = actor_of_person(person)
    cast = moulds.make([card.id for card in list_cards()], by=citizen, today=clock.today())
    version = get_service(SERVICE)
    told: dict[str, Any] = {
        "service": SERVICE, "answers": sample(version.content["form"]["schema"], paper(citizen)),
        "citizen": session_of(CITIZEN), "officer": session_of(ROLES["front_officer"]), "seconds": {}, "urls": {}, "own": {},
        "moulds": {"count": len(cast), "seconds": round(time.perf_counter() - started, 1)},
    }  # fmt: skip
    _say(
        f"{len(cast)} moulds of {len({m.service_id for m in cast})} services after {told['moulds']['seconds']} s"
    )
    for size in sizes:
        told["urls"][size] = url = _copied(size)
        spent = crowd.fill(lambda url=url: psycopg.connect(url), cast, size, citizen=person.id)  # type: ignore[misc]
        told["seconds"][size] = spent
        told["own"][size] = _own(url, person.id)
        _say(f"{size} applications in {sum(spent.values()):.1f} s: {spent}")
    told["tokens"], told["plans"] = _tokens(citizen), _plans()
    print(json.dumps(told))


def _say(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)


def _copied(size: int) -> str:
    """A copy of the prepared database, its address."""
    from django.db import connections

    connections.close_all()
    connections["default"].close_pool()  # type: ignore[attr-defined]
    url = os.environ["DATABASE_URL"]
    with psycopg.connect(
        url.replace("/pendopo", "/postgres").replace("//postgres:", "//pendopo:"), autocommit=True
    ) as db:
        db.execute(f"CREATE DATABASE crowd_{size} TEMPLATE pendopo")  # a number
    return f"{url.rpartition('/')[0]}/crowd_{size}"


def _own(url: str, person_id: Any) -> list[str]:
    with psycopg.connect(url) as db:
        found = db.execute(
            "SELECT id FROM applications_application WHERE applicant_id = %s ORDER BY id LIMIT 100",
            [person_id],
        )
        return [str(row[0]) for row in found]


def _tokens(citizen: Any) -> dict[str, str]:
    from pendopo.config.tokens import token_for
    from pendopo.identity.api import Actor, ActorKind, User

    staff = {
        role: token_for(Actor(ActorKind.STAFF, user.id, user.display_name))
        for role, email in ROLES.items()
        for user in [User.objects.get(email=email)]
    }
    return {"citizen": token_for(citizen), **staff}


def _plans() -> list[str]:
    """Addresses of the plan of every goal that the first answer to each question makes: dozens of goals, the largest too."""
    from pendopo.catalogue.api import list_goals, plan
    from pendopo.kernel import clock
    from pendopo.kernel.errors import Denied, Invalid
    from pendopo.region.api import calendar

    links = []
    for goal in list_goals():
        answers = {question.id: question.options[0].value for question in goal.questions if question.options}
        try:
            plan([goal.id], answers=answers, on=clock.today(), calendar=calendar())
        except (Denied, Invalid):
            continue
        links.append(f"/rencana/{goal.id}/?{urlencode(answers)}")
    return links


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]])
