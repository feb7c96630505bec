"""Steps of honest signatures in the wrong place: other addresses, other people's ids, kinds of events yet to come."""

import ipaddress
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.core.model import Event
from fiskil_harness.errors import ConfigError
from fiskil_harness.journal import Delivery
from fiskil_harness.scenario.steps.deliveries import attempt
from fiskil_harness.scenario.steps.events import KINDS, invented, used_kind
from fiskil_harness.scenario.steps.step import PlainStep
from fiskil_harness.webhooks import seal
from fiskil_harness.webhooks.retry_schedule import ATTEMPTS
from fiskil_harness.webhooks.sender import Outgoing

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Participant, Stage

NEW_KIND = "telco.account.updated"
NEWS = {"reason": "new", "details": {"n": 1}}
AT_ONCE = 50
ALLOW_LIST = "app.facts.allowed_ips"
CLAIMS = ("X-Forwarded-For", "X-Real-IP", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP")
STRANGERS = tuple(f"127.0.0.{number}" for number in range(2, 10))


class DeliverForeign(PlainStep, frozen=True, kw_only=True, tag="deliver_foreign"):
    """A message about an end user and a consent that nobody has, honestly signed."""

    kind: str = "consent.revoked"
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Deliver it; *twin* lends the institution only."""
        mint = stage.fiskil.sandbox.mint
        event = msgspec.structs.replace(
            invented(stage, stage.participant(self.twin), used_kind(stage, self.kind)),
            end_user_id=mint.end_user_id(),
            consent_id=mint.arrangement_id(),
        )
        _send_foreign(stage, event, "nobody", self.twin)


class DeliverMixed(PlainStep, frozen=True, kw_only=True, tag="deliver_mixed"):
    """A message that names one participant as end user and the consent of another, honestly signed."""

    consent_of: str
    end_user_of: str
    kind: str = "consent.revoked"

    def check(self) -> None:
        """Refuse a mixture of one."""
        if self.consent_of == self.end_user_of:
            raise ConfigError(
                f"DeliverMixed: consent_of and end_user_of are both {self.consent_of!r}; name two participants."
            )

    def perform(self, stage: "Stage") -> None:
        """Deliver it."""
        event = msgspec.structs.replace(
            invented(stage, stage.participant(self.consent_of), used_kind(stage, self.kind)),
            end_user_id=stage.end_user_of(stage.participant(self.end_user_of)).end_user_id,
        )
        _send_foreign(stage, event, "mixed", self.consent_of)


class DeliverFromUnknownAddress(PlainStep, frozen=True, tag="deliver_from_unknown_address"):
    """The next attempt for an event, honestly signed, from an address that is not on the app's list.

    ``claims`` is an address that headers such as X-Forwarded-For pretend. Nothing is sent where the config states no list.
    """

    event: str
    claims: str = ""

    def perform(self, stage: "Stage") -> None:
        """Deliver it."""
        stranger = _stranger(stage)
        if not stranger:
            stage.trouble("the config states no list of allowed addresses", hook=ALLOW_LIST)
            return
        claimed = (*((name, self.claims) for name in CLAIMS), ("Forwarded", f"for={self.claims}"))
        attempt(
            stage,
            stage.outbox.find(self.event),
            source_ip=stranger,
            headers=claimed if self.claims else (),
            name="claiming another address" if self.claims else "",
        )


class DeliverUnknownEvent(PlainStep, frozen=True, kw_only=True, tag="deliver_unknown_event"):
    """A message of a kind that Fiskil does not have yet, with fields that no message has; ``times`` of them."""

    times: int = 1
    twin: str = ""

    def check(self) -> None:
        """Refuse none at all."""
        if self.times < 1:
            raise ConfigError(f"DeliverUnknownEvent: times count from 1, got {self.times}.")

    def perform(self, stage: "Stage") -> None:
        """Deliver them. Source: webhooks.unknown-events"""
        participant = stage.participant(self.twin)
        for start in range(0, self.times, AT_ONCE):
            outgoing = []
            for _ in range(start, min(start + AT_ONCE, self.times)):
                event = msgspec.structs.replace(invented(stage, participant, NEW_KIND), extra=NEWS)
                stage.journal.names[event.message_id] = "unknown_event"
                note = Delivery(event="unknown_event", participant=participant.name, message_id="", attempt=1)
                outgoing.append(_outgoing(stage, event, note))
            stage.sender.burst(outgoing, stage.journal)


class DeliverLookalikes(PlainStep, frozen=True, kw_only=True, tag="deliver_lookalikes"):
    """Messages that are easily taken for one another, each settled before the next.

    The same facts under a second id, ids that differ in white space, letters or a zero, two above 2^53 that are one number
    to a double; another kind of event at the same time; and with ``beside`` the same fact about somebody else.
    """

    twin: str = ""
    beside: str = ""

    def perform(self, stage: "Stage") -> None:
        """Deliver them, up to five attempts each while they are refused."""
        participant = stage.participant(self.twin)
        first = invented(stage, participant, used_kind(stage, "banking.accounts.sync.completed"))
        for name, event in _lookalikes(stage, first):
            _deliver_alike(stage, participant, name, event)
        if self.beside:
            other = stage.participant(self.beside)
            event = msgspec.structs.replace(invented(stage, other, first.kind), publish_time=first.publish_time)
            _deliver_alike(stage, other, "another end user", event)


def _lookalikes(stage: "Stage", first: Event) -> Iterator[tuple[str, Event]]:
    """*first*, and what differs from it in one field alone besides the id."""
    big = 10**16 + int(first.message_id) // 16 * 16
    ids = {
        "first": first.message_id,
        "same facts": stage.fiskil.sandbox.mint.message_id(),
        "big number": str(big),
        "next big number": str(big + 1),
        "leading zero": f"0{first.message_id}",
        "trailing blank": f"{first.message_id} ",
        "small letters": f"m{first.message_id}",
        "capital letters": f"M{first.message_id}",
    }
    for name, message_id in ids.items():
        yield name, msgspec.structs.replace(first, message_id=message_id)
    # A kind that every scenario has told before: whether the app applies it is known then.
    kind = next((text for text in ("consent.received", *KINDS) if text != first.kind and stage.is_used(text)), first.kind)
    yield "another event", msgspec.structs.replace(first, kind=kind, message_id=stage.fiskil.sandbox.mint.message_id())


def _deliver_alike(stage: "Stage", participant: "Participant", name: str, event: Event) -> None:
    parcel = stage.outbox.find(stage.post(event, participant))
    for _ in range(ATTEMPTS):
        if attempt(stage, parcel, name=name).outcome == "ack":
            break
    if stage.app.has(EFFECTS):
        stage.snapshot("between", participant)


def _send_foreign(stage: "Stage", event: Event, name: str, participant: str) -> None:
    stage.journal.names[event.message_id] = f"foreign:{name}"
    note = Delivery(event=f"foreign:{name}", participant=participant, message_id="", attempt=1, kind="foreign", name=name)
    stage.sender.deliver(_outgoing(stage, event, note), stage.journal)


def _outgoing(stage: "Stage", event: Event, note: Delivery) -> Outgoing:
    message = seal(event, attempt=1, secret=stage.fiskil.credentials.webhook_secret, dialect=stage.fiskil.dialect)
    note = msgspec.structs.replace(note, message_id=message.message_id, body=message.body)
    return Outgoing(note=note, headers=message.headers)


def _stranger(stage: "Stage") -> str:
    """A loopback address that the app must not take for Fiskil's; empty where the config states no list."""
    allowed = stage.settings.app.facts.allowed_ips
    if allowed is None and stage.app.passes_value("webhook_source_ips"):
        allowed = stage.fiskil.webhook_sources
    if allowed is None:
        return ""
    return next((stranger for stranger in STRANGERS if not any(_covers(listed, stranger) for listed in allowed)), "")


def _covers(listed: str, address: str) -> bool:
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(listed, strict=False)
    except ValueError:
        return False
