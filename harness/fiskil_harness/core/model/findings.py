"""A probe's answer: what was seen, what was expected, where that stands, how to mend it."""

import enum

from msgspec import Struct


class Verdict(enum.StrEnum):
    """The three verdicts, from light to heavy; the heaviest wins."""

    PASS = "PASS"
    INCONCLUSIVE = "INCONCLUSIVE"
    FAIL = "FAIL"

    @property
    def weight(self) -> int:
        """Where the verdict stands among the three."""
        return list(Verdict).index(self)


def heaviest(verdicts: list[Verdict]) -> Verdict:
    """The heaviest of some verdicts; of none, INCONCLUSIVE."""
    return max(verdicts, key=lambda verdict: verdict.weight) if verdicts else Verdict.INCONCLUSIVE


class Case(Struct, frozen=True, kw_only=True):
    """One named variant that a probe looked at, with a verdict of its own.

    ``events`` are the symbols of the deliveries that it was about, as the journal calls them.
    """

    name: str
    verdict: Verdict
    observed: str = ""
    events: tuple[str, ...] = ()


class Finding(Struct, frozen=True, kw_only=True):
    """One answer. ``examined`` counts what the probe looked at; ``hook`` names what an INCONCLUSIVE one lacked.

    ``cases`` are the variants that the probe tells apart. ``advice`` never changes a verdict. Everything here is symbolic,
    so that two runs with one seed read the same.
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
