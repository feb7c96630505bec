"""Where rows stand in the app's state, which is any JSON that shows the app's active view of an end user.

A *place* is a path, with list indexes and ids made equal, and the record at it: the nearest object around the text. Two
states in which a row has the same places show the row in the same way.
"""

from collections import Counter
from collections.abc import Collection
from decimal import Decimal, InvalidOperation
from typing import Any

from msgspec import Struct

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.journal import Effects, HookCall, Journal, Rows
from fiskil_harness.journal.queries.api_calls import acknowledged_events, began_s, covers, dataset_of, reads

MANY = 8
PENDING = "app.observe.effects: pending"
"""The part of the effects hook that tells an app at work from one that has forgotten something."""

STILL_BUSY = "the app was still at work when the scenario ended"
UNSURE = "something that was acknowledged did not show, and the effects hook tells no pending"


class Place(Struct, frozen=True):
    """One mention of a text in a state."""

    path: str
    record: Any


def places(state: Any, wanted: Collection[str]) -> dict[str, list[Place]]:
    """Every mention of each *wanted* text, as a value or as a key."""
    known = set(wanted)
    found: dict[str, list[Place]] = {text: [] for text in known}
    stack: list[tuple[Any, str, Any]] = [(state, "$", state)]
    while stack:
        node, path, record = stack.pop()
        if isinstance(node, str):
            if node in known:
                found[node].append(Place(path, record))
        elif isinstance(node, list):
            stack.extend((value, f"{path}[*]", value if isinstance(value, dict) else node) for value in node)
        elif isinstance(node, dict):
            is_table = len(node) >= MANY and all(isinstance(value, dict | list) for value in node.values())
            for name, value in node.items():
                below = f"{path}.{_generalised(name, is_table=is_table)}"
                if name in known:
                    found[name].append(Place(below, value))
                stack.append((value, below, value if isinstance(value, dict) else node))
    return found


def doubled(found: dict[str, list[Place]]) -> list[str]:
    """The texts that one list shows twice, though no part of the state shows every text once.

    A state may show rows several times on purpose: newest ones again, a log of changes. One clean view is enough.
    """
    counts: dict[str, Counter[str]] = {}
    for text, ones in found.items():
        for place in ones:
            counts.setdefault(place.path, Counter())[text] += 1
    if any(len(counter) == len(found) and max(counter.values()) == 1 for counter in counts.values()):
        return []
    return [text for text in found if any(counter[text] > 1 for counter in counts.values())]


def holds_value(record: Any, value: Any) -> bool:
    """Whether a record carries *value*: text whatever its case and spaces, money whatever its sign, unit and type."""
    wanted = _forms(value)
    stack = [record]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            stack.extend(node.values())
        elif isinstance(node, list):
            stack.extend(node)
        elif wanted & _forms(node):
            return True
    return False


def latest_rows(journal: Journal, dataset: str, participant: str = "") -> Rows | None:
    """What the API served last for a participant."""
    found = [rows for rows in journal.all(Rows) if rows.dataset == dataset and rows.participant == participant]
    return found[-1] if found else None


def last_effects(journal: Journal, participant: str = "") -> Effects | None:
    """What the app told last about a participant."""
    found = [effects for effects in journal.all(Effects) if effects.participant == participant]
    return found[-1] if found else None


def effects_before(journal: Journal, moment_s: float, participant: str = "") -> Effects | None:
    """What the app told last before a moment."""
    found = [effects for effects in journal.all(Effects) if effects.participant == participant and effects.at_s < moment_s]
    return found[-1] if found else None


def at_work(effects: Effects) -> tuple[str, str]:
    """Why nothing can be said about an app that was not at rest: the reason in words, and the hook that would help.

    Since which earlier scenario it has not been stands among the notes: it depends on which of them shared a worker.
    """
    stayed = f": {effects.waits_for} stayed undone" if effects.waits_for else ""
    told, hook = (UNSURE, PENDING) if effects.pending is None else (STILL_BUSY, "")
    return f"{told}{stayed}", hook


def is_announced(journal: Journal, rows: Rows) -> bool:
    """Whether the app was told of *rows*: their event was acknowledged, or a refresh begun since then succeeded."""
    for delivery, event in acknowledged_events(journal):
        is_its_event = dataset_of(event.kind) == rows.dataset and event.participant == rows.participant
        if is_its_event and delivery.at_s >= rows.at_s:
            return True
    return any(
        hook_call.hook == "refresh"
        and hook_call.participant == rows.participant
        and began_s(hook_call) >= rows.at_s
        and hook_call.status is not None
        and 200 <= hook_call.status < 300
        for hook_call in journal.all(HookCall)
    )


def why_not(journal: Journal, rows: Rows | None, dataset: str) -> tuple[str, str]:
    """Why the app cannot be held to *rows*: the reason in words and the hook that is missing; both empty where it can."""
    if rows is None or not rows.rows:
        return f"the API served no {dataset}", ""
    end = last_effects(journal, rows.participant)
    if end is None or end.state is None:
        return "the effects hook tells no state", EFFECTS
    if not is_announced(journal, rows):
        return f"nothing told the app of the latest sync of {dataset}", ""
    return "", ""


def rows_read(journal: Journal, rows: Rows, *, since_s: float = 0.0) -> list[dict[str, Any]]:
    """The rows that the app's own reads since *since_s* asked for; all of them where it read nothing."""
    made = [read for read in reads(journal, rows.dataset, rows.end_user_id) if read.at_s >= since_s]
    return [row for row in rows.rows if not made or any(covers(call, row) for call in made)]


def name_of_row(row: dict[str, Any], number: int = 0) -> str:
    """The row's name in the person's history, which is the same in every run; its *number* where it has none."""
    return str(row.get("key", f"row {number}"))


def _generalised(name: str, *, is_table: bool) -> str:
    return "*" if is_table or any(letter.isdigit() for letter in name) else name


def _forms(value: Any) -> set[object]:
    """Equal values have a form in common; an integer may be dollars or cents."""
    if isinstance(value, bool) or value is None:
        return set()
    if isinstance(value, int):
        return {Decimal(abs(value)) * 100, Decimal(abs(value))}
    if isinstance(value, float):
        return {Decimal(str(round(abs(value) * 100, 4)))}
    text = " ".join(str(value).casefold().split())
    try:
        return {text, (abs(Decimal(text)) * 100)} if "." in text else {text}
    except InvalidOperation:
        return {text}
