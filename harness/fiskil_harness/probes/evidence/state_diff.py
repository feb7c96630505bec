"""Differences between two snapshots of the app's effects, as a diff of sorted JSON in which symbols replace ids."""

import difflib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from msgspec import structs

from fiskil_harness.journal import Effects, Journal
from fiskil_harness.journal.queries.state import StateReader

MOST_LINES = 40
WIDEST = 300


def counts(effects: Effects | None, message_ids: Collection[str], names: Mapping[str, str]) -> dict[str, int]:
    """Return how often each message in *message_ids* was applied, by symbol; messages that were not applied are omitted."""
    applied = (effects.applied or {}) if effects else {}
    return {
        names.get(message_id, message_id): applied[message_id]
        for message_id in sorted(message_ids)
        if applied.get(message_id)
    }


def changed(old: Effects | None, new: Effects | None, message_ids: Collection[str], journal: Journal) -> tuple[str, ...]:
    """Return the changes from *old* to *new* as a unified diff without header, with counts for *message_ids* only.

    If *old* is None and the app reports counts, the state is left out of the diff.
    """
    names = journal.names
    if old is None and new is not None and new.applied is not None:
        new = structs.replace(new, state=None) if counts(new, message_ids, names) else None
    return _difference(*(_text(effects, message_ids, names, lambda text: names.get(text, text)) for effects in (old, new)))


def twins_apart(first: Effects, second: Effects, journal: Journal) -> tuple[str, ...]:
    """Return the differences between the final states of two twins; timestamps of the scenario and counts are ignored."""
    reader = StateReader(journal)
    return _difference(*(_text(effects, (), journal.names, reader.text) for effects in (first, second)))


def _text(
    effects: Effects | None, message_ids: Collection[str], names: Mapping[str, str], symbol: Callable[[str], str]
) -> list[str]:
    if effects is None:
        return []
    document: dict[str, Any] = {}
    if message_ids and effects.applied is not None:
        document["applied"] = counts(effects, message_ids, names)
    if effects.state is not None:
        document["state"] = _symbolic(effects.state, symbol)
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False).splitlines()


def _symbolic(node: Any, symbol: Callable[[str], str]) -> Any:
    if isinstance(node, str):
        return symbol(node)
    if isinstance(node, dict):
        return {symbol(key): _symbolic(value, symbol) for key, value in node.items()}
    if isinstance(node, list):
        return [_symbolic(value, symbol) for value in node]
    return node


def _difference(old: Sequence[str], new: Sequence[str]) -> tuple[str, ...]:
    lines = list(difflib.unified_diff(old, new, n=2, lineterm=""))[2:]
    shown = [line if len(line) <= WIDEST else line[:WIDEST] + " ..." for line in lines[:MOST_LINES]]
    return (*shown, *([f"  ... {len(lines) - MOST_LINES} more lines"] if len(lines) > MOST_LINES else []))
