"""Every code has words, and an unknown one still says something useful."""

import pytest
from django.utils import translation

from pendopo.web import words

KINDS = {"neutral", "info", "good", "warn", "bad"}


def test_every_state_has_a_word_and_a_kind() -> None:
    assert set(words.STATES) == set(words.STATE_KINDS)
    assert set(words.STATE_KINDS.values()) <= KINDS


def test_words_follow_the_language() -> None:
    assert str(words.state("rejected")) == "Ditolak"
    with translation.override("en"):
        assert str(words.state("rejected")) == "Rejected"
        assert str(words.denied("stale")).startswith("Someone changed")


def test_unknown_codes_are_answered() -> None:
    assert words.denied("never_heard_of") == words.REFUSED
    assert words.state_kind("never_heard_of") == "neutral"


@pytest.mark.parametrize(
    ("code", "conflict"),
    [
        ("stale", True),
        ("not_in_this_state", True),
        ("already_paid", True),
        ("not_yours", False),
        ("wrong_role", False),
    ],
)
def test_a_thing_that_moved_on_is_a_conflict(code: str, conflict: bool) -> None:
    assert words.is_conflict(code) is conflict
