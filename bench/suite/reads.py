"""What people wait for: search results and the status of their application. Printed beside what their SQL alone takes."""

from dataclasses import replace
from pathlib import Path
from statistics import median
from urllib.parse import quote

import yaml

from bench import load, pgbench
from bench.harness import ROUNDS, Result, at_most, bench, percentile
from bench.place import ROOT, Place
from bench.turns import in_turns, times

CLIENTS, SECONDS = 16, 3
QUERIES = ROOT / "tests" / "catalogue" / "search_eval.yaml"


def _queries(path: Path = QUERIES) -> list[str]:
    """Queries as citizens type them."""
    return [row["q"] for row in yaml.safe_load(path.read_text(encoding="utf-8"))]


def _read(
    place: Place, name: str, scripts: list[pgbench.Script], requests: list[str], *, clients: int, percent: float, **said: object
) -> Result:  # fmt: skip
    floor, product = in_turns(
        lambda: pgbench.run(place.database_url, scripts, clients=clients, seconds=SECONDS),
        lambda: load.drive(place.web, requests, clients=clients, seconds=SECONDS, expect=200),
    )
    rounds = f"{ROUNDS} of {SECONDS} s each, in turns, medians"
    return times(name, percent, floor, product, clients=clients, rounds=rounds, **said)


@bench("search", "p95 of the search page at 16 clients, beside its SQL")
def search(place: Place) -> Result:
    assert place.ready
    from pendopo.catalogue.api import SEARCH_SQL, terms
    from pendopo.kernel import clock

    queries = _queries()
    chosen = queries[:: max(1, len(queries) // 30)]
    scripts = [
        pgbench.Script(
            [pgbench.Statement(SEARCH_SQL, {"terms": terms(query), "limit": 20, "today": clock.today()})],
            prefix=f"q{number}_",
        )
        for number, query in enumerate(chosen)
    ]
    requests = [load.get(place.web, f"/layanan/?q={quote(query)}") for query in chosen]
    return _read(
        place,
        "search",
        scripts,
        requests,
        clients=CLIENTS,
        percent=95,
        queries=len(chosen),
        floor_is="pgbench, SEARCH_SQL",
    )


@bench("status", "p95 of the status page at 16 clients, beside its SQL")
def status(place: Place) -> Result:
    return _status(place, "status", clients=CLIENTS, percent=95)


@bench("status-server", "median time the server takes for the status page at one client", at_most(4))
def status_server(place: Place) -> Result:
    request, script, said = _status_page(place)
    floor, product = in_turns(
        lambda: pgbench.run(place.database_url, [script], clients=1, seconds=SECONDS),
        lambda: load.drive(place.web, [request], clients=1, seconds=SECONDS, expect=200),
    )
    result = times(
        "status-server",
        50,
        floor,
        product,
        clients=1,
        rounds=f"{ROUNDS} of {SECONDS} s each, in turns, medians",
        **said,
    )
    value = median(percentile(served.server_ms, 50) for served in product.rounds)
    said_of_value = "Server-Timing: from the request as it came in to the answer as it goes out, gzip included; p50_ms is the client's"
    return replace(
        result,
        value=value,
        ratio=value / floor.at(50),
        conditions=result.conditions | {"value_is": said_of_value},
    )


def _status(place: Place, name: str, *, clients: int, percent: int) -> Result:
    request, script, said = _status_page(place)
    return _read(
        place, name, [script], [request], clients=clients, percent=percent,
        value_is="measured by the client: network on this machine, HTTP and gzip included", **said,
    )  # fmt: skip


def _status_page(place: Place) -> tuple[str, pgbench.Script, dict[str, object]]:
    """The request, its statements, and what to say of them."""
    assert place.ready
    path = f"/permohonan/{place.file()}/"
    _ask_in_process(place, path)  # fills what the process remembers
    with pgbench.recorded() as sent:
        _ask_in_process(place, path)
    said = {
        "statements": len(sent),
        "floor_is": f"pgbench, the {len(sent)} statements of the page, session and account included",
    }
    return load.get(place.web, path, Cookie=place.cookie), pgbench.Script(sent), said


def _ask_in_process(place: Place, path: str) -> None:
    """The page by Django's own test client."""
    from django.test import Client

    client = Client(headers={"host": f"127.0.0.1:{place.port}", "cookie": place.cookie})
    answer = client.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answered {answer.status_code}")
