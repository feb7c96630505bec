"""Does each end user's state contain only their own rows, and change only after messages about them?"""

from collections.abc import Iterator
from typing import Any

import msgspec

from fiskil_harness.core.config.hooks import EFFECTS, STATE
from fiskil_harness.journal import Delivery, Effects, Journal, Rows
from fiskil_harness.journal.queries.api_calls import consent_of, end_user_of, kind_of
from fiskil_harness.journal.queries.deliveries import genuine, of_kind
from fiskil_harness.journal.queries.rows import shown
from fiskil_harness.journal.queries.state import StateReader, equal_changes
from fiskil_harness.probes.probe import Finding, Probe

ROW_IDS = ("fiskil_id", "account_id", "transaction_id")


class SeparatesEndUsers(Probe, frozen=True, kw_only=True, tag="separates_end_users"):
    """Check that no end user's state shows ids of another end user, or changes by messages about another."""

    needs = (EFFECTS,)
    around = ("deliver", "deliver_foreign", "deliver_mixed")
    expected = "each end user's state contains only their own consents and rows"
    source = "webhooks.end-user"
    fix = "look up end user and consent together, and ignore a message in which the two do not match"

    def examine(self, journal: Journal) -> Finding:
        """Look for ids of other end users in each state, and for changes that messages about other end users caused."""
        ends = _ends(journal)
        if len(ends) < 2 or any(end.state is None for end in ends.values()):
            return self.inconclusive("the effects hook reports no state for several end users", hook=STATE)
        if _is_one_for_all(ends):
            return self.inconclusive("the effects hook reports the same state for every end user", hook=STATE)
        ids = _ids(journal)
        if not any(_ids_in(ends[name].state, ids.get(name, set())) for name in ends):
            return self.inconclusive("no state shows an id of its end user", hook=STATE)
        mixed = sorted(_mixed_up(journal, ids))
        if mixed:
            return self.fails(f"{len(mixed)} states show ids of another end user", evidence=tuple(mixed))
        foreign = of_kind(journal, "foreign")
        changed = [line for delivery in foreign for line in _changed_by(journal, delivery)]
        if changed:
            observed = f"the states of {len(changed)} end users were changed by a message about another end user"
            return self.fails(observed, evidence=tuple(changed))
        return self.passes(
            f"{len(ends)} states contain only their own data, also after {len(foreign)} foreign messages", examined=len(ends)
        )


def _ends(journal: Journal) -> dict[str, Effects]:
    """Return the last snapshot of each end user."""
    return {effects.participant: effects for effects in journal.all(Effects)}


def _is_one_for_all(ends: dict[str, Effects]) -> bool:
    states = {msgspec.json.encode(end.state, order="deterministic") for end in ends.values()}
    return len(states) == 1


def _ids(journal: Journal) -> dict[str, set[str]]:
    """Return the ids of each end user, including those of their consents and rows, by participant."""
    ids: dict[str, set[str]] = {}
    for rows in journal.all(Rows):
        ids.setdefault(rows.participant, set()).update(str(row[key]) for row in rows.rows for key in ROW_IDS if key in row)
    for delivery in genuine(journal):
        ids.setdefault(delivery.participant, set()).update({end_user_of(delivery), consent_of(delivery)} - {""})
    return ids


def _mixed_up(journal: Journal, ids: dict[str, set[str]]) -> set[str]:
    """Return a line for each end user and other end user if a state of the first ever showed an id of the other."""
    return {
        f"{_name(effects.participant)}: shows {_symbol(journal, foreign_ids)} of {_name(owner)}"
        for effects in journal.all(Effects)
        for owner, owner_ids in ids.items()
        if owner != effects.participant and (foreign_ids := _ids_in(effects.state, owner_ids))
    }


def _ids_in(state: Any, ids: set[str]) -> list[str]:
    return sorted(shown(state, ids))


def _symbol(journal: Journal, ids: list[str]) -> str:
    return min(journal.names.get(text, "an id") for text in ids)


def _changed_by(journal: Journal, foreign: Delivery) -> Iterator[str]:
    """Yield a line for each end user whose state the message *foreign* changed, although it is about another end user.

    The change must be the same as one that a genuine message of that kind caused.
    """
    states = StateReader(journal)
    named = end_user_of(foreign)
    genuine_moves = [
        move
        for delivery in _acknowledged(journal, kind_of(foreign))
        if (move := states.around(delivery.step, delivery.participant))
    ]
    for name in _ends(journal):
        suspect = states.around(foreign.step, name)
        is_named = any(end_user_of(delivery) == named for delivery in genuine(journal) if delivery.participant == name)
        if suspect is None or is_named:
            continue
        paths = next((paths for move in genuine_moves if (paths := equal_changes(move, suspect))), [])
        if paths:
            yield f"{_name(name)}: {paths[0]} changed by {kind_of(foreign)} about {_subject(foreign)}"


def _acknowledged(journal: Journal, kind: str) -> list[Delivery]:
    return [delivery for delivery in genuine(journal) if delivery.is_acknowledged and kind_of(delivery) == kind]


def _name(participant: str) -> str:
    return participant or "the first end user"


def _subject(foreign: Delivery) -> str:
    return "an unknown end user" if foreign.name == "unknown" else "another end user"
