"""Results of one scenario: its outcome, its cost, and the material that reports show."""

from msgspec import Struct

from fiskil_harness.core.config.hooks import OPTIONAL
from fiskil_harness.core.model.findings import Finding, Verdict, heaviest
from fiskil_harness.journal.entries.plan_pairs import PairCoverage
from fiskil_harness.probes.evidence import Excerpt, Picture, Story


class Outcome(Struct, frozen=True, kw_only=True):
    """The outcome of one scenario. ``missing`` names the hooks that the scenario needs and the config does not give.

    ``interpretations`` maps a clause id to the interpretation that the scenario chose. ``clauses_used`` are the ids of the
    clauses that the app relied on. ``coverage`` lists acknowledged events and endings of journeys, see `exercised_in`.
    """

    scenario: str
    title: str
    practices: tuple[str, ...]
    seed: int
    findings: tuple[Finding, ...]
    missing: tuple[str, ...] = ()
    interpretations: dict[str, str] = {}
    clauses_used: tuple[str, ...] = ()
    coverage: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The heaviest verdict of all findings."""
        return heaviest([finding.verdict for finding in self.findings])

    @property
    def needs_optional_hooks_only(self) -> bool:
        """True if every missing hook is for an optional feature: the scenario then does not apply to this app."""
        return bool(self.missing) and OPTIONAL.issuperset(self.missing)


class Measure(Struct, frozen=True, kw_only=True):
    """The cost of one scenario. It may differ between runs and decides no verdict; times are real.

    ``pairs`` counts the pairs of events covered by generated life plans, if any were generated. ``coverage_marks`` are the
    marks of the app's calls, see `coverage.coverage_marks`.
    """

    scenario: str
    took_s: float
    exchanges: int = 0
    deliveries: int = 0
    slowest_acknowledgement_ms: float | None = None
    notes: tuple[str, ...] = ()
    pairs: PairCoverage | None = None
    coverage_marks: tuple[str, ...] = ()


class Played(Struct, frozen=True, kw_only=True):
    """Everything about one scenario that was run.

    ``plans`` are the saved plans that failed, ``fault`` is the traceback of an error in the harness. ``excerpts`` show the
    failed findings, ``har`` holds every exchange as HAR, ``story`` is the course of events step by step, and ``pictures``
    are screenshots of the pages.
    """

    outcome: Outcome
    measure: Measure
    plans: tuple[str, ...] = ()
    traceback: str = ""
    excerpts: tuple[Excerpt, ...] = ()
    har: str = ""
    story: Story | None = None
    pictures: tuple[Picture, ...] = ()
