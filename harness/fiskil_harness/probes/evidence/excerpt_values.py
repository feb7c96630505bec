"""Parts of an excerpt; reports render them without further processing."""

from typing import Literal

from msgspec import Struct


class ExcerptLine(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of an excerpt: a delivery, an effect that the app reported, or a mark such as a kill.

    *note* is a delivery's variant and kind of event, *response* its status or the reason why there is none, *outcome* ack,
    refuse or indeterminate; ``none`` marks an effect that did not happen. Deliveries with one *group* above 0 were sent at
    the same time. *is_witness* marks the deliveries that the finding is about.
    """

    kind: Literal["delivery", "effect", "mark"]
    text: str
    note: str = ""
    response: str = ""
    outcome: str = ""
    group: int = 0
    is_witness: bool = False


class ShellCommand(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A delivery as a shell command, with its original signature."""

    text: str
    command: str


class Excerpt(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The journal around a finding that failed, or around one *case* of it.

    *changes* is a unified diff between two states of the app; *old* and *new* name them, and *old* is empty if there is only
    one. *left_out* counts the deliveries for which there was no room.
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
