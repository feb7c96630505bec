"""Findings of probes: what was observed, what was expected, the source and the fix."""

import enum

from msgspec import Struct


class Verdict(enum.StrEnum):
    """The three verdicts, from light to heavy; the heaviest wins."""

    PASS = "PASS"
    INCONCLUSIVE = "INCONCLUSIVE"
    FAIL = "FAIL"

    @property
    def weight(self) -> int:
        """The rank of the verdict, from light to heavy."""
        return list(Verdict).index(self)


def heaviest(verdicts: list[Verdict]) -> Verdict:
    """Return the heaviest verdict; INCONCLUSIVE if there is none."""
    return max(verdicts, key=lambda verdict: verdict.weight) if verdicts else Verdict.INCONCLUSIVE


class Case(Struct, frozen=True, kw_only=True):
    """One named variant that a probe examined, with its own verdict.

    ``events`` are the symbols of its deliveries in the journal.
    """

    name: str
    verdict: Verdict
    observed: str = ""
    events: tuple[str, ...] = ()


class Finding(Struct, frozen=True, kw_only=True):
    """The result of one probe. ``examined`` counts what was examined; ``hook`` is what an INCONCLUSIVE result missed.

    ``cases`` are the variants that the probe distinguishes. ``advice`` never changes a verdict. All texts use symbols, so
    that two runs with one seed are equal.
    """

    probe: str
    verdict: Verdict
    observed: str
    expected: str = ""
    source: str = ""
    fix: str = ""
    evidence: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    hook: str = ""
    examined: int = 0
    cases: tuple[Case, ...] = ()
