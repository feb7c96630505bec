"""A handwritten journal for probes, and a check of every finding that a test gets."""

import msgspec
import pytest

from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import Finding
from fiskil_harness.probes.probe import Probe


@pytest.fixture(autouse=True)
def every_finding_is_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a test fail if a probe makes a finding that cannot be read from a report, such as one with None for a text."""
    make = Probe._finding

    def make_valid(*arguments: object, **fields: object) -> Finding:
        finding = make(*arguments, **fields)  # type: ignore[arg-type]
        assert msgspec.json.decode(msgspec.json.encode(finding), type=Finding) == finding
        return finding

    monkeypatch.setattr(Probe, "_finding", make_valid)


@pytest.fixture
def tape() -> JournalBuilder:
    """Return an empty builder of a journal whose clock is at one second."""
    return JournalBuilder()
