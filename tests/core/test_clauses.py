"""Interpretations: defaults, choices, and what is said of a wrong one."""

import pytest

from fiskil_harness.core.clauses import Interpretations, clauses, parse, switches
from fiskil_harness.errors import ConfigError, UnknownName


def test_defaults_rule_unless_chosen() -> None:
    """Whoever chooses nothing gets the best supported reading of every doubtful clause."""
    assert Interpretations().of("token.lifetime") == "900"
    assert Interpretations({"token.lifetime": "3600"}).of("token.lifetime") == "3600"
    assert Interpretations().chosen == {}


def test_choices_are_those_that_differ() -> None:
    """A default that is spelt out is no choice."""
    chosen = {"token.lifetime": "3600", "auth-session.expires-at": "seconds"}

    assert Interpretations(chosen).chosen == {"token.lifetime": "3600"}


def test_later_choices_go_over_earlier() -> None:
    """A scenario's interpretations go over those of the config."""
    earlier = Interpretations({"token.lifetime": "3600", "auth-session.expires-at": "rfc3339"})

    assert earlier.but({"token.lifetime": "900"}).chosen == {"auth-session.expires-at": "rfc3339"}


def test_readings_compare_by_what_rules() -> None:
    """Two ways to say the same are equal."""
    assert Interpretations({"token.lifetime": "900"}) == Interpretations()
    assert Interpretations({"token.lifetime": "3600"}) != Interpretations()


def test_unknown_clause_names_nearest() -> None:
    """A slip in a clause is answered with the nearest one."""
    with pytest.raises(
        UnknownName, match=r"No clause with interpretations 'token.lifetim' .* Did you mean 'token.lifetime'\?"
    ):
        Interpretations({"token.lifetim": "900"})


def test_unknown_choice_names_nearest() -> None:
    """A slip in a choice is answered with the nearest one and all of them."""
    with pytest.raises(
        UnknownName, match=r"No interpretation '90' in clause token.lifetime. Did you mean '900'\? Known: 3600, 900."
    ):
        Interpretations({"token.lifetime": "90"})


def test_certain_clause_cannot_be_chosen() -> None:
    """What is documented has one reading only."""
    with pytest.raises(ConfigError, match=r"'token\.exchange' is documented and has one interpretation only"):
        Interpretations({"token.exchange": "other"})


def test_asking_for_unknown_clause_is_an_error() -> None:
    """Code that asks for a clause which nobody wrote down is told so."""
    with pytest.raises(UnknownName, match=r"Did you mean 'token\.lifetime'"):
        Interpretations().of("token.lifetimes")


def test_texts_are_read() -> None:
    """The command line says clause=choice, as often as it likes."""
    assert parse(["token.lifetime=3600", " auth-session.expires-at = rfc3339 "]) == {
        "token.lifetime": "3600",
        "auth-session.expires-at": "rfc3339",
    }


def test_text_without_choice_is_refused() -> None:
    """A clause alone chooses nothing; the complaint shows one that would."""
    with pytest.raises(ConfigError, match=r"Write clause=choice, for instance token.lifetime=3600\."):
        parse(["token.lifetime"])


def test_two_choices_of_one_clause_are_refused() -> None:
    """Which of two would rule is not guessed."""
    with pytest.raises(ConfigError, match="'900' and '3600'"):
        parse(["token.lifetime=900", "token.lifetime=3600"])


def test_switches_have_a_choice() -> None:
    """A clause with one reading is no switch."""
    assert "token.lifetime" in switches()
    assert all(len(clause.interpretations) > 1 for clause in switches().values())
    assert set(switches()) < set(clauses())
