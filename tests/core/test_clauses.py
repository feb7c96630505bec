"""Interpretations: defaults, choices, and the errors about invalid ones."""

import pytest

from fiskil_harness.core.clauses import Interpretations, clauses, parse, switches
from fiskil_harness.errors import ConfigError, UnknownName


def test_the_default_applies_unless_another_is_chosen() -> None:
    """Without a choice, each doubtful clause has its default interpretation."""
    assert Interpretations().of("token.lifetime") == "900"
    assert Interpretations({"token.lifetime": "3600"}).of("token.lifetime") == "3600"
    assert Interpretations().chosen == {}


def test_only_a_choice_that_differs_from_the_default_counts_as_chosen() -> None:
    """A default that is given explicitly is not in ``chosen``."""
    chosen = {"token.lifetime": "3600", "auth-session.expires-at": "seconds"}

    assert Interpretations(chosen).chosen == {"token.lifetime": "3600"}


def test_later_choices_replace_earlier_ones() -> None:
    """A scenario's interpretations take precedence over those of the config."""
    earlier = Interpretations({"token.lifetime": "3600", "auth-session.expires-at": "rfc3339"})

    assert earlier.with_chosen({"token.lifetime": "900"}).chosen == {"auth-session.expires-at": "rfc3339"}


def test_interpretations_are_equal_if_the_same_choices_apply() -> None:
    """An explicit default equals an omitted choice."""
    assert Interpretations({"token.lifetime": "900"}) == Interpretations()
    assert Interpretations({"token.lifetime": "3600"}) != Interpretations()


def test_an_unknown_clause_is_an_error_with_the_nearest_id() -> None:
    """The message suggests the nearest clause."""
    with pytest.raises(
        UnknownName, match=r"No clause with interpretations 'token.lifetim' .* Did you mean 'token.lifetime'\?"
    ):
        Interpretations({"token.lifetim": "900"})


def test_an_unknown_interpretation_is_an_error_with_the_nearest_one() -> None:
    """The message suggests the nearest interpretation and lists all of the clause."""
    with pytest.raises(
        UnknownName, match=r"No interpretation '90' in clause token.lifetime. Did you mean '900'\? Known: 3600, 900."
    ):
        Interpretations({"token.lifetime": "90"})


def test_a_certain_clause_has_no_choice() -> None:
    """Choosing an interpretation of a documented clause is an error."""
    with pytest.raises(ConfigError, match=r"'token\.exchange' is documented and has one interpretation only"):
        Interpretations({"token.exchange": "other"})


def test_reading_the_interpretation_of_an_unknown_clause_is_an_error() -> None:
    """The message suggests the nearest clause."""
    with pytest.raises(UnknownName, match=r"Did you mean 'token\.lifetime'"):
        Interpretations().of("token.lifetimes")


def test_texts_of_the_command_line_are_parsed() -> None:
    """Several ``clause=choice`` texts are accepted, with spaces around their parts."""
    assert parse(["token.lifetime=3600", " auth-session.expires-at = rfc3339 "]) == {
        "token.lifetime": "3600",
        "auth-session.expires-at": "rfc3339",
    }


def test_a_text_without_a_choice_is_refused() -> None:
    """A clause alone is an error, whose message shows a valid example."""
    with pytest.raises(ConfigError, match=r"Write clause=choice, for instance token.lifetime=3600\."):
        parse(["token.lifetime"])


def test_two_different_choices_of_one_clause_are_refused() -> None:
    """Neither takes precedence, so the message names both."""
    with pytest.raises(ConfigError, match="'900' and '3600'"):
        parse(["token.lifetime=900", "token.lifetime=3600"])


def test_switches_are_the_clauses_with_several_interpretations() -> None:
    """A clause with a single interpretation is not a switch."""
    assert "token.lifetime" in switches()
    assert all(len(clause.interpretations) > 1 for clause in switches().values())
    assert set(switches()) < set(clauses())
