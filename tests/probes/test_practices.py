"""The practices: all 49, each well formed, and no scenario blames one that its probes do not bear on."""

import re

import pytest

from fiskil_harness import probes
from fiskil_harness.errors import ConfigError, UnknownName
from fiskil_harness.probes.practices import all_practices, practice, practices_of, refuse_bad_pairs
from tests.paths import SOURCE


def test_there_are_49() -> None:
    """Fiskil's page has 49 bullets, and each has its row."""
    assert len(all_practices()) == 49


def test_needed_probes_are_allowed() -> None:
    """What a practice needs is among what may bear on it."""
    assert all(set(all_practice.needed) <= set(all_practice.probes) for all_practice in all_practices().values())


def test_a_practice_with_probes_needs_some() -> None:
    """A practice that probes bear on cannot be proven by none of them."""
    assert all(bool(all_practice.needed) == bool(all_practice.probes) for all_practice in all_practices().values())


def test_every_named_probe_exists() -> None:
    """No row names a probe that nobody wrote."""
    written = set()
    for path in (SOURCE / "fiskil_harness" / "probes").rglob("*.py"):
        written.update(re.findall(r'tag="(\w+)"', path.read_text(encoding="utf-8")))

    assert {name for all_practice in all_practices().values() for name in all_practice.probes} <= written


def test_unknown_practice_names_the_nearest() -> None:
    """A misspelt id is answered with the one that was meant."""
    with pytest.raises(UnknownName, match=r"No practice 'webhooks\.idempotence'.* Did you mean 'webhooks\.idempotent'\?"):
        practice("webhooks.idempotence")


def test_a_probe_that_bears_on_nothing_here_is_refused() -> None:
    """Its finding would count for nobody, or blame the wrong practice."""
    words = r"Scenario 'x' asks applies_once, which bears on none of its practices\. It bears on: tokens\.expiry-handled, "

    with pytest.raises(ConfigError, match=words):
        refuse_bad_pairs("x", ("tokens.not-logged",), (probes.AppliesOnce(),))


def test_a_practice_that_nothing_asks_about_is_refused() -> None:
    """It would look as if the scenario could prove it."""
    words = r"Scenario 'x' names tokens\.not-logged, and none of its probes bears on that\. Allowed there: keeps_secrets"

    with pytest.raises(ConfigError, match=words):
        refuse_bad_pairs("x", ("webhooks.idempotent", "tokens.not-logged"), (probes.AppliesOnce(),))


def test_a_finding_counts_where_its_probe_is_listed() -> None:
    """What is listed nowhere, such as a step that could not be performed, counts everywhere."""
    named = ("webhooks.idempotent", "tokens.not-logged")

    assert practices_of("applies_once", named) == ("webhooks.idempotent",)
    assert practices_of("every_step_done", named) == named
