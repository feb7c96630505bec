"""The values that an exhibit is made of; reports show them as they are."""

from typing import Literal

from msgspec import Struct


class Beat(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that happened: a delivery, an effect that the app told, or a mark such as a kill.

    ``note`` is a delivery's variant or kind of event, ``answer`` its status or trouble, ``outcome`` ack, refuse or
    indeterminate, and none for an effect that did not come. Beats with one ``group`` above 0 were made at once.
    ``is_witness`` marks what the finding is about.
    """

    what: Literal["delivery", "effect", "mark"]
    text: str
    note: str = ""
    response: str = ""
    outcome: str = ""
    group: int = 0
    is_witness: bool = False


class Sending(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A delivery as a line for a shell, with the signature that it had."""

    text: str
    command: str


class Excerpt(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What there is to show of a finding that failed, or of one ``case`` of it.

    ``changes`` is a unified diff between two documents of the app's own words. ``old`` and ``new`` say which they are;
    ``old`` is empty where there is only one. ``left_out`` counts the deliveries for which there was no room.
    """

    scenario: str
    probe: str
    case: str = ""
    beats: tuple[Beat, ...] = ()
    sendings: tuple[Sending, ...] = ()
    old: str = ""
    new: str = ""
    changes: tuple[str, ...] = ()
    left_out: int = 0
