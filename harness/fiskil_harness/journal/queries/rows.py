"""Find rows in the app's state, which may be any JSON document with the data that the app shows an end user.

A *place* is one occurrence of a text in the state: the path, in which list indexes and ids are replaced by ``*``, and the
record, which is the nearest object around the text. A row that has the same places in two states is unchanged.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any

from msgspec import Struct

from fiskil_harness.core.config.hooks import EFFECTS, STATE
from fiskil_harness.journal import Effects, HookCall, Journal, Rows
from fiskil_harness.journal.queries.api_calls import (
    acknowledged_events,
    began_s,
    dataset_of,
    has_read_what_is_shared,
    is_done,
    is_in,
    reads,
    selection,
)
from fiskil_harness.journal.queries.money_texts import amount_in

MANY = 8
"""Minimum number of members from which an object of objects counts as a table whose keys are ids, not field names."""
PENDING = "app.observe.effects: pending"
"""Field of the effects hook that findings report as missing; without it, a busy app looks as if it had lost a message."""

STILL_BUSY = "the app was still busy when the scenario ended"
NO_VISIBLE_EFFECT = "an acknowledged message had no visible effect, and the effects hook does not report `pending`"


class Place(Struct, frozen=True):
    """One occurrence of a text in a state: the path, and the nearest object around the text."""

    path: str
    record: Any


def places(state: Any, texts: Collection[str]) -> dict[str, list[Place]]:
    """Return the occurrences of each of *texts* in *state*, as a value or as a key."""
    searched = set(texts)
    occurrences: dict[str, list[Place]] = {text: [] for text in searched}
    stack: list[tuple[Any, str, Any]] = [(state, "$", state)]
    while stack:
        node, path, record = stack.pop()
        if isinstance(node, str):
            if node in searched:
                occurrences[node].append(Place(path, record))
        elif isinstance(node, list):
            stack.extend((value, f"{path}[*]", node) for value in node)
        elif isinstance(node, dict):
            is_table = len(node) >= MANY and all(isinstance(value, dict | list) for value in node.values())
            for name, value in node.items():
                below = f"{path}.{general_name(name, is_table=is_table)}"
                if name in searched:
                    occurrences[name].append(Place(below, value))
                stack.append((value, below, node))
    return occurrences


def shown(state: Any, texts: Collection[str]) -> set[str]:
    """Return those of *texts*, such as ids of rows, that *state* contains."""
    return set(texts) & set(texts_in(state))


def texts_in(state: Any) -> Iterator[str]:
    """Yield every text in *state*, values and keys."""
    stack = [state]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            yield node
        elif isinstance(node, list):
            stack.extend(node)
        elif isinstance(node, dict):
            yield from node
            stack.extend(node.values())


def duplicated(occurrences: dict[str, list[Place]]) -> list[str]:
    """Return the texts that the same list in the state contains more than once.

    Return none if another list contains every text exactly once: a state may repeat rows on purpose, for example in a log of
    changes.
    """
    counts: dict[str, Counter[str]] = {}
    for text, text_places in occurrences.items():
        for place in text_places:
            counts.setdefault(place.path, Counter())[text] += 1
    if any(len(counter) == len(occurrences) and max(counter.values()) == 1 for counter in counts.values()):
        return []
    return [text for text in occurrences if any(counter[text] > 1 for counter in counts.values())]


def holds_value(record: Any, value: Any) -> bool:
    """Return True if *record* contains *value*, in any case and spacing.

    For amounts of money, the sign, the unit (dollars or cents), the currency and the JSON type are ignored.
    """
    forms = _forms(value)
    stack = [record]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            stack.extend(node.values())
        elif isinstance(node, list):
            stack.extend(node)
        elif forms & _forms(node):
            return True
    return False


def latest_rows(journal: Journal, dataset: str, participant: str = "") -> Rows | None:
    """Return the latest rows of *dataset* that the API served for a participant, or None if it served none."""
    return next(reversed(syncs(journal, dataset, participant)), None)


def syncs(journal: Journal, dataset: str, participant: str = "") -> list[Rows]:
    """Return all syncs of *dataset* for a participant, in order."""
    return [rows for rows in journal.all(Rows) if (rows.dataset, rows.participant) == (dataset, participant)]


def labelled_rows(journal: Journal) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield each row that the API served for the first participant, with its dataset and its name in reports."""
    for sync in journal.all(Rows):
        for number, row in enumerate(() if sync.participant else sync.rows, start=1):
            yield sync.dataset, row, f"{sync.dataset} {name_of_row(row, number)}"


def row_lines(problem: str, rows: Iterable[dict[str, Any]]) -> tuple[str, ...]:
    """Return a line with the *problem* and the name of each row, sorted, as evidence."""
    return tuple(f"{problem} {name}" for name in sorted(map(name_of_row, rows)))


def snapshots(journal: Journal, participant: str = "") -> list[Effects]:
    """Return the effects that the app reported for a participant, in order."""
    return [effects for effects in journal.all(Effects) if effects.participant == participant]


