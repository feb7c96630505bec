"""Results of one scenario: its outcome, what it cost, and everything that reports show of it."""

from msgspec import Struct

from fiskil_harness.core.config.hooks import OPTIONAL
from fiskil_harness.core.model.findings import Finding, Verdict, heaviest
from fiskil_harness.journal.entries.plan_pairs import Pairs
from fiskil_harness.probes.evidence import Excerpt, Picture, Story


class Outcome(Struct, frozen=True, kw_only=True):
    """What came of one scenario. ``missing`` names the hooks that the config does not give.

    ``interpretations`` are those that the scenario chose, ``clauses_used`` the clauses that the app met. ``coverage`` are
    the events that were acknowledged, and the ways in which journeys ended.
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
        """The heaviest verdict."""
        return heaviest([finding.verdict for finding in self.findings])

    @property
    def needs_optional_hooks_only(self) -> bool:
        """Whether it lacks only hooks for what an app need not do: it is about other apps, and this one owes it nothing."""
        return bool(self.missing) and OPTIONAL.issuperset(self.missing)


class Measure(Struct, frozen=True, kw_only=True):
    """What a scenario cost; it may differ from run to run and decides nothing. Times are real.

    ``pairs`` are the things that met in drawn lives, where any were drawn; ``met`` is what the app's calls came to.
    """

    scenario: str
    took_s: float
    exchanges: int = 0
    deliveries: int = 0
    slowest_acknowledgement_ms: float | None = None
    notes: tuple[str, ...] = ()
    pairs: Pairs | None = None
    coverage_marks: tuple[str, ...] = ()


class Played(Struct, frozen=True, kw_only=True):
    """One scenario, played. ``fault`` is the traceback of a fault of our own; ``plans`` are saved plans that failed.

    ``exhibits`` are what there is to show of the findings that failed, ``har`` is every exchange as HAR. ``story``
    is what happened, step by step, and ``pictures`` are what pages looked like.
    """

    outcome: Outcome
    measure: Measure
    plans: tuple[str, ...] = ()
    fault: str = ""
    excerpts: tuple[Excerpt, ...] = ()
    har: str = ""
    story: Story | None = None
    pictures: tuple[Picture, ...] = ()
