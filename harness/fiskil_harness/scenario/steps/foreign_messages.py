"""Steps that deliver correctly signed messages with unusual ids, event kinds or sender IP addresses."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.core.model import Event
from fiskil_harness.errors import ConfigError
from fiskil_harness.journal import AllowedAddresses, Delivery
from fiskil_harness.journal.queries.deliveries import UNKNOWN_EVENT
from fiskil_harness.scenario.steps.deliveries import attempt, send
from fiskil_harness.scenario.steps.events import KINDS, invented, used_kind
from fiskil_harness.scenario.steps.step import EventStep, Step, refuse_outside
from fiskil_harness.webhooks.retry_schedule import ATTEMPTS
from fiskil_harness.webhooks.sender import Outgoing

if TYPE_CHECKING:
    from fiskil_harness.sandbox import EndUser
    from fiskil_harness.scenario.stage import Stage

NEW_KIND = "telco.account.updated"
NEW_FIELDS = {"reason": "new", "details": {"n": 1}}
AT_ONCE = 50
ALLOW_LIST = "app.facts.allowed_ips"
ADDRESS_HEADERS = ("X-Forwarded-For", "X-Real-IP", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP")
OTHER_ADDRESSES = tuple(f"127.0.0.{number}" for number in range(2, 10))


class DeliverForeign(Step, frozen=True, kw_only=True, tag="deliver_foreign"):
    """A correctly signed message arrives about an end user and a consent that do not exist.

    Args:
        kind: Kind of the event; another kind is used if ``app.facts.uses_events`` does not cover it.
        twin: Name of the participant whose institution the message contains; "" means the scenario's end user.
    """

    kind: str = "consent.revoked"
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Deliver the message.

        Raises:
            StepError: The participant has no consent yet.
        """
        mint = stage.fiskil.sandbox.mint
        event = msgspec.structs.replace(
            invented(stage, stage.end_user(self.twin), used_kind(stage, self.kind)),
            end_user_id=mint.end_user_id(),
            consent_id=mint.arrangement_id(),
        )
        _send_foreign(stage, event, "unknown", self.twin)


class DeliverMixed(Step, frozen=True, kw_only=True, tag="deliver_mixed"):
    """A correctly signed message arrives that combines one participant's consent with another end user's id.

    Args:
        consent_of: Name of the participant whose consent id the message contains.
        end_user_of: Name of the participant whose end user id the message contains.
        kind: Kind of the event; another kind is used if ``app.facts.uses_events`` does not cover it.
    """

    consent_of: str
    end_user_of: str
    kind: str = "consent.revoked"

    def check(self) -> None:
        """Validate the participants.

        Raises:
            ConfigError: *consent_of* and *end_user_of* are the same participant.
        """
        if self.consent_of == self.end_user_of:
            raise ConfigError(
                f"DeliverMixed: consent_of and end_user_of are both {self.consent_of!r}; name two participants."
            )

    def perform(self, stage: "Stage") -> None:
        """Deliver the message.

        Raises:
            StepError: The first participant has no consent yet.
        """
        event = msgspec.structs.replace(
            invented(stage, stage.end_user(self.consent_of), used_kind(stage, self.kind)),
            end_user_id=stage.registered(stage.end_user(self.end_user_of)).end_user_id,
        )
        _send_foreign(stage, event, "mixed", self.consent_of)


class DeliverFromUnknownAddress(EventStep, frozen=True, tag="deliver_from_unknown_address"):
    """The next attempt for an event comes from an IP address that is not on the app's allow list.

    The message is correctly signed. Nothing is sent if the config states no allow list: neither ``app.facts.allowed_ips``
    nor the value ``{webhook_source_ips}``.

    Args:
        event: Symbol of the event, such as ``e0``.
        forwarded_for: IP address for headers such as X-Forwarded-For; "" sends no such headers.
    """

    forwarded_for: str = ""

    def perform(self, stage: "Stage") -> None:
        """Deliver the message.

        Raises:
            UnknownName: No event has this symbol.
        """
        source_ip = _unlisted_address(stage)
        if not source_ip:
            stage.record_failure(_why_none_is_unlisted(stage), hook=ALLOW_LIST)
            return
        headers = (*((name, self.forwarded_for) for name in ADDRESS_HEADERS), ("Forwarded", f"for={self.forwarded_for}"))
        attempt(
            stage,
            stage.outbox.find(self.event),
            source_ip=source_ip,
            headers=headers if self.forwarded_for else (),
            name="claiming another address" if self.forwarded_for else "",
        )


class DeliverUnknownEvent(Step, frozen=True, kw_only=True, tag="deliver_unknown_event"):
    """Messages arrive whose event kind and fields do not exist at Fiskil yet.

    Args:
        times: Number of messages.
        twin: Name of the participant; "" means the scenario's end user.
    """

    times: int = 1
    twin: str = ""

    def check(self) -> None:
        """Validate *times*.

        Raises:
            ConfigError: *times* is below 1.
        """
        refuse_outside(self, "times", 1)

    def perform(self, stage: "Stage") -> None:
        """Deliver the messages, up to 50 at the same moment. Source: webhooks.unknown-events"""
        for start in range(0, self.times, AT_ONCE):
            send_unknown_events(stage, stage.end_user(self.twin), min(AT_ONCE, self.times - start))


