"""The append-only record of one scenario, which probes read when everything has stopped.

One frozen entry class per kind of observation. ``at_s`` is real seconds since the scenario began; it never enters a
verdict's words, so two runs with one seed read the same. Bytes stay raw in memory; what leaves the process passes the
redactor.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, Literal, TypeVar

import msgspec
from msgspec import Struct

from harness.clock import stopwatch

Headers = tuple[tuple[str, str], ...]
BODY_KEPT = 65_536
"""Longer bodies are kept as digest, length and head (see ``kept``)."""


class Entry(Struct, frozen=True, kw_only=True):
    """One observation. ``step`` is the index of the step that was being performed."""

    at_s: float = 0.0
    step: int = -1


class Started(Entry, frozen=True, kw_only=True):
    """The app was started, or was found running.

    ``how`` is start, found, restart, kill, kill_worker (one process of several), stop, or refusal: it would not start
    without its webhook secret.
    """

    how: str


class Exchange(Entry, frozen=True, kw_only=True):
    """One request of the app to the API and what it got, as seen on the API's side of the link.

    ``number`` counts requests of the scenario from 1. ``status`` is None where no answer was sent. ``bites`` names
    the faults that acted. ``end_user_id`` is empty for calls about no end user (tokens, institutions). A stray call is about
    an end user of an earlier scenario; no fault matches it and probes leave it out. A cut one was held by a fault when the
    scenario ended, and ended by us.
    """

    number: int
    route: str
    method: str
    path: str
    query: str = ""
    end_user_id: str = ""
    is_stray: bool = False
    request_headers: tuple[tuple[str, str], ...] = ()
    request_body: bytes = b""
    status: int | None = None
    response_headers: tuple[tuple[str, str], ...] = ()
    response_body: bytes = b""
    ended_s: float = 0.0
    bites: tuple[str, ...] = ()
    connection: int = 0
    is_cut: bool = False


class Bite(Entry, frozen=True, kw_only=True):
    """A fault acted. ``byte_offset`` is where in the response body, or -1 where no body began."""

    fault: str
    route: str
    request_number: int
    byte_offset: int = -1


class FaultSet(Entry, frozen=True, kw_only=True):
    """A fault was set to bite ``times`` times on ``route``; ``unbitten`` is how many bites never came.

    ``spared`` counts the exchanges that came by and had too short a body for the fault to change.
    """

    fault: str
    route: str
    times: int
    unbitten: int = 0
    spared: int = 0


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


class HookCall(Entry, frozen=True, kw_only=True):
    """The harness asked the app to do something. ``status`` is None when the app did not answer in time."""

    hook: str
    participant: str
    status: int | None
    body: bytes = b""
    took_s: float = 0.0


class EventSeen(Entry, frozen=True, kw_only=True):
    """The sandbox told a fact. ``event`` is its symbol (``e0``); ``is_subscribed`` says whether the app must act on it."""

    event: str
    kind: str
    message_id: str
    participant: str
    publish_time: str
    is_subscribed: bool = True


AMIDST = "amidst a kill"
"""The variant of deliveries that were under way when the app was killed, whatever came of each: that is a matter of time."""

HOMES = ("127.0.0.1", "127.0.0.20")
"""Where genuine deliveries come from; the second address is used only where a reading says so."""


class Delivery(Entry, frozen=True, kw_only=True):
    """One attempt to hand one message over.

    ``kind`` is genuine, replay, forged, unusual (signed, but never sent by Fiskil) or foreign (signed, about ids that the
    app has nothing to do with); odd, broken or method (signed, in bytes or by methods of which Fiskil has none); refusable
    or embedded (a forgery, and what stands in its body like a request). ``name`` is the variant. ``outcome`` is ack, refuse
    or indeterminate; ``trouble`` says in words why there is no status. ``message_id`` is the id that an effect would be
    filed under. Where ``is_judged`` is False the answer is recorded only. ``says`` is what the
    message tells where it is not worded as Fiskil's are.
    """

    event: str
    participant: str
    message_id: str
    attempt: int
    kind: str = "genuine"
    name: str = ""
    outcome: str = "indeterminate"
    status: int | None = None
    trouble: str = ""
    took_s: float = 0.0
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    answer_headers: tuple[tuple[str, str], ...] = ()
    answer: bytes = b""
    source_ip: str = "127.0.0.1"
    group: int = 0
    is_judged: bool = True
    says: dict[str, str] = {}


class Flood(Entry, frozen=True, kw_only=True):
    """Somebody unsigned wrote a body without end, until the receiver answered, closed, or the bound was reached.

    ``taken_bytes`` is what the receiver and the system's buffers took, in ``took_s`` real seconds. ``status`` is None where
    no answer came; ``is_over`` says whether the receiver ended it.
    """

    name: str
    taken_bytes: int
    took_s: float
    status: int | None = None
    is_over: bool = False


class Effects(Entry, frozen=True, kw_only=True):
    """What the app says it did, at one moment. ``moment`` is before or after (a step), ordered (it is about
    to be told to fail), settled, or end.

    ``applied`` and ``state`` are None where the app does not tell them. ``is_quiescent`` is False when the wait was capped;
    nothing had changed for ``still_s`` real seconds by then. ``failed`` counts the ordered failures that have happened.
    ``consents`` are the values that the state shows for consents, where the config says where they stand.
    """

    participant: str
    moment: str
    applied: dict[str, int] | None = None
    state: Any = None
    pending: int | None = None
    failed: int | None = None
    is_quiescent: bool = True
    still_s: float = 0.0
    is_connected: bool | None = None
    consents: dict[str, Any] = {}


class Rows(Entry, frozen=True, kw_only=True):
    """What the API serves for a participant's dataset at one moment: ids, and the values an app may keep."""

    participant: str
    dataset: str
    moment: str
    rows: tuple[dict[str, Any], ...]
    removed_ids: tuple[str, ...] = ()
    end_user_id: str = ""


