"""The values that a scenario's story is made of: its steps in words, and what happened between whom; times are offsets."""

from typing import Literal

from msgspec import Struct

Lane = Literal["end user", "app", "api", "webhooks"]
"""Who takes part: the end user (in whose name the harness drives), the app, the API, and the sender of webhooks."""

Manner = Literal["call", "delivery", "look", "hook", "effect", "mark"]
Outcome = Literal["answered", "refused", "failed", "unanswered", ""]

BOUNDS_MS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
"""Upper bounds of the classes in which acknowledgements are counted; the last class has none."""


class Happening(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that happened during ``step``; where ``origin`` is ``target`` it is a note and nobody was asked anything.

    ``number`` counts from 1 over all that happened, also what is left out here. ``took_s`` is None where nothing took time.
    ``bites`` are the faults that acted. ``repeats`` is the number of the earlier attempt that this one makes again, or 0.
    ``route`` is what attempts have in common. ``request`` and ``response`` are head and body, masked and cut.
    """

    number: int
    step: int
    at_s: float
    took_s: float | None = None
    what: Manner
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
    """What happened in one scenario. ``left_out`` counts what there was no room for.

    ``acknowledgements`` counts the genuine deliveries that were acknowledged, by how long that took (see ``BOUNDS_MS``).
    """

    scenario: str
    steps: tuple[str, ...]
    took_s: float
    happenings: tuple[Happening, ...] = ()
    left_out: int = 0
    acknowledgements: tuple[int, ...] = ()
