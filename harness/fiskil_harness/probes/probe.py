"""What a probe is, and the three ways in which it answers.

A probe reads the finished journal and touches nothing live. A FAIL needs a witness that no correct app could give; what was
not seen is INCONCLUSIVE.
"""

from typing import ClassVar, Protocol

from msgspec import Struct

from fiskil_harness.core.model.findings import Case, Finding, Verdict
from fiskil_harness.journal import Journal


class Probe(Protocol):
    """One question to the journal. Implementations are frozen structs whose tag is their name.

    ``needs`` are hooks without which nothing can be seen; ``around`` are names of steps that get a snapshot of the app's
    effects before and after.
    """

    needs: ClassVar[tuple[str, ...]]
    around: ClassVar[tuple[str, ...]]

    def examine(self, journal: Journal) -> Finding:
        """Answer."""


class PlainProbe(Struct, frozen=True, kw_only=True):
    """What every probe of ours shares: its claim's source, expectation and remedy stand at the class."""

    needs: ClassVar[tuple[str, ...]] = ()
    around: ClassVar[tuple[str, ...]] = ()
    expected: ClassVar[str] = ""
    source: ClassVar[str] = ""
    fix: ClassVar[str] = ""

    def passes(self, seen: str, *, examined: int, advice: tuple[str, ...] = (), cases: tuple[Case, ...] = ()) -> Finding:
        """PASS, or INCONCLUSIVE when nothing was examined."""
        verdict = Verdict.PASS if examined else Verdict.INCONCLUSIVE
        told = seen if examined else f"nothing to examine: {seen}"
        return self._finding(verdict, told, examined=examined, advice=advice, cases=cases)

    def fails(
        self,
        seen: str,
        *,
        evidence: tuple[str, ...] = (),
        examined: int = 1,
        advice: tuple[str, ...] = (),
        cases: tuple[Case, ...] = (),
    ) -> Finding:
        """FAIL, with the witnesses."""
        return self._finding(Verdict.FAIL, seen, evidence=evidence, examined=examined, advice=advice, cases=cases)

    def inconclusive(
        self, seen: str, *, hook: str = "", advice: tuple[str, ...] = (), cases: tuple[Case, ...] = ()
    ) -> Finding:
        """INCONCLUSIVE, with the reason and the hook or fact that would help."""
        return self._finding(Verdict.INCONCLUSIVE, seen, hook=hook, advice=advice, cases=cases)

    def _finding(
        self,
        verdict: Verdict,
        seen: str,
        *,
        evidence: tuple[str, ...] = (),
        examined: int = 0,
        hook: str = "",
        advice: tuple[str, ...] = (),
        cases: tuple[Case, ...] = (),
    ) -> Finding:
        return Finding(
            probe=name_of(self),
            verdict=verdict,
            observed=seen,
            expected=self.expected,
            source=self.source,
            fix=self.fix if verdict is Verdict.FAIL else "",
            evidence=evidence[:12],
            advice=advice,
            hook=hook,
            examined=examined,
            cases=cases,
        )


def name_of(probe: object) -> str:
    """The probe's name, as plans, reports and practices write it."""
    tag = getattr(getattr(probe, "__struct_config__", None), "tag", None)
    return str(tag) if tag else type(probe).__name__
