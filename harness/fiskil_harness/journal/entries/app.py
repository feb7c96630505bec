"""What the app did and told, and what kept a step from being performed."""

from typing import Any

from fiskil_harness.journal.entries.entry import Entry


class Started(Entry, frozen=True, kw_only=True):
    """The app was started, or was found running.

    ``how`` is start, found, restart, kill, kill_worker (one process of several), stop, or refusal: it would not start
    without its webhook secret.
    """

    how: str


class MachinePaused(Entry, frozen=True, kw_only=True):
    """The whole machine, or this process of it, stood still for ``lasted_s`` real seconds, until ``at_s``."""

    lasted_s: float


class Journey(Entry, frozen=True, kw_only=True):
    """A consent journey came to an end, or was left. ``ending`` is the error type, APPROVED or ABANDONED."""

    participant: str
    ending: str
    session: str
    attempt: int
    end_user_id: str = ""


class Visit(Entry, frozen=True, kw_only=True):
    """The end user's browser was sent to a page of the app (callback, cancelled page), or *is_elsewhere*: past the app."""

    participant: str
    page: str
    status: int | None
    content_type: str = ""
    body: bytes = b""
    is_elsewhere: bool = False


class SdkMessagePassed(Entry, frozen=True, kw_only=True):
    """A window told the app's page how a journey ended, and the page passed it on; an empty ``error_type`` is a success.

    ``is_genuine`` is False where the window was not the consent page's.
    """

    participant: str
    session: str
    error_type: str
    is_genuine: bool = True


class HookCall(Entry, frozen=True, kw_only=True):
    """The harness asked the app to do something. ``status`` is None when the app did not answer in time."""

    hook: str
    participant: str
    status: int | None
    body: bytes = b""
    took_s: float = 0.0


class Effects(Entry, frozen=True, kw_only=True):
    """What the app says it did, at one moment. ``moment`` is before or after (a step), ordered (it is about
    to be told to fail), halved (half of a message has come), settled, or end.

    ``applied`` and ``state`` are None where the app does not tell them. ``is_quiescent`` is False when the wait was capped;
    nothing had changed for ``still_s`` real seconds by then. ``failed`` counts the ordered failures that have happened.
    ``consents`` are the values that the state shows for consents, where the config says where they stand. ``refusal`` is
    what was asked and answered where the app said that there is nothing. ``waits_for`` is a message of this scenario that
    was waited for in vain, ``left_by`` since which scenario and message the app has not been at rest, where that was before
    this one; which one that is depends on the worker, so no verdict's words may have it.
    """

    participant: str
    moment: str
    applied: dict[str, int] | None = None
    state: Any = None
    pending: int | None = None
    failed: int | None = None
    is_idle: bool = True
    unchanged_s: float = 0.0
    is_connected: bool | None = None
    consents: dict[str, Any] = {}
    refusal: str = ""
    waits_for: str = ""
    left_by: str = ""


class Output(Entry, frozen=True, kw_only=True):
    """What the app wrote during the scenario. ``place`` is ``output`` or the log file's name.

    ``lack`` says in words why ``text`` is not all that was written there: no file, nothing ever, or a part that is gone.
    """

    place: str
    text: bytes
    problem: str = ""


class Reported(Entry, frozen=True, kw_only=True):
    """What the app told those who watch over it. ``place`` is metrics, an alert, or telemetry.

    ``lack`` says why ``text`` is not all of it.
    """

    place: str
    text: bytes
    problem: str = ""


class Filed(Entry, frozen=True, kw_only=True):
    """A file that the app wrote in the folder it was given; ``text`` is what it wrote there during the scenario.

    ``name`` is its path in that folder, with stars for what differs from run to run. ``is_log`` says that it is called as
    logs are; of another file the text is all that it holds, because databases write where they like.
    """

    name: str
    text: bytes
    is_log: bool
    problem: str = ""


class Leak(Entry, frozen=True, kw_only=True):
    """A value that the sandbox minted was found where it must not be; only its kind is kept."""

    place: str
    kind: str
    line: str


class Idle(Entry, frozen=True, kw_only=True):
    """An idle stretch of ``seconds`` real seconds was watched; it began at ``at_s``."""

    seconds: float


class CutShort(Entry, frozen=True, kw_only=True):
    """A step did less than it was to do, so whatever probes see is not all of it. ``hook`` names what would help."""

    what: str
    hook: str = ""


class Trouble(Entry, frozen=True, kw_only=True):
    """Something kept a step from being performed. ``hook`` names a missing hook."""

    what: str
    hook: str = ""