class Output(Entry, frozen=True, kw_only=True):
    """What the app wrote during the scenario. ``place`` is ``output`` or the log file's name.

    ``lack`` says in words why ``text`` is not all that was written there: no file, nothing ever, or a part that is gone.
    """

    place: str
    text: bytes
    lack: str = ""


class Leak(Entry, frozen=True, kw_only=True):
    """A value that the sandbox minted was found where it must not be; only its kind is kept."""

    place: str
    kind: str
    line: str


class BaitLaid(Entry, frozen=True, kw_only=True):
    """A URL of ours went out that nobody has a reason to call. ``place`` says where it stood; ``kind`` is a delivery's."""

    place: str
    kind: str


class BaitTaken(Entry, frozen=True, kw_only=True):
    """Somebody called such a URL."""

    place: str
    kind: str


PlanKind = Literal["deliveries", "forgeries", "order", "everything"]


class PlanRun(Entry, frozen=True, kw_only=True):
    """A generated plan was executed. ``plan`` is its JSON when it failed, ``summary`` its steps in words.

    The texts are those of the plan's finding that decided, by ``probe``; ``invariant`` is the promise that it saw broken,
    and ``practice`` what that counts for, where plans of the kind bear on several. A failing plan with a race in it was run
    ``rounds`` more times and failed ``rounds_failed`` times; these two never enter a verdict's words.
    """

    number: int
    verdict: str
    summary: tuple[str, ...] = ()
    plan: str = ""
    seen: str = ""
    probe: str = ""
    expected: str = ""
    source: str = ""
    fix: str = ""
    evidence: tuple[str, ...] = ()
    hook: str = ""
    invariant: str = ""
    practice: str = ""
    rounds: int = 0
    rounds_failed: int = 0


class Limits(Entry, frozen=True, kw_only=True):
    """The bounds in real seconds that the app's team promises to keep (``app.limits``).

    ``last_attempt`` is the sender's own: the number of the attempt after which a message is discarded.
    ``assumed`` names those that are mere defaults: nobody promised them, so they accuse nobody.
    """

    call_deadline_s: float
    request_deadline_s: float
    fresh_s: float
    ack_s: float = 10
    body_bytes: int | None = None
    body_s: float | None = None
    last_attempt: int = 5
    assumed: tuple[str, ...] = ()


