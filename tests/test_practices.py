"""The practices: all 49, each well formed, and no scenario blames one that its probes do not bear on."""

import re
from pathlib import Path

import pytest

from harness import probes
from harness.errors import ConfigError, UnknownName
from harness.practices import all_practices, practice, refuse_bad_pairs

ROOT = Path(__file__).parent.parent


def test_there_are_49() -> None:
    """Fiskil's page has 49 bullets, and each has its row."""
    assert len(all_practices()) == 49


def test_needed_probes_are_allowed() -> None:
    """What a practice needs is among what may bear on it."""
    assert all(set(one.needed) <= set(one.probes) for one in all_practices().values())


def test_a_practice_with_probes_needs_some() -> None:
    """A practice that probes bear on cannot be proven by none of them."""
    assert all(bool(one.needed) == bool(one.probes) for one in all_practices().values())


def test_every_named_probe_exists() -> None:
    """No row names a probe that nobody wrote."""
    written = set()
    for path in (ROOT / "harness" / "probes").glob("*.py"):
        written.update(re.findall(r'tag="(\w+)"', path.read_text(encoding="utf-8")))

    assert {name for one in all_practices().values() for name in one.probes} <= written


def test_unknown_practice_names_the_nearest() -> None:
    """A misspelt id is answered with the one that was meant."""
    with pytest.raises(UnknownName, match=r"No practice 'webhooks\.idempotence'.* Did you mean 'webhooks\.idempotent'\?"):
        practice("webhooks.idempotence")


def test_a_probe_that_would_blame_the_wrong_practice_is_refused() -> None:
    """A scenario may not pair a probe with a practice that does not allow it."""
    words = r"Scenario 'x' pairs applies_once with tokens\.not-logged, which does not allow it\. Allowed there: "

    with pytest.raises(ConfigError, match=words):
        refuse_bad_pairs("x", ("tokens.not-logged",), (probes.AppliesOnce(),))
