"""Observations of the webhook sender: deliveries, canary URLs planted in them, and generated plans."""

from typing import Literal

from fiskil_harness.core.model.findings import Verdict
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
"""Kind of a delivery: the difference from Fiskil's own deliveries.

=========  ==========================================================================
genuine    sent as Fiskil sends it
replay     the same bytes and signature as an earlier genuine delivery
forged     not signed with the app's secret, or changed after signing
unusual    signed, but Fiskil never sends it
foreign    signed, about ids that do not belong to the app
odd        signed, in valid but uncommon HTTP
broken     signed, malformed HTTP
method     signed, sent with a method that Fiskil does not use
plain      genuine, but sent without TLS
refusable  a forgery whose body contains another request
embedded   the request inside the body of a refusable delivery
early      refused with 429 or with 503 and Retry-After, and then sent again soon
=========  ==========================================================================
"""

DeliveryOutcome = Literal["ack", "refuse", "indeterminate"]
"""Response to a delivery: 2xx, any other status, or no response."""

DURING_KILL = "during a kill"
"""``Delivery.name`` of deliveries that were in progress when the app was killed, so that their outcome depends on timing."""

SOURCE_ADDRESSES = ("127.0.0.1", "127.0.0.20")
"""Source IP addresses of genuine deliveries; only some interpretations of Fiskil's documentation use the second address."""

FORGERY_ADDRESSES = tuple(f"127.0.0.{number}" for number in range(30, 130))
"""Source IP addresses of forged deliveries, and of replays with a signature in unusual notation."""


class EventCreated(Entry, frozen=True, kw_only=True):
    """The sandbox created an event.

    *event* is the symbol of the event in reports (``e0``). *is_subscribed* is True if the app must process the event.
    """

    event: str
    kind: str
    message_id: str
    participant: str
    publish_time: str
    is_subscribed: bool = True


class Delivery(Entry, frozen=True, kw_only=True):
    """One delivery attempt and its outcome.

    *event* is the symbol of the delivered event. *attempt* counts from 1. *name* is the variant of the *kind*. *message_id*
    is the id under which the app would record an effect. *problem* states why *status* is None. Deliveries with the same
    *group* above 0 were sent at the same time. If *is_judged* is False, probes do not judge the response. *content* has the
    fields of a message that is not in Fiskil's format.
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
        """Return True if the message was sent as Fiskil sends it, and not as a replay."""
        return self.kind == "genuine"

    @property
    def is_replay(self) -> bool:
        """Return True if the delivery repeats the bytes and the signature of an earlier genuine delivery."""
        return self.kind == "replay"

    @property
    def is_authentic(self) -> bool:
        """Return True if the bytes are Fiskil's own: a genuine delivery or a replay of one."""
        return self.is_genuine or self.is_replay

    @property
    def is_forged(self) -> bool:
        """Return True if the message is not signed with the app's secret, or was changed after it was signed."""
        return self.kind == "forged"

    @property
    def is_unusual(self) -> bool:
        """Return True if the message is signed, but Fiskil never sends such a message."""
        return self.kind == "unusual"

    @property
    def is_malformed(self) -> bool:
        """Return True if the request is malformed HTTP, such as half a message."""
        return self.kind == "broken"

    @property
    def is_unusual_http(self) -> bool:
        """Return True if Fiskil never sends such an HTTP request: it is uncommon or malformed, or has another method."""
        return self.kind in {"odd", "broken", "method"}

    @property
    def is_acknowledged(self) -> bool:
        """Return True if the receiver responded with a 2xx status."""
        return self.outcome == "ack"

    @property
    def is_refused(self) -> bool:
        """Return True if the receiver responded with a status other than 2xx."""
        return self.outcome == "refuse"

    @property
    def is_server_error(self) -> bool:
        """Return True if the receiver responded with a 5xx status."""
        return self.status is not None and self.status >= 500

    @property
    def has_response(self) -> bool:
        """Return True if the receiver responded."""
        return self.outcome != "indeterminate"


class RepetitionRound(Entry, frozen=True, kw_only=True):
    """A round in which acknowledged messages of one end user were repeated while nothing else happened.

    The round began at *began_s* with a control period without any message. The repetitions of *messages* messages began at
    *repeated_s*, and the round ended at ``at_s``. The app's effects were recorded before and after the repetitions.
    """

    participant: str
    end_user_id: str
    began_s: float
    repeated_s: float
    messages: int


class IsolationRound(Entry, frozen=True, kw_only=True):
    """A period in which messages about one end user arrived while the API failed for other end users.

    Each read for the end users *failing_ids* got an error. Messages about *participant*, whose id is *end_user_id*, were
    delivered from *began_s* on. The round ended at ``at_s``: when the app began to process them, or at a limit.

    *processes* is the number of the app's processes; None if unknown. *refusals* counts the refreshes of a further end user
    that failed although no API call failed, as while a circuit breaker is open.
    """

    participant: str
    end_user_id: str
    failing_ids: tuple[str, ...]
    began_s: float
    processes: int | None = None
    refusals: int = 0


class EndlessBody(Entry, frozen=True, kw_only=True):
    """An unsigned request with an endless body, sent until the receiver ended it or a limit was reached.

    *taken_bytes* is the number of bytes that the receiver and the operating system's buffers accepted in *took_s* real
    seconds. *status* is None if no response came. *was_ended_by_receiver* is True if the receiver responded or closed the
    connection.
    """

    name: str
    taken_bytes: int
    took_s: float
    status: int | None = None
    was_ended_by_receiver: bool = False


class SlowClient(Entry, frozen=True, kw_only=True):
    """A client that held a connection open while *event* was delivered on another connection.

    *behaviour* states what the client sent. *ended_s* is the time from the delivery to the end of the slow connection, in
    real seconds; None if the delivery got its response first, or if the slow client could not connect.
    """

    behaviour: str
    event: str
    ended_s: float | None = None


class CanaryPlanted(Entry, frozen=True, kw_only=True):
    """A canary URL, which no app has a reason to request, was sent to the receiver in a message.

    *place* is the part of the message that contains the URL, *kind* is the kind of the delivery.
    """

    place: str
    kind: DeliveryKind


class CanaryRequested(Entry, frozen=True, kw_only=True):
    """A client requested a canary URL; *place* and *kind* are those with which the URL was planted (``CanaryPlanted``)."""

    place: str
    kind: DeliveryKind


PlanKind = Literal["deliveries", "forgeries", "order", "everything", "life_plans"]
"""Kinds of generated plans."""


class PlanRun(Entry, frozen=True, kw_only=True):
    """The result of one generated plan: a random sequence of actions that the harness executed.

    *plan* is the plan as JSON if it failed, *summary* describes its steps. *observed*, *expected*, *source*, *fix*,
    *evidence* and *hook* come from the finding of *probe*, which decided the verdict. *invariant* is the violated invariant.
    *practice* is the practice that the violation counts against, if the kind of plan covers several practices.

    A plan that failed and depends on timing was run *rounds* more times, of which *rounds_failed* failed; no verdict depends
    on these counts. For life plans, *happened* are the verbs (actions) that took effect, and *possible* are all verbs that
    the generator could have used.
    """

    number: int
    verdict: Verdict
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
