"""The base class of probes and the classes of their results: PASS, FAIL and INCONCLUSIVE.

A probe reads the finished journal and nothing else. A FAIL needs evidence that no correct app could produce. The result is
INCONCLUSIVE if the journal does not contain the observations that the probe needs.
"""

from typing import ClassVar

from msgspec import Struct

from fiskil_harness.core.model.findings import Case, Finding, Verdict
from fiskil_harness.core.tags import name_of
from fiskil_harness.journal import Journal

__all__ = ["Case", "Finding", "Probe", "Verdict"]


class Probe(Struct, frozen=True, kw_only=True):
    """Base of all probes: a check of one property of the app. The tag of a probe is its name in plan files.

    ``needs`` are the hooks without which the probe can observe nothing. ``observes`` are hooks without which it cannot PASS,
    although its scenarios run: something else in the config may replace them. ``around`` contains names of steps: the
    harness reads the app's effects before and after each of these steps. Each finding contains ``expected`` and ``source``;
    a FAIL also has ``fix``. A probe with ``is_general`` examines every journal. In a scenario that does not name the probe,
    only a FAIL counts. A probe with ``judges_responses`` can FAIL by the responses to deliveries alone, without effects.
    Reports show a FAIL of a probe with ``explains_others`` before the others of its scenario, because it may cause them.
    ``practices`` are the ids of the practices that findings of a plugin's probe may count for; the rows of
    ``fixtures/practices.toml`` list the probes that ship.
    """

    is_general: ClassVar[bool] = False
    judges_responses: ClassVar[bool] = False
    explains_others: ClassVar[bool] = False
    needs: ClassVar[tuple[str, ...]] = ()
    observes: ClassVar[tuple[str, ...]] = ()
    around: ClassVar[tuple[str, ...]] = ()
    expected: ClassVar[str] = ""
    source: ClassVar[str] = ""
    fix: ClassVar[str] = ""
    practices: ClassVar[tuple[str, ...]] = ()

    def examine(self, journal: Journal) -> Finding:
        """Return the finding for the finished *journal*."""
        raise NotImplementedError

    def passes(
        self,
        observed: str,
        *,
        examined: int,
        advice: tuple[str, ...] = (),
        cases: tuple[Case, ...] = (),
        stated: str = "",
    ) -> Finding:
        """Return a PASS, or an INCONCLUSIVE if *examined* is 0.

        Args:
            observed: What was observed, in words.
            examined: How many things the probe looked at.
            advice: Remarks that change no verdict.
            cases: The variants that the probe distinguishes, each with its own verdict.
            stated: The part that the config alone says and no observation confirms, as a clause with the key in brackets.
        """
        verdict = Verdict.PASS if examined else Verdict.INCONCLUSIVE
        text = observed if examined else f"nothing to examine: {observed}"
        return self._finding(verdict, text, examined=examined, advice=advice, cases=cases, stated=stated)

    def fails(
        self,
        observed: str,
        *,
        evidence: tuple[str, ...] = (),
        examined: int = 1,
        advice: tuple[str, ...] = (),
        cases: tuple[Case, ...] = (),
    ) -> Finding:
        """Return a FAIL with the class's ``fix`` and at most 12 lines of *evidence*.

        Args:
            observed: What was observed, in words.
            evidence: One line for each observation that no correct app could produce.
            examined: How many things the probe looked at.
            advice: Remarks that change no verdict.
            cases: The variants that the probe distinguishes, each with its own verdict.
        """
        return self._finding(Verdict.FAIL, observed, evidence=evidence, examined=examined, advice=advice, cases=cases)

    def inconclusive(
        self, observed: str, hook: str = "", *, advice: tuple[str, ...] = (), cases: tuple[Case, ...] = ()
    ) -> Finding:
        """Return an INCONCLUSIVE.

        Args:
            observed: Why the probe cannot decide, in words.
            hook: The hook or fact in the config that would allow a decision.
            advice: Remarks that change no verdict.
            cases: The variants that the probe distinguishes, each with its own verdict.
        """
        return self._finding(Verdict.INCONCLUSIVE, observed, hook=hook, advice=advice, cases=cases)

    def _finding(
        self,
        verdict: Verdict,
        observed: str,
        *,
        evidence: tuple[str, ...] = (),
        examined: int = 0,
        hook: str = "",
        advice: tuple[str, ...] = (),
        cases: tuple[Case, ...] = (),
        stated: str = "",
    ) -> Finding:
        return Finding(
            probe=name_of(self),
            verdict=verdict,
            observed=observed,
            expected=self.expected,
            source=self.source,
            fix=self.fix if verdict is Verdict.FAIL else "",
            evidence=evidence[:12],
            advice=advice,
            hook=hook,
            examined=examined,
            cases=cases,
            stated=stated if verdict is Verdict.PASS else "",
        )