class Reduction(Entry, frozen=True, kw_only=True):
    """The value that each kind of event leaves for its consent (``app.observe.reducer``); absent where nobody says."""

    becomes: dict[str, Any]


class UsedEvents(Entry, frozen=True, kw_only=True):
    """The kinds of events that the app's team says it acts on (``app.facts.uses_events``); absent where nobody says."""

    patterns: tuple[str, ...]


class History(Entry, frozen=True, kw_only=True):
    """For how many days the app's team says that it keeps rows (``app.facts.history_days``); absent where nobody says."""

    days: int


class Key(Entry, frozen=True, kw_only=True):
    """What the app's key pair is worth from now on: accepted, revoked, or wrong (the app was given a bad secret)."""

    state: str


class ReadingsAsked(Entry, frozen=True, kw_only=True):
    """The doubtful clauses of the contract that came up: those where another reading would have answered otherwise.

    ``ruled`` are the readings that ruled where they were not the best supported ones.
    """

    clauses: tuple[str, ...]
    ruled: dict[str, str] = {}


class TokensExpired(Entry, frozen=True, kw_only=True):
    """Every access token that the app had taken died at this moment."""


class Canaries(Entry, frozen=True, kw_only=True):
    """Secret values that the sandbox minted, by kind; none of them may show anywhere, so they have no readable form."""

    values: dict[str, tuple[str, ...]]

    def __repr__(self) -> str:
        """The kinds alone."""
        return f"Canaries({', '.join(sorted(self.values))})"


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


E_ = TypeVar("E_", bound=Entry)


class Journal:
    """The record; appending is safe from every thread."""

    def __init__(self, *, newest: int | None = None) -> None:
        """Start empty; *newest* is how many entries are kept, the newest ones, where a record has no end of its own."""
        self._entries: deque[Any] = deque(maxlen=newest)
        self._has_parts = False
        self._lock = threading.Lock()
        self._elapsed = stopwatch()
        self.step = -1
        self.names: dict[str, str] = {}
        self.read: Callable[[bytes, Headers], dict[str, str]] | None = None

    def elapsed_s(self) -> float:
        """Real seconds since the scenario began."""
        return self._elapsed()

    def write(self, entry: Entry) -> None:
        """Append *entry*; of a delivery that is worded in another way than Fiskil's, what it says is noted too."""
        if self.read is not None and isinstance(entry, Delivery):
            entry = msgspec.structs.replace(entry, says=self.read(entry.body, entry.headers))
        with self._lock:
            self._entries.append(entry)

    def write_parts(self, make: Callable[..., Entry], *parts: Any) -> None:
        """Append the entry that ``make(*parts)`` is; it is made when somebody reads, because most are never read."""
        with self._lock:
            self._entries.append((make, parts))
            self._has_parts = True

    def stamp(self) -> dict[str, Any]:
        """The ``at_s`` and ``step`` of an entry that is made now."""
        return {"at_s": self.elapsed_s(), "step": self.step}

    def all(self, kind: type[E_]) -> list[E_]:
        """Every entry of *kind*, in the order they were written."""
        return [entry for entry in self if isinstance(entry, kind)]

    def __iter__(self) -> Iterator[Entry]:
        with self._lock:
            if self._has_parts:
                made = [one[0](*one[1]) if isinstance(one, tuple) else one for one in self._entries]
                self._entries = deque(made, maxlen=self._entries.maxlen)
                self._has_parts = False
            return iter(tuple(self._entries))

    def __len__(self) -> int:
        return len(self._entries)


def kept(body: bytes) -> bytes:
    """Return *body* as the journal keeps it: whole, or its head with digest and length."""
    if len(body) <= BODY_KEPT:
        return body
    import hashlib

    digest = hashlib.sha256(body).hexdigest()
    return body[:4096] + f"\n[... {len(body)} bytes, sha256 {digest}]".encode()
