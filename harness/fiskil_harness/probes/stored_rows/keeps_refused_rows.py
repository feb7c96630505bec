"""Does the app keep its rows when the API temporarily refuses a read?"""

from itertools import takewhile

from fiskil_harness.core.config.hooks import EFFECTS, STATE
from fiskil_harness.journal import Effects, Exchange, Journal, Rows
from fiskil_harness.journal.queries.api_calls import is_complete_success, reads
from fiskil_harness.journal.queries.consents import permitted
from fiskil_harness.journal.queries.rows import name_of_row, shown, snapshots, state_before
from fiskil_harness.probes.probe import Finding, Probe

WITHDRAWN = frozenset({401, 403, 404})
"""Statuses after which the permission may have ended, so that this probe does not judge them."""


class KeepsRefusedRows(Probe, frozen=True, tag="keeps_refused_rows"):
    """Check that the app keeps the rows of a dataset while the API temporarily refuses to serve the dataset.

    FAIL requires that the app shows no rows of this dataset any more, but still shows rows of other datasets. An app that
    shows no rows of any dataset while the API refuses reads does not fail.
    """

    dataset: str = "transactions"

    needs = (EFFECTS,)
    expected = "the rows of the last successful read, until the next successful one"
    source = "data.after-sync"
    fix = "replace the stored rows only after a read whose pages all returned 200; otherwise keep them"

    def examine(self, journal: Journal) -> Finding:
        """Check each state of the idle app that follows a refused read."""
        states = [effects for effects in snapshots(journal) if effects.is_idle]
        stayed = 0
        for effects in states:
            refused = self._refused_before(journal, effects)
            if refused is None:
                continue
            earlier, gone, stayed_rows = self._compare(journal, refused, effects)
            if gone and gone == earlier and stayed_rows:
                observed = (
                    f"{len(gone)} of {len(earlier)} {self.dataset} are gone after a refused read; a refusal is no empty list"
                )
                evidence = tuple(sorted(f"gone {name}" for name in gone.values()))
                return self.fails(observed, evidence=evidence)
            stayed = max(stayed, len(earlier) - len(gone))
        if not any(self._refused_before(journal, effects) for effects in states):
            return self.inconclusive(f"the app's state was not read after a refused read of {self.dataset}")
        if not stayed:
            return self.inconclusive(f"the app's state contained no fiskil_id of {self.dataset}", hook=STATE)
        return self.passes(f"{stayed} {self.dataset} stayed while the API refused reads", examined=stayed)

    def _refused_before(self, journal: Journal, effects: Effects) -> Exchange | None:
        """Return the first refused read since the last successful read before the snapshot *effects*.

        Return None if there is none, or if the refusals may be permanent.
        """
        earlier = [read for read in reads(journal, self.dataset) if read.ended_s <= effects.at_s]
        latest = list(takewhile(lambda read: not is_complete_success(read), reversed(earlier)))[::-1]
        if not latest or any(call.status is None or call.status in WITHDRAWN for call in latest):
            return None
        return latest[0] if self.dataset in permitted(journal, until_s=effects.at_s) else None

    def _compare(
        self, journal: Journal, refused: Exchange, effects: Effects
    ) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
        """Compare the rows that the app showed before the refused read with those in the snapshot *effects*.

        Return three dictionaries that map ``fiskil_id`` to the row's name in reports: the rows of the dataset that the app
        showed before, those of them that are gone, and the rows of any dataset that stayed.
        """
        state = state_before(journal, refused.at_s)
        own, every = _names(journal, self.dataset, effects), _names(journal, "", effects)
        earlier = {fiskil_id: own[fiskil_id] for fiskil_id in shown(state, own)}
        now = shown(effects.state, every)
        stayed = {fiskil_id: every[fiskil_id] for fiskil_id in shown(state, every) & now}
        return earlier, {fiskil_id: name for fiskil_id, name in earlier.items() if fiskil_id not in now}, stayed


def _names(journal: Journal, dataset: str, effects: Effects) -> dict[str, str]:
    """Return the names (for reports) of the rows that the API served before the snapshot *effects*, by ``fiskil_id``.

    Args:
        dataset: Dataset of the rows; '' for all datasets.
    """
    syncs = [rows for rows in journal.all(Rows) if not rows.participant and rows.at_s < effects.at_s]
    return {
        str(row["fiskil_id"]): f"{sync.dataset} {name_of_row(row, number)}"
        for sync in syncs
        if dataset in {"", sync.dataset}
        for number, row in enumerate(sync.rows, start=1)
        if "fiskil_id" in row
    }
