"""Does the app behave correctly under every generated plan?"""

import msgspec

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.core.tags import name_of
from fiskil_harness.journal import Journal, PlanRun
from fiskil_harness.probes.probe import Finding, Probe, Verdict

SHORTEST = " failed, in its shortest form: "
UNDONE = ("every_step_done", "every_fault_bit")


class SurvivesEveryPlan(Probe, frozen=True, kw_only=True, tag="survives_every_plan"):
    """Check that no probe fails under any generated plan (a random sequence of actions).

    The evidence is the shortest failing plan that was found.
    """

    needs = (EFFECTS,)
    expected = "the correct final state after every generated plan"
    source = "webhooks.message-id"
    fix = "run the shortest failing plan again with `fiskil-harness replay`"

    def examine(self, journal: Journal) -> Finding:
        """Summarise the results of all generated plans."""
        runs = journal.all(PlanRun)
        for run in runs:
            if run.verdict is Verdict.FAIL:
                return self._from_failed_plan(run)
        incomplete = [run for run in runs if run.probe in UNDONE]
        if incomplete:
            return self.inconclusive(
                f"plan {incomplete[0].number} of {len(runs)} could not be judged: {incomplete[0].observed}"
            )
        passed = [run for run in runs if run.verdict is Verdict.PASS]
        if runs and not passed:
            return self.inconclusive(
                f"{len(runs)} plans were run, and no effect was visible: {runs[0].observed}", hook=runs[0].hook
            )
        return self.passes(f"{len(runs)} plans were run, {len(passed)} of them with a visible effect", examined=len(passed))

    def _from_failed_plan(self, run: PlanRun) -> Finding:
        """Return the FAIL for one plan, with the plan's steps and the texts ``expected`` and ``fix`` of the failed probe."""
        failed = self.fails(f"plan {run.number}{SHORTEST}{run.probe}: {run.observed}")
        return msgspec.structs.replace(
            failed,
            expected=run.expected or self.expected,
            source=run.source or self.source,
            fix=run.fix or self.fix,
            evidence=(*run.summary, *run.evidence[:3]),  # the whole plan: a part of it does not reproduce the failure
        )


def probe_of_failed_plan(finding: Finding) -> str:
    """Return the probe that failed in the shortest failing plan of *finding*; "" if the finding is about no such plan."""
    is_plan = finding.probe == name_of(SurvivesEveryPlan()) and finding.verdict is Verdict.FAIL
    return finding.observed.partition(SHORTEST)[2].partition(":")[0] if is_plan else ""
