"""Parts of a scenario's story: its steps in words, and the events between its participants; times are offsets."""

from typing import Literal

from msgspec import Struct

Lane = Literal["end user", "app", "api", "webhooks"]
"""Participants of a story: the end user (for whom the harness acts), the app, the API, and the webhook sender."""

EntryKind = Literal["call", "delivery", "look", "hook", "effect", "mark"]
"""Kinds of events; a ``look`` is a page view, a ``mark`` a note."""

Outcome = Literal["succeeded", "refused", "failed", "no_response", ""]
"""Result of an exchange: success, a 4xx status, a 5xx status, no response; empty if there was no exchange."""

BOUNDS_MS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
"""Upper bounds of the duration classes of acknowledgements; the last class has none."""


class StoryEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One event during *step*; if *origin* equals *target*, it is a note and no request.

    *number* counts from 1 over all events of the scenario, including omitted ones. *took_s* is None if there is no duration.
    *bites* are the faults that acted. *repeats* is the number of the earlier attempt that this one repeats, or 0. *route* is
    the same for all attempts. *request* and *response* are head and body, masked and cut.
    """

    number: int
    step: int
    at_s: float
    took_s: float | None = None
    kind: EntryKind
    origin: Lane
    target: Lane
    text: str
    note: str = ""
    result: str = ""
    outcome: Outcome = ""
    bites: tuple[str, ...] = ()
    repeats: int = 0
    route: str = ""
    request: str = ""
    response: str = ""


class Story(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The events of one scenario; *left_out* counts those for which there was no room.

    *acknowledgements* counts the acknowledged genuine deliveries by duration (see ``BOUNDS_MS``).
    """

    scenario: str
    steps: tuple[str, ...]
    took_s: float
    entries: tuple[StoryEntry, ...] = ()
    left_out: int = 0
    acknowledgements: tuple[int, ...] = ()
