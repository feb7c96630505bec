"""Observations of the webhook sender: deliveries, canary URLs planted in them, and generated plans."""

from typing import Final, Literal

from fiskil_harness.journal.entries.entry import Entry
from fiskil_harness.journal.entries.plan_pairs import Verb

Headers = tuple[tuple[str, str], ...]

DeliveryKind = Literal[
    "genuine",
    "replay",
    "forged",
    "unusual",
    "foreign",
    "odd",
    "broken",
    "method",
    "plain",
    "refusable",
    "embedded",
    "early",
]
"""How a delivery differs from Fiskil's own.

=========  ==========================================================================
genuine    sent as Fiskil sends it
replay     the same bytes and signature as an earlier genuine delivery
forged     not signed with the app's secret, or changed after signing
unusual    signed, but Fiskil never sends it
foreign    signed, about ids that do not belong to the app
odd        signed, valid HTTP in an uncommon form
broken     signed, malformed HTTP
method     signed, sent with a method that Fiskil does not use
plain      genuine, but sent without TLS
refusable  a forgery whose body contains another request
embedded   the request inside the body of a refusable delivery
early      any of these, refused with 429 or with 503 and Retry-After, and sent again soon
=========  ==========================================================================
"""

DeliveryOutcome = Literal["ack", "refuse", "indeterminate"]
"""Response to a delivery: 2xx, any other status, or no response."""

DURING_KILL = "during a kill"
"""``name`` of deliveries that were in progress when the app was killed; timing alone decides their outcome."""

HALF_SENT: Final = "half_sent"
"""``moment`` of a snapshot after half of a message was sent; no effect of that message may show."""

EARLY: Final = "early"
"""``kind`` of a delivery that the receiver refused with 429, or with 503 and Retry-After, and that was sent again soon."""


SOURCE_ADDRESSES = ("127.0.0.1", "127.0.0.20")
"""Source addresses of genuine deliveries; the second one is used only under another interpretation."""


class EventCreated(Entry, frozen=True, kw_only=True):
    """The sandbox created an event.

    *event* is its symbol (``e0``). *is_subscribed* states whether the app must process it.
    """

    event: str
    kind: str
    message_id: str
    participant: str
    publish_time: str
    is_subscribed: bool = True


class Delivery(Entry, frozen=True, kw_only=True):
    """One delivery attempt and its outcome.

    *attempt* counts from 1. *name* is the variant. *message_id* is the id under which the app would record an effect.
    *problem* states why *status* is None. Deliveries with one *group* above 0 were sent at the same time.
    If *is_judged* is False, the response is recorded but not judged. *content* holds the fields of a message that is not in
    Fiskil's format.
    """

    event: str
    participant: str
    message_id: str
    attempt: int
    kind: DeliveryKind = "genuine"
    name: str = ""
    outcome: DeliveryOutcome = "indeterminate"
    status: int | None = None
    problem: str = ""
    took_s: float = 0.0
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    response_headers: tuple[tuple[str, str], ...] = ()
    response_body: bytes = b""
    source_ip: str = "127.0.0.1"
    group: int = 0
    is_judged: bool = True
    content: dict[str, str] = {}

    @property
    def is_genuine(self) -> bool:
        """Return True if the message was sent as Fiskil sends it, and is no replay."""
        return self.kind == "genuine"

    @property
    def is_replay(self) -> bool:
        """Return True if the same bytes and signature were sent before."""
        return self.kind == "replay"

    @property
    def is_authentic(self) -> bool:
        """Return True if the bytes are Fiskil's own: a genuine delivery or a replay of one."""
        return self.is_genuine or self.is_replay

    @property
    def is_acknowledged(self) -> bool:
        """Return True if the receiver responded with a 2xx status."""
        return self.outcome == "ack"

    @property
    def is_refused(self) -> bool:
        """Return True if the receiver responded with a status other than 2xx."""
        return self.outcome == "refuse"

    @property
    def has_response(self) -> bool:
        """Return True if the receiver responded."""
        return self.outcome != "indeterminate"


class EndlessBody(Entry, frozen=True, kw_only=True):
    """An unsigned request with an endless body, sent until the receiver responded, closed, or the limit was reached.

    *taken_bytes* is what the receiver and the operating system's buffers accepted in *took_s* real seconds. *status* is None
    if no response came. *is_over* is True if the receiver ended the request.
    """

    name: str
    taken_bytes: int
    took_s: float
    status: int | None = None
    was_ended_by_receiver: bool = False


class CanaryPlanted(Entry, frozen=True, kw_only=True):
    """A canary URL was sent to the receiver; *place* says where in the message, *kind* is the delivery's kind."""

    place: str
    kind: DeliveryKind


class CanaryRequested(Entry, frozen=True, kw_only=True):
    """A client requested a canary URL; the fields are those of its ``CanaryPlanted``."""

    place: str
    kind: DeliveryKind


PlanKind = Literal["deliveries", "forgeries", "order", "everything", "life_plans"]
"""Kinds of generated plans."""


class PlanRun(Entry, frozen=True, kw_only=True):
    """One generated plan was executed.

    *plan* is its JSON if it failed, *summary* its steps in words. *observed*, *expected*, *source*, *fix*, *evidence* and
    *hook* come from the deciding finding, which *probe* reported. *invariant* is the violated invariant. *practice* is the
    practice that the violation counts against, if the kind of plan covers several.

    A failing plan with a race in it was run *rounds* more times and failed *rounds_failed* times; verdicts never depend on
    these two. For life plans, *happened* are the verbs that took effect and *possible* all that could have been generated.
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
