"""Data classes of a scenario's story: the texts of its steps, and the events between its participants.

Times are seconds since the scenario began.
"""

from typing import Literal

from msgspec import Struct

Lane = Literal["end user", "app", "api", "webhooks"]
"""Participants of a story: the end user (for whom the harness acts), the app, the API, and the webhook sender."""

EntryKind = Literal["call", "delivery", "look", "hook", "effect", "mark"]
"""Kinds of events: a ``look`` happens in the end user's browser, such as a page view; a ``mark`` is a note."""

Outcome = Literal["succeeded", "refused", "failed", "no_response", ""]
"""Result of an exchange: success, a 4xx status, a 5xx status, no response; empty if there was no exchange."""

BOUNDS_MS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
"""Upper bounds of the duration classes of acknowledgements, in milliseconds; one more class has no upper bound."""


class StoryEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One event of a story. If *origin* and *target* are equal, the event is a note and not a request.

    *number* counts from 1 over all events of the scenario, including omitted ones. *step* is the index of the step, or -1
    before the first step. *took_s* is None if there is no duration. *bites* are the faults that acted. *repeats* is the
    number of the earlier attempt that this event repeats, or 0. *route* is the same for all attempts. *request* and
    *response* contain headers and body as text, masked and cut.
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
    """The events of one scenario; *left_out* is the number of events that were omitted for lack of space.

    *acknowledgements* is the number of acknowledged genuine deliveries in each duration class (see ``BOUNDS_MS``).
    """

    scenario: str
    steps: tuple[str, ...]
    took_s: float
    entries: tuple[StoryEntry, ...] = ()
    left_out: int = 0
    acknowledgements: tuple[int, ...] = ()
