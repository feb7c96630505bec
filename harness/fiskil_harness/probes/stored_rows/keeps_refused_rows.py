"""Does the app keep what it has when the API refuses for the moment to say more?"""

from typing import ClassVar

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Effects, Exchange, Journal, Rows
from fiskil_harness.journal.queries.api_calls import is_fine, reads
from fiskil_harness.journal.queries.consents import permitted
from fiskil_harness.journal.queries.rows import effects_before, name_of_row, places
from fiskil_harness.probes.probe import PlainProbe

WITHDRAWN = frozenset({401, 403, 404})
"""Refusals that an app may take for the end of what it was allowed, and of which this probe says nothing."""


class KeepsRefusedRows(PlainProbe, frozen=True, tag="keeps_refused_rows"):
    """A dataset that cannot be read for the moment is not taken for an empty one: its rows stay beside those of others.

    The witness is an app that shows none of them any more, and goes on showing other rows of the same consent. Whoever
    shows nothing at all while it cannot read is careful and may be so.
    """

    dataset: str = "transactions"

    needs: ClassVar[tuple[str, ...]] = (EFFECTS,)
    expected: ClassVar[str] = "the rows of the last good reading, until there is another"
    source: ClassVar[str] = "data.after-sync"
    fix: ClassVar[str] = "replace what you hold only by a reading that was answered 200 to its end; keep it on every other"

    def examine(self, journal: Journal) -> Finding:
        """Look at each state that the app told while its last reading had been refused."""
        looks = [effects for effects in journal.all(Effects) if not effects.participant and effects.is_idle]
        seen_rows = 0
        for look in looks:
            refused = self._refused_before(journal, look)
            if refused is None:
                continue
            stood, gone, others = self._compared(journal, refused, look)
            if gone and gone == stood and others:
                seen = f"{len(gone)} of {len(stood)} {self.dataset} are gone after a reading that was refused, not empty"
                evidence = tuple(sorted(f"gone {name}" for name in gone.values()))
                return self.fails(seen, evidence=evidence, examined=len(stood))
            seen_rows = max(seen_rows, len(stood) - len(gone))
        if not any(self._refused_before(journal, look) for look in looks):
            return self.inconclusive(f"the app was not looked at after a refused reading of {self.dataset}")
        if not seen_rows:
            return self.inconclusive(f"the app's state showed no {self.dataset} by their fiskil_id", hook=EFFECTS)
        return self.passes(f"{seen_rows} {self.dataset} stayed while the API refused to tell more", examined=seen_rows)

    def _refused_before(self, journal: Journal, look: Effects) -> Exchange | None:
        """The first refusal since the last good reading before a look, where that refusal was for the moment only."""
        made = [read for read in reads(journal, self.dataset) if read.ended_s <= look.at_s]
        while made and is_fine(made[0]):
            made = made[1:]
        latest = [call for number, call in enumerate(made) if not any(is_fine(later) for later in made[number:])]
        if not latest or any(call.status is None or call.status in WITHDRAWN for call in latest):
            return None
        return latest[0] if self.dataset in permitted(journal, until_s=look.at_s) else None

    def _compared(
        self, journal: Journal, refused: Exchange, look: Effects
    ) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
        """What stood before the refusal, what of it is gone, and what else stands still; names by id."""
        before = effects_before(journal, refused.at_s)
        state = before.state if before else None
        own, others = _names(journal, self.dataset, look), _names(journal, "", look, but=self.dataset)
        stood = {place: own[place] for place, ones in places(state, own).items() if ones}
        now = places(look.state, [*own, *others])
        beside = {place: others[place] for place, ones in places(state, others).items() if ones and now[place]}
        return stood, {text: name for text, name in stood.items() if not now[text]}, beside


def _names(journal: Journal, dataset: str, look: Effects, *, but: str = "") -> dict[str, str]:
    """The rows that the API ever served of a dataset (or of all *but* one) before a look, by id."""
    syncs = [rows for rows in journal.all(Rows) if not rows.participant and rows.at_s < look.at_s]
    return {
        str(row["fiskil_id"]): f"{sync.dataset} {name_of_row(row, number)}"
        for sync in syncs
        if sync.dataset != but and dataset in {"", sync.dataset}
        for number, row in enumerate(sync.rows, start=1)
        if "fiskil_id" in row
    }