def last_effects(journal: Journal, participant: str = "") -> Effects | None:
    """Return the last effects that the app reported for a participant, or None if there are none."""
    return next(reversed(snapshots(journal, participant)), None)


def effects_before(journal: Journal, moment_s: float, participant: str = "") -> Effects | None:
    """Return the last effects that the app reported for a participant before *moment_s*, or None if there are none."""
    return next((effects for effects in reversed(snapshots(journal, participant)) if effects.at_s < moment_s), None)


def effects_around(journal: Journal, step: int, participant: str) -> tuple[Effects | None, Effects | None]:
    """Return the effects that the app reported for a participant before and after a step; None for a missing one."""
    by_moment = {effects.moment: effects for effects in snapshots(journal, participant) if effects.step == step}
    return by_moment.get("before"), by_moment.get("after")


def state_before(journal: Journal, moment_s: float) -> Any:
    """Return the last state that the app reported for the first participant before *moment_s*, or None."""
    before = effects_before(journal, moment_s)
    return before.state if before else None


def why_still_busy(effects: Effects | None) -> tuple[str, str]:
    """Return the reason why a busy app, or one whose effects were not read, cannot be judged, and the hook that would help.

    The reason does not contain the earlier scenario since which the app has been busy (``busy_since``), because that depends
    on which scenarios shared a worker.
    """
    if effects is None:
        return STILL_BUSY, EFFECTS
    unprocessed = f": {effects.waits_for} was not processed" if effects.waits_for else ""
    reason, hook = (NO_VISIBLE_EFFECT, PENDING) if effects.pending is None else (STILL_BUSY, "")
    return f"{reason}{unprocessed}", hook


def is_announced(journal: Journal, rows: Rows) -> bool:
    """Return True if the app was notified of *rows*: it acknowledged their event, or read their dataset in a later refresh.

    The refresh succeeded, or failed only because data that is not shared was refused.
    """
    for delivery, event in acknowledged_events(journal):
        is_its_event = dataset_of(event.kind) == rows.dataset and event.participant == rows.participant
        if is_its_event and delivery.at_s >= rows.at_s:
            return True
    place = {"dataset": rows.dataset, "end_user_id": rows.end_user_id}
    return any(
        is_done(journal, call, **place) or has_read_what_is_shared(journal, call, **place)
        for call in journal.all(HookCall)
        if call.is_refresh and call.participant == rows.participant and began_s(call) >= rows.at_s
    )


def why_not_required(journal: Journal, rows: Rows | None, dataset: str, *, may_be_empty: bool = False) -> tuple[str, str]:
    """Return the reason why the app need not show *rows*, and the missing hook; both are empty if it must show the rows.

    Args:
        may_be_empty: True if an empty list is a result that the app must show too.
    """
    if rows is None or not (rows.rows or may_be_empty):
        return f"the API served no {dataset}", ""
    end = last_effects(journal, rows.participant)
    if end is None or end.state is None:
        return "the effects hook does not report `state`", STATE
    if not is_announced(journal, rows):
        return f"the app was not notified of the latest sync of {dataset}{_failed_refresh(journal, rows)}", ""
    return "", ""


def _failed_refresh(journal: Journal, rows: Rows) -> str:
    """Return a clause about the last refresh after *rows* were served, which did not succeed; "" if there was none."""
    for call in reversed(journal.all(HookCall)):
        if call.is_refresh and call.participant == rows.participant and began_s(call) >= rows.at_s:
            result = "did not respond" if call.status is None else f"responded {call.status}"
            return f", because app.drive.refresh {result}"
    return ""


def rows_read(journal: Journal, rows: Rows, *, since_s: float = 0.0) -> list[dict[str, Any]]:
    """Return those of *rows* that the app's queries since *since_s* select, or all rows if the app read nothing."""
    calls = [call for call in reads(journal, rows.dataset, rows.end_user_id) if call.at_s >= since_s]
    selections = {selection(call.query) for call in calls}
    return [row for row in rows.rows if not calls or any(is_in(selected, row) for selected in selections)]


def name_of_row(row: dict[str, Any], number: int = 0) -> str:
    """Return the name of *row* in reports, which is the same in every run, or "row *number*" if it has no name."""
    return str(row.get("key", f"row {number}"))


@lru_cache(maxsize=4096)
def general_name(name: str, *, is_table: bool = False) -> str:
    """Return *name* as paths contain it: ``*`` in place of a name with a digit, and of every key of a table."""
    return "*" if is_table or any(letter.isdigit() for letter in name) else name


def _forms(value: Any) -> set[object]:
    """Return the spellings by which *value* is compared; two values count as equal if they have a spelling in common.

    An integer has two spellings, because it may be dollars or cents.
    """
    if isinstance(value, bool) or value is None:
        return set()
    if isinstance(value, int):
        return {Decimal(abs(value)) * 100, Decimal(abs(value))}
    if isinstance(value, float):
        return {Decimal(str(round(abs(value) * 100, 4)))}
    text = " ".join(str(value).casefold().split())
    amount = amount_in(text) if "." in text else None
    return {text} if amount is None else {text, abs(amount) * 100}
