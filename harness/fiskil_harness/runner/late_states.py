"""Detects an app whose state changes after its work has ended, such as a view of the data that is built every few seconds.

The harness reads a state when the app is idle. If a probe of states then does not pass, the states may have been read too
early. So the driver examines once whether the app's state is late: it performs ``SAMPLE`` and queries the state again for
``app.limits.fresh_s``. For an app with late states, a scenario whose probes of states do not all pass runs again with waits
that long, and only the second run counts. No other app gets a second run: a race that happens only sometimes is no excuse.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from fiskil_harness.core.clock import wait_until
from fiskil_harness.core.config.hooks import CONNECTED, EFFECTS
from fiskil_harness.errors import HookError
from fiskil_harness.journal import Effects, Journal, Rows
from fiskil_harness.journal.queries.api_calls import reads
from fiskil_harness.journal.queries.rows import last_effects, snapshots
from fiskil_harness.journal.queries.state import StateReader
from fiskil_harness.probes import AnyProbe, Finding, HoldsEveryRow, Verdict, name_of
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.scenario.steps import Authorise, Deliver, Sync, WaitUntilIdle

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Stage

SLACK_S = 0.5
"""How much later than the promised time a state is final, in real seconds."""
SAMPLE: Final = Scenario(
    name="late_states",
    practices=(),
    steps=(Authorise(), WaitUntilIdle(), Sync(), Deliver()),
    probes=(),
)
"""The scenario that shows if an app's state is late: its last step should change each part of the state."""


def are_in_doubt(findings: Iterable[Finding], probes: Iterable[AnyProbe]) -> bool:
    """Return true if the finding of a probe may be no PASS because a state was read too early."""
    names = {name_of(probe) for probe in probes if EFFECTS in probe.needs or CONNECTED in probe.observes}
    return any(each.verdict is not Verdict.PASS and not each.hook and each.probe in names for each in findings)


def changes_late(stage: "Stage", patience_s: float) -> bool:
    """Query the state after ``SAMPLE`` for *patience_s*, unless it is complete; return true if it changes."""
    journal = stage.journal
    end = last_effects(journal)
    if end is None or end.state is None or not end.is_idle or _is_complete(journal, end):
        return False
    reader = StateReader(journal)
    known = reader.leaves(end.state)

    def has_changed() -> bool:
        state = stage.report(stage.end_user()).state
        return state is not None and reader.leaves(state) != known

    try:
        return bool(wait_until(has_changed, cap_s=patience_s, every_ms=20))
    except HookError:
        return False


def _is_complete(journal: Journal, end: Effects) -> bool:
    """Return true if *end* shows every row of the datasets that the app read.

    If the app read none, another state than before the syncs is complete.
    """
    read = [rows.dataset for rows in journal.all(Rows) if reads(journal, rows.dataset, rows.end_user_id)]
    if not read:
        reader = StateReader(journal)
        return reader.leaves(snapshots(journal)[0].state) != reader.leaves(end.state)
    return all(HoldsEveryRow(dataset).examine(journal).verdict is Verdict.PASS for dataset in read)
