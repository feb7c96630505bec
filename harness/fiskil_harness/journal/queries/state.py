"""Compare states of the app by content, so that generated ids, times and the order of lists make no difference.

Ids are replaced by symbols, and timestamps of this scenario by the word ``<moment>``. A *leaf* is a path in the state, in
which list positions and generated keys are replaced by ``*``, together with all values at that path. Two states differ at
the paths at which their leaves differ.
"""

import re
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from fiskil_harness.core.model import DATASETS, PERMISSIONS
from fiskil_harness.journal import Effects, EventCreated, Journal
from fiskil_harness.journal.queries.api_calls import kind_of
from fiskil_harness.journal.queries.deliveries import genuine

Leaves = dict[str, Counter[str]]
Move = tuple[Leaves, Leaves]
"""The state before and after a step."""

AGE = timedelta(hours=2)
"""Time before the first event at which a scenario begins; later timestamps in a state count as times of the scenario."""

# An id may end with the padding of base64.
_WORD = re.compile(r"[A-Za-z0-9_-]+(?:==?)?")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?")
_MASKED = re.compile(r"[xX*\u2022. -]{2,}\d{3,4}")
_TWIN = re.compile(r"(?<![^.])[^.]++\.(?=(?:e|extra)\d+$)")


class StateReader:
    """Converter of states to leaves, which replaces ids by the symbols of one journal."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._names: Mapping[str, str] = journal.names
        published = [datetime.fromisoformat(event.publish_time) for event in journal.all(EventCreated)]
        self._since = min(published) - AGE if published else None

    def leaves(self, state: Any) -> Leaves:
        """Return the values of *state* by path, with the number of times that each value occurs."""
        leaves: Leaves = {}
        stack: list[tuple[Any, str]] = [(state, "$")]
        while stack:
            node, path = stack.pop()
            if isinstance(node, dict):
                for key, value in node.items():
                    symbol = self.text(key)
                    stack.append((value, f"{path}.{key}" if symbol == key else f"{path}[*]"))
                    if symbol != key:
                        leaves.setdefault(f"{path}[*]#key", Counter())[symbol] += 1
            elif isinstance(node, list):
                stack.extend((value, f"{path}[*]") for value in node)
            else:
                leaves.setdefault(path, Counter())[self._scalar(node)] += 1
        return leaves

    def around(self, step: int, participant: str) -> Move | None:
        """Return the participant's states before and after a step, or None if the app did not report both.

        None too if the app was at work before the step: an earlier message may have changed the state during it.
        """
        states = {
            effects.moment: effects.state
            for effects in self._journal.all(Effects)
            if effects.step == step and effects.participant == participant and effects.state is not None
            if effects.is_idle or effects.had_full_time or effects.moment != "before"
        }
        if "before" not in states or "after" not in states:
            return None
        return self.leaves(states["before"]), self.leaves(states["after"])

    def genuine_move(self, kind: str) -> Move | None:
        """Return the states around the first step in which a genuine message of *kind* changed a state, or None."""
        acknowledged = [delivery for delivery in genuine(self._journal) if delivery.is_acknowledged]
        moves = (self.around(each.step, each.participant) for each in acknowledged if kind_of(each) == kind)
        return next((move for move in moves if move and move[0] != move[1]), None)

    def text(self, text: str) -> str:
        """Return *text* with symbols in place of ids, and ``<moment>`` in place of timestamps of this scenario."""
        if text in self._names:
            return self._symbol(text)
        if _MASKED.fullmatch(text):
            return "<masked>"
        symbolic = _WORD.sub(lambda match: self._symbol(match[0]), text)
        return _MOMENT.sub(lambda match: "<moment>" if self._is_now(match[0]) else match[0], symbolic)

    def _symbol(self, word: str) -> str:
        known = word if word in self._names else word.rstrip("=")
        return _TWIN.sub("", self._names[known]) + word[len(known) :] if known in self._names else word

    def _scalar(self, node: Any) -> str:
        if isinstance(node, str):
            return self.text(node)
        if isinstance(node, int | float) and not isinstance(node, bool):
            if str(node) in self._names:
                return self._symbol(str(node))
            if self._is_epoch(node):
                return "<moment>"
        return msgspec.json.encode(node).decode()

    def _is_now(self, text: str) -> bool:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return False
        if self._since is None:
            return False
        if len(text) == len("2026-01-01"):
            return moment.date() >= self._since.date()
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) >= self._since

    def _is_epoch(self, number: float) -> bool:
        """Return True if *number* may be a time since 1970, in s, ms or \u00b5s, from this scenario to two years later."""
        if self._since is None:
            return False
        first = self._since.timestamp()
        last = first + timedelta(days=730).total_seconds()
        return any(first * unit <= number <= last * unit for unit in (1, 1000, 1_000_000))


def differing(first: Leaves, second: Leaves) -> set[str]:
    """Return the paths at which two states differ."""
    return {path for path in first.keys() | second.keys() if first.get(path) != second.get(path)}


def equal_changes(first: Move, second: Move) -> list[str]:
    """Return the paths, sorted, at which both moves changed the same old value to the same new value."""
    return sorted(
        path
        for path in differing(*first) & differing(*second)
        if first[0].get(path) == second[0].get(path) and first[1].get(path) == second[1].get(path)
    )


def has_symbols(leaves: Leaves) -> bool:
    """Return True if a state contains ids that the app can only have received in events or from the API."""
    return any(_is_symbol(value) for counter in leaves.values() for value in counter)


def _is_symbol(value: str) -> bool:
    if value.partition(":")[0] in {"consent", "account"}:
        return True
    word = _WORD.match(value)
    # The app may know the names of datasets, such as energy_accounts, from its own source code.
    is_name = word is not None and (word[0] in DATASETS or word[0] in PERMISSIONS)
    return value.startswith(("bank_", "energy_")) and not is_name
