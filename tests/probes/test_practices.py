"""The 49 practices: every row is well formed, and a scenario's probes and practices must match."""

import re

import pytest

from fiskil_harness import probes
from fiskil_harness.errors import ConfigError, UnknownName
from fiskil_harness.probes.practices import all_practices, counting_for, practice, refuse_bad_pairs
from tests.paths import SOURCE


def test_there_are_49() -> None:
    """Fiskil's page has 49 bullets, and each has a row."""
    assert len(all_practices()) == 49


def test_needed_probes_may_count_for_the_practice() -> None:
    """Every needed probe of a practice is in its list of probes."""
    assert all(set(row.needed) <= set(row.probes) for row in all_practices().values())


def test_a_practice_with_probes_needs_at_least_one() -> None:
    """A practice with probes cannot be proven without any of them."""
    assert all(bool(row.needed) == bool(row.probes) for row in all_practices().values())


def test_every_named_probe_exists() -> None:
    """No row names a probe that does not exist."""
    tags = set()
    for path in (SOURCE / "fiskil_harness" / "probes").rglob("*.py"):
        tags.update(re.findall(r'tag="(\w+)"', path.read_text(encoding="utf-8")))

    assert {name for row in all_practices().values() for name in row.probes} <= tags


def test_an_unknown_practice_error_names_the_nearest() -> None:
    """The error for a misspelt id suggests the correct id."""
    with pytest.raises(UnknownName, match=r"No practice 'webhooks\.idempotence'.* Did you mean 'webhooks\.idempotent'\?"):
        practice("webhooks.idempotence")


def test_a_probe_that_counts_for_no_practice_of_the_scenario_is_rejected() -> None:
    """Its finding would count for no practice, or for the wrong one."""
    message = (
        r"Scenario 'x' has the probe applies_once, which counts for none of its practices\. "
        r"It counts for: tokens\.expiry-handled, "
    )

    with pytest.raises(ConfigError, match=message):
        refuse_bad_pairs("x", ("tokens.not-logged",), (probes.AppliesOnce(),))


def test_a_practice_without_a_probe_in_the_scenario_is_rejected() -> None:
    """Otherwise the scenario would seem to prove the practice."""
    message = (
        r"Scenario 'x' names the practice tokens\.not-logged, but none of its probes counts for it\. "
        r"Probes that do: keeps_secrets"
    )

    with pytest.raises(ConfigError, match=message):
        refuse_bad_pairs("x", ("webhooks.idempotent", "tokens.not-logged"), (probes.AppliesOnce(),))


def test_a_finding_counts_for_the_practices_that_list_its_probe() -> None:
    """A finding that no row lists, such as a step that could not be performed, counts for all practices."""
    practice_ids = ("webhooks.idempotent", "tokens.not-logged")

    applied, failed_step = (
        counting_for(practice_ids, probes.Finding(probe=probe, verdict=probes.Verdict.FAIL, observed="x"))
        for probe in ("applies_once", "every_step_done")
    )

    assert applied.practices == ("webhooks.idempotent",)
    assert failed_step.practices == practice_ids
