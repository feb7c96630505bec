"""States compared by what they say: ids become symbols, moments of this scenario become one, lists become multisets.

A *leaf* is a path, in which list positions and minted keys are made equal, with every value found there. Two states that an
app reached by different ways differ where their leaves do.
"""

import re
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from fiskil_harness.journal import Effects, EventCreated, Journal

Leaves = dict[str, Counter[str]]
Move = tuple[Leaves, Leaves]
"""A state before and after."""

AGE = timedelta(hours=2)
"""Moments from so long before the first event on belong to the scenario; rows are dated earlier, or alike for twins."""

OWN_SYMBOLS = frozenset({"end_user", "end_user_ref", "session"})
"""What an app knows of an end user before the first event."""

_WORD = re.compile(r"[A-Za-z0-9_-]+")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?")
_MASKED = re.compile(r"[xX*\u2022. -]{2,}\d{3,4}")
_TWIN = re.compile(r"[^.]+\.(?=e\d+$)")


class StateReader:
    """Reads states of one journal."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._names: Mapping[str, str] = journal.names
        told = [datetime.fromisoformat(event.publish_time) for event in journal.all(EventCreated)]
        self._since = min(told) - AGE if told else None

    def leaves(self, state: Any) -> Leaves:
        """Every value of *state* by path."""
        found: Leaves = {}
        stack: list[tuple[Any, str]] = [(state, "$")]
        while stack:
            node, path = stack.pop()
            if isinstance(node, dict):
                for key, value in node.items():
                    known = self.text(key)
                    stack.append((value, f"{path}.{key}" if known == key else f"{path}[*]"))
                    if known != key:
                        found.setdefault(f"{path}[*]#key", Counter())[known] += 1
            elif isinstance(node, list):
                stack.extend((value, f"{path}[*]") for value in node)
            else:
                found.setdefault(path, Counter())[self._scalar(node)] += 1
        return found

    def around(self, step: int, participant: str) -> Move | None:
        """The participant's state before and after a step, where the app told both."""
        found = {
            effects.moment: effects.state
            for effects in self._journal.all(Effects)
            if effects.step == step and effects.participant == participant and effects.state is not None
        }
        if "before" not in found or "after" not in found:
            return None
        return self.leaves(found["before"]), self.leaves(found["after"])

    def text(self, text: str) -> str:
        """A text with symbols for ids, and one word for every moment of this scenario."""
        if text in self._names:
            return self._symbol(text)
        if _MASKED.fullmatch(text):
            return "<masked>"
        named = _WORD.sub(lambda match: self._symbol(match[0]), text)
        return _MOMENT.sub(lambda match: "<moment>" if self._is_now(match[0]) else match[0], named)

    def _symbol(self, word: str) -> str:
        return _TWIN.sub("", self._names[word]) if word in self._names else word

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
        """Whether a number is a moment of this scenario, or up to two years later, in s, ms or \u00b5s since 1970."""
        if self._since is None:
            return False
        first = self._since.timestamp()
        last = first + timedelta(days=730).total_seconds()
        return any(first * unit <= number <= last * unit for unit in (1, 1000, 1_000_000))


def differing(one: Leaves, other: Leaves) -> set[str]:
    """The paths at which two states say different things."""
    return {path for path in one.keys() | other.keys() if one.get(path) != other.get(path)}


def moved_alike(known: Move, suspect: Move) -> list[str]:
    """The paths at which *suspect* moved from and to where *known* moved."""
    return sorted(
        path
        for path in differing(*known) & differing(*suspect)
        if known[0].get(path) == suspect[0].get(path) and known[1].get(path) == suspect[1].get(path)
    )


def has_symbols(leaves: Leaves) -> bool:
    """Whether a state shows ids that only events or the API can have told."""
    return any(
        value.partition(":")[0] in {"consent", "account"} or value.startswith("bank_")
        for counter in leaves.values()
        for value in counter
    )
