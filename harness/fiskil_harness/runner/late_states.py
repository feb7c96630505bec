"""Detects an app whose state changes after its work has ended, such as a view of the data that is built every few seconds.

The harness reads a state when the app is idle. If a probe of states then does not pass, the states may have been read too
early. So the driver examines whether the app's state is late: it performs ``SAMPLE`` and queries the state again for
``app.limits.fresh_s``, then once more after the end of the consent. A state that is complete at once shows nothing, because
a view may be built just in time; then another sample follows, up to ``MOST_SAMPLES``. For an app with late states, a
scenario whose probes of states do not all pass runs again with waits that long, and only the second run counts. No other app
gets a second run: a race that happens only sometimes is no excuse.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from fiskil_harness.core.clock import wait_until
from fiskil_harness.core.config.hooks import CONNECTED, EFFECTS
from fiskil_harness.errors import HarnessError
from fiskil_harness.journal import Effects, Journal, Rows
from fiskil_harness.journal.queries.api_calls import reads
from fiskil_harness.journal.queries.rows import last_effects, shown, snapshots
from fiskil_harness.journal.queries.state import StateReader
from fiskil_harness.probes import AnyProbe, Finding, HoldsEveryRow, Verdict, name_of
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.scenario.steps import Advance, Authorise, Deliver, Revoke, Sync, WaitUntilIdle

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Stage

MOST_SAMPLES = 3
"""The most samples for one app, all of them at its first doubt."""
SLACK_S = 0.5
"""How much later than the promised time a state is final, in real seconds."""
SAMPLE: Final = Scenario(
    name="late_states",
    practices=(),
    steps=(Authorise(), WaitUntilIdle(), Sync(), Deliver()),
    probes=(),
)
"""The scenario that shows if an app's state is late: its last step should bring every row. Afterwards the consent ends."""


def are_in_doubt(findings: Iterable[Finding], probes: Iterable[AnyProbe]) -> bool:
    """Return true if the finding of a probe may be no PASS because a state was read too early."""
    names = {name_of(probe) for probe in probes if EFFECTS in probe.needs or CONNECTED in probe.observes}
    return any(each.verdict is not Verdict.PASS and each.probe in names for each in findings)


def changes_late(stage: "Stage", patience_s: float) -> bool | None:
    """Return true if the state after ``SAMPLE`` changes by itself; if not, end the consent and return true if it does then.

    Each time the state is queried for *patience_s*, unless it is complete. The result is None if it was complete each time.
    """
    try:
        after_sync = _changes_by_itself(stage, patience_s, is_complete=_shows_every_row)
        if after_sync:
            return True
        for step in (Advance(seconds=1), Revoke(), Deliver()):
            step.perform(stage)
        stage.settle("end")
        after_end = _changes_by_itself(stage, patience_s, is_complete=_shows_no_row)
        return after_end if after_sync is None else bool(after_end)
    except HarnessError:
        return False


def _changes_by_itself(stage: "Stage", patience_s: float, *, is_complete: Callable[[Journal, Effects], bool]) -> bool | None:
    """Return true if the state changes within *patience_s*; None if it is complete."""
    end = last_effects(stage.journal)
    if end is None or end.state is None or not end.is_idle:
        return False
    if is_complete(stage.journal, end):
        return None
    reader = StateReader(stage.journal)
    known = reader.leaves(end.state)

    def has_changed() -> bool:
        state = stage.report(stage.end_user()).state
        return state is not None and reader.leaves(state) != known

    return bool(wait_until(has_changed, cap_s=patience_s, every_ms=20))


def _shows_every_row(journal: Journal, end: Effects) -> bool:
    """Return true if *end* shows every row of the datasets that the app read; if it read none, another state than before."""
    read = [rows.dataset for rows in _rows_read(journal)]
    if not read:
        return _has_changed(journal, end)
    return all(HoldsEveryRow(dataset).examine(journal).verdict is Verdict.PASS for dataset in read)


def _shows_no_row(journal: Journal, end: Effects) -> bool:
    """Return true if *end* is another state than before, without a row that the app read."""
    ids = {str(row["fiskil_id"]) for rows in _rows_read(journal) for row in rows.rows if "fiskil_id" in row}
    return _has_changed(journal, end) and not shown(end.state, ids)


def _rows_read(journal: Journal) -> list[Rows]:
    return [rows for rows in journal.all(Rows) if reads(journal, rows.dataset, rows.end_user_id)]


def _has_changed(journal: Journal, end: Effects) -> bool:
    """Return true if *end* differs from the snapshot before it. Without one, as after a failed step, nothing has changed."""
    reader = StateReader(journal)
    earlier = snapshots(journal)[:-1]
    return bool(earlier) and reader.leaves(earlier[-1].state) != reader.leaves(end.state)
