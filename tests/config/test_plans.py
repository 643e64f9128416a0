"""`./pendopo plan`: goals listed, plans printed readably and as JSON, mistakes answered with the mend."""

import json
from datetime import date

import pytest

from pendopo.config import plans
from pendopo.config.cli import parse
from pendopo.config.trouble import Trouble

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]


def run(*arguments: str) -> None:
    plans.run(parse(["plan", *arguments]))


def test_goals_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    run("--list")
    assert len(capsys.readouterr().out.splitlines()) >= 25


def test_a_plan_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    run("bayi-lahir", "--answer", "kartu_anak=ya", "--on", "2026-11-23")
    told = capsys.readouterr().out
    assert told.startswith("4 layanan dari 2 instansi, selesai paling cepat ")
    assert "setelah: Akta kelahiran" in told


def test_a_plan_is_data_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    run("bayi-lahir", "--answer", "kartu_anak=tidak", "--on", "2026-11-23", "--json")
    made = json.loads(capsys.readouterr().out)
    assert made["on"] == "2026-11-23"
    assert date.fromisoformat(made["finish_on"]) > date(2026, 11, 23)
    assert made["waves"][0] == [part["service_id"] for part in made["parts"] if part["wave"] == 1]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["buka-kapal"], "no goal or service 'buka-kapal'"),
        (["bayi-lahir"], "kartu_anak=ya"),
        (["bayi-lahir", "--answer", "kartu_anak=mungkin"], "kartu_anak=tidak"),
    ],
)
def test_mistakes_come_with_the_mend(arguments: list[str], words: str) -> None:
    with pytest.raises(Trouble) as refused:
        run(*arguments)
    assert words in str(refused.value)
    assert "./pendopo plan" in str(refused.value)


@pytest.mark.parametrize("odd", [["--on", "besok"], ["--answer", "ya"]])
def test_odd_options_are_refused(odd: list[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["plan", "bayi-lahir", *odd])
