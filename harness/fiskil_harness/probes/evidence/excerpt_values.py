"""Data classes of an excerpt, which is the part of the journal that explains a failed finding.

Reports render them without further processing.
"""

from typing import Literal

from msgspec import Struct


class ExcerptLine(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of an excerpt: a delivery, an effect that the app reported, or a mark such as a kill.

    A delivery has a *note* (its variant and kind of event), a *response* (the status, or why there is no response) and an
    *outcome* (ack, refuse or indeterminate). An effect with the *outcome* ``none`` did not happen. Deliveries with the same
    *group* above 0 were sent at the same time. *is_witness* is True for the deliveries that the finding is about.
    """

    kind: Literal["delivery", "effect", "mark"]
    text: str
    note: str = ""
    response: str = ""
    outcome: str = ""
    group: int = 0
    is_witness: bool = False


class ShellCommand(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A shell command that sends a delivery again, with its original signature; *text* describes the delivery."""

    text: str
    command: str


class Excerpt(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The part of the journal that explains a failed finding, or one failed *case* of a finding.

    *changes* is a unified diff between two states of the app. *old* and *new* are the titles of these states; *old* is empty
    if there is only the new state. *left_out* is the number of deliveries that were omitted for lack of space.
    """

    scenario: str
    probe: str
    case: str = ""
    beats: tuple[ExcerptLine, ...] = ()
    commands: tuple[ShellCommand, ...] = ()
    old: str = ""
    new: str = ""
    changes: tuple[str, ...] = ()
    left_out: int = 0
