"""Is each end user's state moved by messages about that end user alone, and made of their own rows?"""

from collections.abc import Iterator
from typing import Any, ClassVar

import msgspec

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Delivery, Effects, Journal, Rows
from fiskil_harness.journal.queries.api_calls import end_user_of
from fiskil_harness.journal.queries.deliveries import consent_of, genuine, kind_of, of_kind
from fiskil_harness.journal.queries.rows import places
from fiskil_harness.journal.queries.state import StateReader, moved_alike
from fiskil_harness.probes.probe import PlainProbe

ROW_IDS = ("fiskil_id", "account_id", "transaction_id")


class KeepsEndUsersApart(PlainProbe, frozen=True, kw_only=True, tag="keeps_end_users_apart"):
    """No id or row of one end user stands in another's state, and a message about somebody else moves nobody (I8)."""

    needs: ClassVar[tuple[str, ...]] = (EFFECTS,)
    around: ClassVar[tuple[str, ...]] = ("deliver", "deliver_foreign", "deliver_mixed")
    expected: ClassVar[str] = "each end user's state made of their own consents and rows"
    source: ClassVar[str] = "webhooks.end-user"
    fix: ClassVar[str] = "look the end user and the consent up together, and let a message that names others change nothing"

    def examine(self, journal: Journal) -> Finding:
        """Look for strangers' ids in each state, then for moves that a foreign message made."""
        ends = _ends(journal)
        if len(ends) < 2 or any(end.state is None for end in ends.values()):
            return self.inconclusive("the effects hook tells no state of several end users", hook=EFFECTS)
        if _is_one_for_all(ends):
            return self.inconclusive("the effects hook tells the same state for every end user", hook=EFFECTS)
        ids = _ids(journal)
        if not any(_held(ends[name].state, ids.get(name, set())) for name in ends):
            return self.inconclusive("no state shows an id of its end user", hook=EFFECTS)
        mixed = sorted(_mixed_up(journal, ids))
        if mixed:
            return self.fails(f"{len(mixed)} states show ids of another end user", evidence=tuple(mixed), examined=len(ends))
        foreign = of_kind(journal, "foreign")
        moved = [words for delivery in foreign for words in _moved(journal, delivery)]
        if moved:
            seen = f"{len(moved)} end users were moved by a message about somebody else"
            return self.fails(seen, evidence=tuple(moved), examined=len(ends))
        return self.passes(
            f"{len(ends)} end users were kept apart, also from {len(foreign)} messages about others", examined=len(ends)
        )


def _ends(journal: Journal) -> dict[str, Effects]:
    """What the app told last about each end user."""
    return {effects.participant: effects for effects in journal.all(Effects)}


def _is_one_for_all(ends: dict[str, Effects]) -> bool:
    states = {msgspec.json.encode(end.state, order="deterministic") for end in ends.values()}
    return len(states) == 1


def _ids(journal: Journal) -> dict[str, set[str]]:
    """The ids that belong to each end user alone: consents and rows."""
    found: dict[str, set[str]] = {}
    for rows in journal.all(Rows):
        found.setdefault(rows.participant, set()).update(str(row[key]) for row in rows.rows for key in ROW_IDS if key in row)
    for delivery in genuine(journal):
        found.setdefault(delivery.participant, set()).update({end_user_of(delivery), consent_of(delivery)} - {""})
    return found


def _mixed_up(journal: Journal, ids: dict[str, set[str]]) -> set[str]:
    """Each pair of end users of whom one's state, at any moment, showed ids of the other."""
    return {
        f"{_name(effects.participant)}: shows {_symbol(journal, held)} of {_name(owner)}"
        for effects in journal.all(Effects)
        for owner, theirs in ids.items()
        if owner != effects.participant and (held := _held(effects.state, theirs))
    }


def _held(state: Any, ids: set[str]) -> list[str]:
    return sorted(text for text, ones in places(state, ids).items() if ones)


def _symbol(journal: Journal, held: list[str]) -> str:
    return min(journal.names.get(text, "an id") for text in held)


def _moved(journal: Journal, foreign: Delivery) -> Iterator[str]:
    """The end users whose state moved around a foreign message as a genuine message of that kind moves one."""
    reading = StateReader(journal)
    named = end_user_of(foreign)
    known = [
        move
        for delivery in _acknowledged(journal, kind_of(foreign))
        if (move := reading.around(delivery.step, delivery.participant))
    ]
    for name in _ends(journal):
        states = reading.around(foreign.step, name)
        is_named = any(end_user_of(delivery) == named for delivery in genuine(journal) if delivery.participant == name)
        if states is None or is_named:
            continue
        paths = next((paths for move in known if (paths := moved_alike(move, states))), [])
        if paths:
            yield f"{_name(name)}: {paths[0]} moved by {kind_of(foreign)} about {_whom(foreign)}"


def _acknowledged(journal: Journal, kind: str) -> list[Delivery]:
    return [delivery for delivery in genuine(journal) if delivery.outcome == "ack" and kind_of(delivery) == kind]


def _name(participant: str) -> str:
    return participant or "the first end user"


def _whom(foreign: Delivery) -> str:
    return "nobody" if foreign.name == "nobody" else "another end user"
