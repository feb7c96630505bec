"""What was handed over to the receiver, and what was planted in it; whole plans of it too."""

from typing import Literal

from fiskil_harness.journal.entries.entry import Entry
from fiskil_harness.journal.entries.plan_pairs import Verb

Headers = tuple[tuple[str, str], ...]


DURING_KILL = "amidst a kill"
"""The variant of deliveries that were under way when the app was killed, whatever came of each: that is a matter of time."""

HALVED = "halved"
"""The moment of a look right after half of a message came: nothing of that message may show yet."""

EARLY = "early"
"""The kind of a delivery that was answered 429, or 503 with Retry-After, and made again a moment later."""


HOMES = ("127.0.0.1", "127.0.0.20")
"""Where genuine deliveries come from; the second address is used only where a reading says so."""


class EventCreated(Entry, frozen=True, kw_only=True):
    """The sandbox told a fact. ``event`` is its symbol (``e0``); ``is_subscribed`` says whether the app must act on it."""

    event: str
    kind: str
    message_id: str
    participant: str
    publish_time: str
    is_subscribed: bool = True


class Delivery(Entry, frozen=True, kw_only=True):
    """One attempt to hand one message over.

    ``kind`` is genuine, replay, forged, unusual (signed, but never sent by Fiskil) or foreign (signed, about ids that the
    app has nothing to do with); odd, broken or method (signed, in bytes or by methods of which Fiskil has none); plain
    (genuine, but without TLS); refusable or embedded (a forgery, and what stands in its body like a request); early (any of
    them, that was asked to wait and made again a moment later). ``name`` is the variant. ``outcome`` is ack, refuse or
    indeterminate; ``trouble`` says in words
    why there is no status. ``message_id`` is the id that an effect would be filed under. Where ``is_judged`` is False the
    answer is recorded only. ``says`` is what the message tells where it is not worded as Fiskil's are.
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
    response_headers: tuple[tuple[str, str], ...] = ()
    response_body: bytes = b""
    source_ip: str = "127.0.0.1"
    group: int = 0
    is_judged: bool = True
    content: dict[str, str] = {}


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


class CanaryPlanted(Entry, frozen=True, kw_only=True):
    """A URL of ours went out that nobody has a reason to call. ``place`` says where it stood; ``kind`` is a delivery's."""

    place: str
    kind: str


class CanaryRequested(Entry, frozen=True, kw_only=True):
    """Somebody called such a URL."""

    place: str
    kind: str


PlanKind = Literal["deliveries", "forgeries", "order", "everything", "lives"]


class PlanRun(Entry, frozen=True, kw_only=True):
    """A generated plan was executed. ``plan`` is its JSON when it failed, ``summary`` its steps in words.

    The texts are those of the plan's finding that decided, by ``probe``; ``invariant`` is the promise that it saw broken,
    and ``practice`` what that counts for, where plans of the kind bear on several. A failing plan with a race in it was run
    ``rounds`` more times and failed ``rounds_failed`` times; these two never enter a verdict's words.

    Of a life, ``happened`` are the verbs that came to pass and, where they are faults, bit; ``possible`` are all that could
    have been drawn.
    """

    number: int
    verdict: str
    summary: tuple[str, ...] = ()
    plan: str = ""
    observed: str = ""
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
    happened: tuple[str, ...] = ()
    possible: tuple[Verb, ...] = ()
