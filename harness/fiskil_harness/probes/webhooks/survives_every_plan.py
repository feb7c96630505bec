"""Does the app keep its promises under every generated plan?"""

from typing import ClassVar

import msgspec

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.core.model.findings import Finding, Verdict
from fiskil_harness.journal import Journal, PlanRun
from fiskil_harness.probes.probe import PlainProbe

UNDONE = ("every_step_done", "every_fault_bit")


class SurvivesEveryPlan(PlainProbe, frozen=True, kw_only=True, tag="survives_every_plan"):
    """No plan that was drawn and executed has a probe that fails; the shortest failing plan is the witness."""

    needs: ClassVar[tuple[str, ...]] = (EFFECTS,)
    expected: ClassVar[str] = "every drawn plan of deliveries ends as its events say"
    source: ClassVar[str] = "webhooks.message-id"
    fix: ClassVar[str] = "run the shortest failing plan again with `fiskil-harness replay`"

    def examine(self, journal: Journal) -> Finding:
        """Read what came of each plan."""
        runs = journal.all(PlanRun)
        for run in runs:
            if run.verdict == Verdict.FAIL:
                return self._witnessed(run, runs)
        undone = [run for run in runs if run.probe in UNDONE]
        if undone:
            return self.inconclusive(f"plan {undone[0].number} of {len(runs)} could not be judged: {undone[0].observed}")
        telling = [run for run in runs if run.verdict == Verdict.PASS]
        if runs and not telling:
            return self.inconclusive(
                f"{len(runs)} plans were run and showed no effect: {runs[0].observed}", hook=runs[0].hook
            )
        return self.passes(
            f"{len(runs)} plans were run, {len(telling)} of them with an effect to judge", examined=len(telling)
        )

    def _witnessed(self, run: PlanRun, runs: list[PlanRun]) -> Finding:
        """The failing plan in words, with what its own probe expects and advises."""
        failed = self.fails(f"plan {run.number} failed, at its shortest: {run.probe}: {run.observed}", examined=len(runs))
        return msgspec.structs.replace(
            failed,
            expected=run.expected or self.expected,
            source=run.source or self.source,
            fix=run.fix or self.fix,
            evidence=(*run.summary, *run.evidence[:3]),  # the whole plan: half of one is no witness
        )
