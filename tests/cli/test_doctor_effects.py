"""A missing part of the effects hook is reported with its consequence, the practices that need it, and what to return."""

import pytest

from fiskil_harness.cli.doctor_effects import missing_parts
from fiskil_harness.probes.practices import all_practices


@pytest.mark.parametrize(
    ("name", "practice", "remedy"),
    [
        ("pending", "webhooks.asynchronous", 'return {"pending": 0}'),
        ("applied", "webhooks.idempotent", 'return {"applied": {}}'),
        ("state", "data.upsert", 'return {"state": {}}'),
    ],
)
def test_a_missing_part_is_explained(name: str, practice: str, remedy: str) -> None:
    """The practices are those that need a probe which reads this part."""
    text = missing_parts([name])

    assert text.startswith(f"returns no {name} for an unknown end user. Without `{name}` ")
    assert practice in text.partition("(affects ")[2].partition(")")[0].split(", ")
    assert remedy in text


def test_several_missing_parts_have_a_sentence_each() -> None:
    """All practices exist."""
    text = missing_parts(["applied", "pending"])

    assert text.startswith("returns no applied, no pending for an unknown end user. Without `applied` ")
    affected = [part.partition(")")[0].split(", ") for part in text.split("(affects ")[1:]]
    assert len(affected) == 2
    assert {name for names in affected for name in names} <= set(all_practices())
