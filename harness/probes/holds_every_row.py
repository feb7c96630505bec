"""Does the app hold every row that the API served, and none twice?"""

from typing import Any, ClassVar

from harness.journal import Effects, Journal, Rows
from harness.probes.applies_once import EFFECTS
from harness.probes.base import PlainProbe
from harness.probes.finding import Finding


class HoldsEveryRow(PlainProbe, frozen=True, tag="holds_every_row"):
    """At the end the app's state mentions every row id of the latest sync exactly as often as it is served: once."""

    dataset: str = "transactions"

    needs: ClassVar[tuple[str, ...]] = (EFFECTS,)
    expected: ClassVar[str] = "every row of the latest sync, each once"
    source: ClassVar[str] = "paging.links"
    fix: ClassVar[str] = "walk links.next to the end and commit a dataset's rows in one transaction, keyed by fiskil_id"

    def examine(self, journal: Journal) -> Finding:
        """Compare ids in the state with ids served."""
        rows = latest_rows(journal, self.dataset)
        state = last_state(journal, rows.participant if rows else "")
        if rows is None or not rows.rows:
            return self.cannot_tell(f"the API served no {self.dataset}")
        if state is None:
            return self.cannot_tell("the effects hook tells no state", hook=EFFECTS)
        wanted = {row["fiskil_id"] for row in rows.rows}
        counts = count_texts(state, wanted)
        if not any(counts.values()):
            return self._by_absence(journal, rows, state)
        missing = [row for row in rows.rows if not counts[row["fiskil_id"]]]
        if missing:
            seen = f"{len(missing)} of {len(wanted)} {self.dataset} are missing from the app's state"
            return self.fails(seen, evidence=tuple(f"missing {row['key']}" for row in missing), examined=len(wanted))
        usual = min(counts.values())
        doubled = [row for row in rows.rows if counts[row["fiskil_id"]] > usual]
        if doubled:
            seen = f"{len(doubled)} of {len(wanted)} {self.dataset} are held more than once"
            return self.fails(seen, evidence=tuple(f"doubled {row['key']}" for row in doubled), examined=len(wanted))
        return self.holds(f"all {len(wanted)} {self.dataset} are held, each once", examined=len(wanted))

    def _by_absence(self, journal: Journal, rows: Rows, state: Any) -> Finding:
        """No id at all: the app may store rows under other names, so only a state without any row is a witness."""
        earlier = [one for one in journal.all(Effects) if one.participant == rows.participant and one.state != state]
        if not earlier and not _mentions_values(state, rows):
            return self.cannot_tell(f"the app's state shows nothing of {len(rows.rows)} {self.dataset}", hook=EFFECTS)
        return self.cannot_tell("the app's state carries no fiskil_id, so rows cannot be counted", hook=EFFECTS)


def latest_rows(journal: Journal, dataset: str, participant: str = "") -> Rows | None:
    """What the API served last for a participant."""
    found = [one for one in journal.all(Rows) if one.dataset == dataset and one.participant == participant]
    return found[-1] if found else None


def last_state(journal: Journal, participant: str = "") -> Any:
    """What the app told last about a participant."""
    found = [one.state for one in journal.all(Effects) if one.participant == participant and one.state is not None]
    return found[-1] if found else None


def count_texts(node: Any, wanted: set[str]) -> dict[str, int]:
    """How often each wanted text stands as a value (or a key) in a JSON document."""
    counts = dict.fromkeys(wanted, 0)
    stack = [node]
    while stack:
        at = stack.pop()
        if isinstance(at, str):
            if at in counts:
                counts[at] += 1
        elif isinstance(at, dict):
            stack.extend(at.values())
            stack.extend(key for key in at if key in counts)
        elif isinstance(at, list):
            stack.extend(at)
    return counts


def _mentions_values(state: Any, rows: Rows) -> bool:
    amounts = {row["amount"] for row in rows.rows if "amount" in row}
    return any(count_texts(state, amounts).values())
