"""The bench itself: names, shapes and arithmetic. Nothing here measures."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench import load, pgbench
from bench.harness import (
    Result,
    Target,
    alternate,
    at_least,
    at_most,
    bench,
    compared,
    discover,
    percentile,
    significant,
    table,
)
from bench.samples import sample
from bench.suite.pages import loaded_by
from bench.turns import cpu_seconds, descendants, in_turns, rates

ROOT = Path(__file__).resolve().parents[2]
KEYS = {"name", "value", "unit", "floor", "ratio", "conditions"}


def test_every_bench_has_a_name_and_says_what_it_measures() -> None:
    benches = discover()
    assert {
        "submit",
        "advance",
        "search",
        "status",
        "status-server",
        "pages",
        "memory",
        "documents",
        "check",
    } <= set(benches)
    assert all(name == b.name and b.what for name, b in benches.items())


def test_two_benches_cannot_share_a_name() -> None:
    discover()
    with pytest.raises(ValueError, match="two benches"):
        bench("submit", "again")(lambda _place: Result("submit", 1, "x"))


def test_a_result_prints_exactly_its_six_keys() -> None:
    row = compared("x", 50.123456, "things/s", 200, clients=16).as_dict()
    assert set(json.loads(json.dumps(row))) == KEYS
    assert (row["value"], row["floor"], row["ratio"]) == (50.12, 200, 0.2506)
    assert row["conditions"] == {"clients": 16}


def test_without_a_floor_there_is_no_ratio() -> None:
    row = Result("x", 3.0, "kB").as_dict()
    assert row["floor"] is None
    assert row["ratio"] is None


@pytest.mark.parametrize(
    ("percent", "expected"), [(0, 1), (1, 1), (50, 50), (95, 95), (99.5, 100), (100, 100)]
)
def test_percentile_is_the_nearest_rank(percent: float, expected: int) -> None:
    assert percentile(range(100, 0, -1), percent) == expected


def test_percentile_of_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 50)


def test_turns_alternate_and_the_first_does_not_count() -> None:
    seen: list[str] = []
    values = iter([1000.0, 1.0, 10.0, 2.0, 30.0, 3.0, 20.0, 9.0])

    def turn(name: str) -> float:
        seen.append(name)
        return next(values)

    assert alternate(lambda: turn("floor"), lambda: turn("product")) == (20.0, 3.0)
    assert seen == ["floor", "product"] * 4


def test_rates_are_compared_by_medians() -> None:
    def served(times: list[float]) -> load.Served:
        return load.Served(len(times) / 2, tuple(times), {"200": len(times)})

    floor, product = in_turns(lambda: served([1.0] * 8), lambda: served([4.0, 8.0]))
    row = rates("x", "1/s", floor, product, clients=1).as_dict()
    assert (row["value"], row["floor"], row["ratio"]) == (1, 4, 0.25)
    assert (row["conditions"]["p50_ms"], row["conditions"]["p95_ms"]) == (4.0, 8.0)


def test_promises_are_kept_or_not() -> None:
    assert at_least(0.15).is_met(compared("x", 15, "", 100))
    assert not at_least(0.15).is_met(compared("x", 14, "", 100))
    assert not at_least(0.15).is_met(Result("x", 15, ""))
    assert at_most(60).is_met(Result("x", 60, "kB"))
    assert str(Target("ratio", ">=", 0.15)) == "ratio >= 0.15"


def test_the_table_names_what_is_missed() -> None:
    shown = table([compared("submit", 1, "x/s", 100), Result("pages", 12, "kB")], discover())
    submit, pages = shown.splitlines()[1:3]
    assert submit.endswith("NO")
    assert pages.endswith("yes")


@pytest.mark.parametrize(
    ("number", "shown"), [(0.0, 0.0), (0.123456, 0.1235), (1234.567, 1235), (None, None)]
)
def test_numbers_are_rounded_to_what_they_are_worth(number: float | None, shown: float | None) -> None:
    assert significant(number) == shown


def test_statements_become_a_script_with_variables() -> None:
    statement = pgbench.Statement("SELECT f(%s, %s, %s) WHERE a LIKE 'x%%'", [1, None, {"a": "it's"}])
    script = pgbench.Script([statement], instead={0: "gen_random_uuid()"})
    assert script.text == "SELECT f(gen_random_uuid(), NULL, :v2) WHERE a LIKE 'x%';\n"
    assert script.variables == {"v2": '{"a": "it\'s"}'}


def test_named_parameters_are_bound_by_name() -> None:
    script = pgbench.Script(
        [pgbench.Statement("SELECT %(b)s, %(a)s", {"a": True, "b": ["x", "y z"]})], prefix="q"
    )
    assert script.text == "SELECT :q0, :q1;\n"
    assert script.variables == {"q0": '{"x","y z"}', "q1": "true"}


def test_samples_fit_their_questions() -> None:
    schema = {
        "required": ["name", "nik", "born", "sure", "kind", "many"],
        "properties": {
            "name": {"type": "string", "minLength": 1}, "nik": {"type": "string", "pattern": "^[0-9]{16}$"},
            "born": {"type": "string", "format": "date"}, "sure": {"const": True}, "kind": {"enum": ["a", "b"]},
            "many": {"type": "integer", "minimum": 100}, "left": {"type": "string"},
        },
    }  # fmt: skip
    answers = sample(schema)
    assert set(answers) == set(schema["required"])
    assert (answers["nik"], answers["born"], answers["sure"], answers["kind"], answers["many"]) == (
        "2171105708950002", "1994-08-17", True, "a", 120,
    )  # fmt: skip


def test_a_question_nothing_fits_is_named() -> None:
    with pytest.raises(ValueError, match="nothing at hand fits odd"):
        sample({"required": ["odd"], "properties": {"odd": {"type": "string", "pattern": "^zzz$"}}})


def test_a_page_loads_its_assets_but_not_its_links() -> None:
    html = """<link rel="canonical" href="/x/"><link rel=stylesheet href=/s.css><script src="/e.js" defer></script>
    <img src="data:image/png;base64,x"><a href="/other/">x</a><svg><use href="#i"/></svg>"""
    assert loaded_by(html, is_style=False) == ["/s.css", "/e.js"]
    assert loaded_by("a{background:url('/i.svg')}b{background:url(data:x)}", is_style=True) == ["/i.svg"]


def test_an_answer_is_whole_when_its_length_has_come() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 5"
    assert load._length(head, b"abc") == 5
    assert load._length(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked", b"3\r\nabc\r\n") > 8
    assert load._length(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked", b"3\r\nabc\r\n0\r\n\r\n") == 13


def test_what_we_start_counts_as_ours() -> None:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(30)"])
    try:
        assert {os.getpid(), child.pid} <= set(descendants(os.getpid()))
        assert cpu_seconds(os.getpid()) > 0
    finally:
        child.kill()
        child.wait()


def test_the_list_needs_no_database() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--list"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "submit" in done.stdout
    assert "ratio >= 0.15" in done.stdout


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench", "speed"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "no bench is called speed; there are: advance" in done.stderr
