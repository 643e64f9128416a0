"""Goals are proven before they are loaded, each fault at its line; loaded goals are planned, and old links are told so."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.utils import translation

from pendopo.catalogue import api
from pendopo.catalogue.actions import check
from pendopo.kernel.errors import Invalid, NotFound
from pendopo.region.api import Calendar
from tests.catalogue import city

BUNDLES = "bundles.yaml"
ON = date(2026, 11, 23)
CALENDAR = Calendar({}, 2026, 2027)
CONTRADICTION = "    contradictions:\n    - {when: '%s', says: Tidak mungkin., says_en: Impossible.}\n"

# (the only occurrence of, replaced by, what the reported line holds, words of the message)
BROKEN = [
    ("- id: laik-sehat", "- id: laik-x", "laik-x", "no service 'laik-x'"),
    ("[izin-dagang]", "[izin-x]", "izin-x", "no requirement 'izin-x'"),
    ("questions: [tempat]", "questions: [tempat, luas]", "questions: [tempat", "no question 'luas'"),
    ("questions: [tempat]", "questions: [tempat, tempat]", "questions: [tempat", "asked twice"),
    ("answers.tempat ==", "answers.luas ==", "answers.luas", "looks at luas"),
    ('answers.tempat == "pasar"', 'answers.tempat + "pasar"', "answers.tempat +", "gives"),
    ('answers.tempat == "pasar"', "answers.tempat ==", "answers.tempat ==", "does not compile"),
    ("- id: laik-sehat", "- {id: laik-sehat, when: 'answers.tempat == \"rumah\"'}", "    services:", "no service applies for tempat=pasar"),
    ("- id: laik-sehat", "- {id: laik-sehat, after: [surat-sehat]}", "after: [surat-sehat]", "service of this goal 'surat-sehat'"),
    ("- id: laik-sehat", "- {id: izin-dagang, after: [laik-sehat]}\n    - id: laik-sehat", "services:", "wait for each other"),
    ("category: business", "category: niaga", "category: niaga", "category"),
    ("say: [buka warung, warung]", "say: []", "say: []", "say"),
    ("    holds:\n    - {requirements: [izin-dagang], when: 'answers.tempat == \"pasar\"'}\n", "", "questions: [tempat]", "changes nothing"),
    ("    questions: [tempat]\n", "", "  tempat:", "asked by no goal"),
    ("    holds:\n", CONTRADICTION % 'answers.tempat in ["pasar", "rumah"]' + "    holds:\n", "contradictions:", "contradict each other"),
    ("goals:\n", "competence:\n- {agency: x-y, services: [laik-sehat], legal_basis: UU 1}\ngoals:\n", "agency: x-y", "no agency 'x-y'"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "where", "words"), BROKEN, ids=[f"{b[3]}" for b in BROKEN])
def test_a_broken_goal_is_reported_at_its_line(
    folder: Path, old: str, new: str, where: str, words: str
) -> None:
    city.edit(folder, BUNDLES, old, new)
    problems = check(folder)
    line = city.line_of(folder, BUNDLES, where)
    assert (BUNDLES, line) in [(p.path, p.line) for p in problems if words in p.message], [
        str(p) for p in problems
    ]


def test_a_child_s_paper_closes_no_circle(folder: Path) -> None:
    """The circle of test_check is none when the papers are about different people."""
    text = city.FILES["requirements.yaml"]
    more = "laik:\n  name: Laik sehat\n  kind: document\n  from_service: laik-sehat\n  subject: child\n"
    (folder / "requirements.yaml").write_text(text + more)
    city.edit(
        folder, "agencies/dinas-izin.yaml", "  - id: data-warung\n", "  - id: data-warung\n  - id: laik\n"
    )
    assert check(folder) == []
    city.edit(
        folder,
        "agencies/dinas-sehat.yaml",
        "  applicant: business\n",
        "  applicant: business\n  about: child\n",
    )
    assert "go round in a circle" in check(folder)[0].message


# --- loaded -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def loaded(folder: Path, db: None) -> Iterator[Path]:
    api.load(folder, by="system")
    with translation.override("id"):
        yield folder


def planned(**answers: str) -> api.Plan:
    return api.plan(["buka-warung"], answers=answers, on=ON, calendar=CALENDAR)


def test_goals_and_options_keep_the_order_of_the_folder(loaded: Path) -> None:
    (goal,) = api.list_goals("business")
    assert goal == api.get_goal("buka-warung")
    assert [option.value for option in goal.questions[0].options] == ["pasar", "rumah"]
    assert api.search_goals("mau buka warung") == [goal]


def test_a_loaded_goal_is_planned_with_the_current_versions(loaded: Path) -> None:
    made = planned(tempat="rumah")
    assert [part.service_id for part in made.parts] == ["izin-dagang", "laik-sehat"]
    assert made.parts[0].version_id == api.get_service("izin-dagang").id
    assert (made.working_days, made.finish_on) == (8, date(2026, 12, 3))
    assert [part.service_id for part in planned(tempat="pasar").parts] == ["laik-sehat"]


@pytest.mark.parametrize(
    ("answers", "question", "words"),
    [({}, "tempat", "belum dijawab"), ({"tempat": "kapal"}, "tempat", "tidak ada lagi di antara pilihan")],
)
def test_answers_that_choose_nothing_are_refused_in_words(
    loaded: Path, answers: dict[str, str], question: str, words: str
) -> None:
    with pytest.raises(Invalid) as refused:
        planned(**answers)
    assert words in refused.value.errors[question]


def test_contradictory_answers_are_refused_in_the_citys_words(loaded: Path) -> None:
    city.edit(loaded, BUNDLES, "    holds:\n", CONTRADICTION % 'answers.tempat == "rumah"' + "    holds:\n")
    api.load(loaded, by="system")
    with pytest.raises(Invalid) as refused:
        planned(tempat="rumah")
    assert refused.value.errors == {"tempat": "Tidak mungkin."}


def test_a_changed_catalogue_is_noticed_at_once(loaded: Path) -> None:
    before = planned(tempat="rumah")
    city.edit(loaded, "agencies/dinas-izin.yaml", "sla_working_days: 5", "sla_working_days: 9")
    api.load(loaded, by="system")
    after = planned(tempat="rumah")
    assert after.catalogue != before.catalogue
    assert after.working_days == before.working_days + 4


def test_a_goal_that_is_gone_is_not_found(loaded: Path) -> None:
    with pytest.raises(NotFound):
        api.get_goal("buka-kapal")
    with pytest.raises(NotFound):
        api.plan(["buka-kapal"], on=ON, calendar=CALENDAR)


def test_goals_survive_being_written_out(loaded: Path, tmp_path: Path) -> None:
    api.export(tmp_path / "out")
    text = (tmp_path / "out" / BUNDLES).read_text()
    assert text.index("pasar:") < text.index("rumah:")