class DeliverLookalikes(Step, frozen=True, kw_only=True, tag="deliver_lookalikes"):
    """Different messages arrive that an app could take for duplicates, each processed before the next one is sent.

    Messages with the same content differ in their ids: by a new id, by case or a leading zero, by a blank if no header
    contains the id, or as numbers above 2^53 that are equal as floating-point numbers. One message has another event kind
    and the same time.

    Args:
        twin: Name of the participant; "" means the scenario's end user.
        beside: Name of a second participant, about whom the same event arrives as well; "" sends no such event.
    """

    twin: str = ""
    beside: str = ""

    def perform(self, stage: "Stage") -> None:
        """Deliver the messages, each with up to five attempts until it is acknowledged.

        Raises:
            StepError: A participant has no consent yet.
        """
        end_user = stage.end_user(self.twin)
        first = invented(stage, end_user, used_kind(stage, "banking.accounts.sync.completed"))
        for name, event in _lookalikes(stage, first):
            _deliver_alike(stage, end_user, name, event)
        if self.beside:
            other = stage.end_user(self.beside)
            event = msgspec.structs.replace(invented(stage, other, first.kind), publish_time=first.publish_time)
            _deliver_alike(stage, other, "another end user", event)


def send_unknown_events(stage: "Stage", end_user: "EndUser", count: int) -> list[Delivery]:
    """Deliver *count* messages of an unknown kind at the same moment."""
    outgoing = []
    for _ in range(count):
        event = msgspec.structs.replace(invented(stage, end_user, NEW_KIND), extra=NEW_FIELDS)
        stage.journal.names[event.message_id] = UNKNOWN_EVENT
        message = stage.dispatcher.seal(event)
        outgoing.append(Outgoing.of(message, event=UNKNOWN_EVENT, participant=end_user.participant))
    return stage.sender.burst(outgoing, stage.journal)


def _lookalikes(stage: "Stage", first: Event) -> Iterator[tuple[str, Event]]:
    """Yield *first*, and events that differ from it in the id and at most one other field, each with its name."""
    big = 10**16 + int(first.message_id) // 16 * 16
    ids = {
        "first": first.message_id,
        "same facts": stage.fiskil.sandbox.mint.message_id(),
        "big number": str(big),
        "next big number": str(big + 1),
        "leading zero": f"0{first.message_id}",
        **({} if stage.fiskil.dialect.has_id_in_header else {"trailing blank": f"{first.message_id} "}),
        "small letters": f"m{first.message_id}",
        "capital letters": f"M{first.message_id}",
    }
    for name, message_id in ids.items():
        yield name, msgspec.structs.replace(first, message_id=message_id)
    # Prefer a kind that was delivered before in every scenario: then it is known whether the app applies it.
    kinds = ("consent.received", *KINDS)
    kind = next((each_kind for each_kind in kinds if each_kind != first.kind and stage.uses_event(each_kind)), first.kind)
    yield "another event", msgspec.structs.replace(first, kind=kind, message_id=stage.fiskil.sandbox.mint.message_id())


def _deliver_alike(stage: "Stage", end_user: "EndUser", name: str, event: Event) -> None:
    parcel = stage.outbox.find(stage.post(event, end_user))
    for _ in range(ATTEMPTS):
        if attempt(stage, parcel, name=name).is_acknowledged:
            break
    if stage.app.has(EFFECTS):
        stage.snapshot("between", end_user)


def _send_foreign(stage: "Stage", event: Event, name: str, participant: str) -> None:
    stage.journal.names[event.message_id] = f"foreign:{name}"
    message = stage.dispatcher.seal(event)
    send(stage, message, event=f"foreign:{name}", participant=participant, kind="foreign", name=name)


def _unlisted_address(stage: "Stage") -> str:
    """Return a loopback IP address that is not on the app's allow list; "" if there is none, or no list in the config."""
    allowed = stage.settings.app.facts.allowed_ips
    if allowed is None and stage.app.passes_value("webhook_source_ips"):
        allowed = stage.fiskil.webhook_sources
    if allowed is None:
        return ""
    listed = AllowedAddresses(networks=tuple(allowed))
    return next((address for address in OTHER_ADDRESSES if not listed.covers(address)), "")


def _why_none_is_unlisted(stage: "Stage") -> str:
    """Return why no message can come from an address outside the allow list."""
    if stage.settings.app.facts.allowed_ips is not None:
        return f"{ALLOW_LIST} covers every address from which this machine can send"
    return f"the config neither passes {{webhook_source_ips}} to the app nor states {ALLOW_LIST}"
