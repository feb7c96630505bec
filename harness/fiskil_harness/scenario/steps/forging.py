"""Steps that send forged messages, and genuine messages in unusual encodings and spellings."""

from functools import partial
from typing import TYPE_CHECKING, ClassVar

import msgspec

from fiskil_harness.core.clock import pause
from fiskil_harness.core.config.hooks import COMMAND, EFFECTS, SECRET_IN_ENV
from fiskil_harness.core.config.webhook_format import Dialect
from fiskil_harness.core.model import Event
from fiskil_harness.errors import AppRefusal
from fiskil_harness.journal import (
    FORGERY_ADDRESSES,
    SOURCE_ADDRESSES,
    Delivery,
    Effects,
    Exchange,
    Idle,
    Journal,
    Leak,
    ProcessChanged,
)
from fiskil_harness.scenario.steps.app import restart
from fiskil_harness.scenario.steps.deliveries import send, until_it_hangs
from fiskil_harness.scenario.steps.events import invented, new_event, sealed, used_kind
from fiskil_harness.scenario.steps.step import EventStep, Step, TwinStep
from fiskil_harness.webhooks.forgeries.catalogue import forge, forgeries_of, forgery
from fiskil_harness.webhooks.payload_variants import encode, encoding, encodings_of, make_oddity, oddities_of, oddity, spell
from fiskil_harness.webhooks.sender import Outgoing
from fiskil_harness.webhooks.signature_schemes import digest_in
from fiskil_harness.webhooks.signature_variants import SPELLINGS

if TYPE_CHECKING:
    from fiskil_harness.sandbox import EndUser
    from fiskil_harness.scenario.stage import Stage

LONGEST_CONTROL_S = 10.0
UNKNOWN_END_USER = "eu_" + "0" * 27
WITHOUT_SECRET = (
    "unsigned",
    "empty_header",
    "empty_key",
    "random_signature",
    "key_quotes",
    "key_secret",
    "key_secret_decoded",
    "key_changeme",
    "key_changeme_decoded",
    "key_whsec",
    "key_none",
    "key_null",
    "key_undefined",
)
"""Forgeries that a receiver accepts if it has no secret and does not check for that."""


class Forge(Step, frozen=True, tag="forge"):
    """One named forgery of an event that never happened is sent.

    Nothing is sent if the forgery does not exist for the sender's signature scheme.

    Args:
        name: Name of the forgery in ``webhooks/forgeries``, such as "random_signature".
        kind: Kind of the forged event; another kind is used if ``app.facts.uses_events`` does not cover it.
        twin: Name of the participant; "" means the scenario's end user.
    """

    name: str
    kind: str = "consent.revoked"
    twin: str = ""

    def check(self) -> None:
        """Validate *name*.

        Raises:
            UnknownName: No forgery has this name.
        """
        forgery(self.name)

    def perform(self, stage: "Stage") -> None:
        """Send the forgery.

        Raises:
            StepError: The participant has no consent yet.
        """
        if forgery(self.name).suits(stage.fiskil.dialect):
            _send_forged(stage, stage.end_user(self.twin), self.name, self.kind)


class ForgeEvery(Step, frozen=True, kw_only=True, tag="forge_every"):
    """Every named forgery is sent, one after another, each with a new event that never happened.

    Args:
        kind: Kind of the forged events; another kind is used if ``app.facts.uses_events`` does not cover it.
        twin: Name of the participant; "" means the scenario's end user.
    """

    kind: str = "consent.revoked"
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Send the forgeries.

        Raises:
            StepError: The participant has no consent yet.
        """
        end_user = stage.end_user(self.twin)
        until_it_hangs(
            stage, (partial(_send_forged, stage, end_user, name, self.kind) for name in forgeries_of(stage.fiskil.dialect))
        )


class IdleAfterForgeries(Step, frozen=True, kw_only=True, tag="idle_after_forgeries"):
    """If anything changed while forgeries were refused, nothing happens for as long as they took.

    What also changes in this time is no effect of the forgeries. Without a change, the step takes no time.

    Args:
        twin: Name of the participant; "" means the scenario's end user.
    """

    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Wait, and record the app's effects before and after.

        Raises:
            HookError: The effects hook failed, or its response is not in the documented format.
        """
        forged = [delivery for delivery in stage.journal.all(Delivery) if delivery.is_forged]
        if not forged or not stage.app.has(EFFECTS) or not _may_have_effect(stage.journal, forged[-1].step, self.twin):
            return
        sent = [delivery for delivery in forged if delivery.step == forged[-1].step]
        end_user = stage.end_user(self.twin)
        stage.snapshot("before", end_user)
        stage.journal.write(Idle(**stage.journal.stamp(), seconds=0))
        pause(min(LONGEST_CONTROL_S, sent[-1].at_s + sent[-1].took_s - sent[0].at_s))
        stage.snapshot("after", end_user)


def _may_have_effect(journal: "Journal", step: int, participant: str) -> bool:
    """Return true if the state changed in a step, or the app called the API in it."""
    states = [
        msgspec.json.encode(effects.state, order="sorted")
        for effects in journal.all(Effects)
        if effects.step == step and effects.participant == participant and effects.moment in {"before", "after"}
    ]
    return len(set(states)) > 1 or any(call.step == step for call in journal.all(Exchange))


class ForgeWithoutSecret(Step, frozen=True, kw_only=True, tag="forge_without_secret"):
    """The app is restarted without its webhook secret, receives forgeries made without it, and is restarted with it.

    If the app refuses to start, which is the safest behaviour, that is recorded and nothing is sent. If the app has its
    secret from a source other than ``{webhook_secret}`` in ``[app.env]``, nothing can be tested. Needs ``app.command``.

    Args:
        kind: Kind of the forged events; another kind is used if ``app.facts.uses_events`` does not cover it.
        twin: Name of the participant; "" means the scenario's end user.
    """

    needs: ClassVar[tuple[str, ...]] = (COMMAND,)
    kind: str = "consent.revoked"
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Restart, send the forgeries, restart.

        Raises:
            AppError: The app does not start again with its secret.
        """
        if not stage.app.passes_value("webhook_secret"):
            stage.record_incomplete(
                f"the app has its webhook secret from another source; pass {SECRET_IN_ENV}", hook=SECRET_IN_ENV
            )
            return
        try:
            with stage.app.without_webhook_secret():
                self._forge(stage)
        finally:
            restart(stage)

    def _forge(self, stage: "Stage") -> None:
        try:
            restart(stage)
        except AppRefusal:
            stage.record(ProcessChanged, change="refusal")
            return
        end_user = stage.end_user(self.twin)
        if stage.app.has(EFFECTS):
            # The restart may have changed the state; the forgeries are not the cause of that.
            stage.snapshot("before", end_user)
        until_it_hangs(stage, (partial(_send_forged, stage, end_user, name, self.kind) for name in WITHOUT_SECRET))
        if stage.app.has(EFFECTS):
            stage.snapshot("settled", end_user)


class Reencode(Step, frozen=True, tag="reencode"):
    """A new event is delivered in another encoding with the same meaning, correctly signed.

    Nothing is sent if the configured sender never uses this encoding.

    Args:
        name: Name of the encoding in ``webhooks/payload_variants``, such as "extra_field".
        twin: Name of the participant; "" means the scenario's end user.
    """

    name: str
    twin: str = ""

    def check(self) -> None:
        """Validate *name*.

        Raises:
            UnknownName: No encoding has this name.
        """
        encoding(self.name)

    def perform(self, stage: "Stage") -> None:
        """Deliver the message.

        Raises:
            StepError: The participant has no consent yet.
        """
        if encoding(self.name).suits(stage.fiskil.dialect):
            _send_encoded(stage, stage.end_user(self.twin), self.name)


class ReencodeEvery(TwinStep, frozen=True, kw_only=True, tag="reencode_every"):
    """A new event is delivered in each encoding that changes only the bytes of a message, not its meaning.

    The first encoding adds an unknown field. If the app refuses it, other encodings with unknown fields are not judged.

    Args:
        twin: Name of the participant; "" means the scenario's end user.
    """

    def perform(self, stage: "Stage") -> None:
        """Deliver the messages.

        Raises:
            StepError: The participant has no consent yet.
        """
        end_user = stage.end_user(self.twin)
        takes_extra = _send_encoded(stage, end_user, "extra_field", is_judged=False).is_acknowledged
        names = [
            (encoding.name, takes_extra or not encoding.has_extra)
            for encoding in encodings_of(stage.fiskil.dialect)
            if not encoding.needs_accounts
        ]
        until_it_hangs(stage, (partial(_send_encoded, stage, end_user, name, is_judged=judged) for name, judged in names))


class SpellEverySignature(EventStep, frozen=True, tag="spell_every_signature"):
    """The latest attempt for an event is repeated, each time with another notation of the right signature.

    Any response is accepted.

    Args:
        event: Symbol of the event, such as ``e0``.
    """

    def perform(self, stage: "Stage") -> None:
        """Send one request for each notation.

        Raises:
            UnknownName: No event has this symbol.
        """
        parcel = stage.outbox.find(self.event)
        owner = stage.owner_of(self.event)
        message = stage.dispatcher.message(parcel)

        def spelt_as(name: str) -> Delivery:
            secret, dialect = _signing(stage)
            spelt = spell(name, message, secret, dialect=dialect)
            return send(
                stage,
                spelt,
                event=self.event,
                participant=owner.participant,
                kind="replay",
                name=name,
                source_ip=forgery_source(stage),
                is_judged=False,
            )

        until_it_hangs(stage, (partial(spelt_as, name) for name in SPELLINGS))


class Distort(Step, frozen=True, tag="distort"):
    """One unusual message is sent, correctly signed; any response is accepted.

    Nothing is sent if the message needs a field that the configured sender does not use.

    Args:
        name: Name of the message in ``webhooks/payload_variants``, such as "not_json".
        twin: Name of the participant; "" means the scenario's end user.
    """

    name: str
    twin: str = ""

    def check(self) -> None:
        """Validate *name*.

        Raises:
            UnknownName: No unusual message has this name.
        """
        oddity(self.name)

    def perform(self, stage: "Stage") -> None:
        """Send the message.

        Raises:
            StepError: The participant has no consent yet.
        """
        if oddity(self.name).suits(stage.fiskil.dialect):
            _send_odd(stage, stage.end_user(self.twin), self.name)


class DistortEvery(TwinStep, frozen=True, kw_only=True, tag="distort_every"):
    """Every unusual message is sent, one after another; any response is accepted.

    Args:
        twin: Name of the participant; "" means the scenario's end user.
    """

    affects_whole_app: ClassVar[bool] = True
    may_stop_app: ClassVar[bool] = True

    def perform(self, stage: "Stage") -> None:
        """Send the messages.

        Raises:
            StepError: The participant has no consent yet.
        """
        end_user = stage.end_user(self.twin)
        until_it_hangs(stage, (partial(_send_odd, stage, end_user, name) for name in oddities_of(stage.fiskil.dialect)))


def _send_forged(stage: "Stage", end_user: "EndUser", name: str, kind: str) -> Delivery:
    secret, dialect = _signing(stage)
    event = invented(stage, end_user, used_kind(stage, kind))
    # If the body contains no id, two messages about the same event would have the same signature.
    another = msgspec.structs.replace(invented(stage, end_user, event.kind), extra={"note": "another"})
    other = stage.dispatcher.seal(another)
    forged = forge(name, event, other=other, secret=secret, dialect=dialect)
    for message_id in forged.message_ids:
        stage.journal.names[message_id] = f"forged:{name}"
    note = Delivery(
        event=f"forged:{name}",
        participant=end_user.participant,
        message_id=forged.message_ids[0],
        attempt=1,
        kind="forged",
        name=name,
        body=forged.body,
        source_ip=forgery_source(stage),
    )
    delivery = stage.sender.deliver(Outgoing(delivery=note, headers=forged.headers, method=forged.method), stage.journal)
    right_signature = stage.dispatcher.seal(event).signature
    spellings = (right_signature, digest_in(right_signature, dialect.scheme).hex())
    _look_for_leaks(stage, delivery, spellings=spellings, secret=secret)
    return delivery


def forgery_source(stage: "Stage") -> str:
    """Return the source address for the next forgery; the first time, test which addresses the app accepts.

    The test sends a signed message about an unknown end user twice: from Fiskil's address, and from another. Only if the
    responses are equal does a refused forgery from another address prove that the signature was checked.
    """
    sources = stage.fiskil.forgery_sources
    if sources.are_accepted is None:
        usual, other = (_response_to_stranger(stage, address) for address in (SOURCE_ADDRESSES[0], FORGERY_ADDRESSES[-1]))
        sources.are_accepted = usual == other and usual[0] is not None
    return sources.next()


def _response_to_stranger(stage: "Stage", source_ip: str) -> tuple[int | None, bytes]:
    """Return status and body of the response to a signed message that no app can use; it is in no journal."""
    event = Event(
        event_id=-1,
        kind="harness.address.tested",
        message_id=stage.fiskil.sandbox.mint.message_id(),
        publish_time=stage.fiskil.sandbox.clock.now(),
        end_user_id=UNKNOWN_END_USER,
        consent_id="",
        institution_id="",
        client_id=stage.fiskil.credentials.client_id,
    )
    outgoing = Outgoing.of(stage.dispatcher.seal(event), event="address", source_ip=source_ip)
    delivery = stage.sender.attempt(outgoing, Journal())
    return delivery.status, delivery.response_body


def _look_for_leaks(stage: "Stage", delivery: Delivery, *, spellings: tuple[str, ...], secret: str) -> None:
    """Record a leak if the response contains the right signature or the secret: either lets an attacker send messages.

    Source: webhooks.signature
    """
    response = delivery.response_body + "\n".join(value for _, value in delivery.response_headers).encode("latin-1")
    secrets = {"expected signature": spellings, "webhook secret": (secret,)}
    for kind, texts in secrets.items():
        if any(text.encode() in response for text in texts):
            place = f"the response to {delivery.event}"  # probes recognise this text
            stage.record(Leak, place=place, kind=kind, line="")


def _send_encoded(stage: "Stage", end_user: "EndUser", name: str, *, is_judged: bool = True) -> Delivery:
    parcel = new_event(stage, end_user, has_accounts=encoding(name).needs_accounts)
    parcel.next_attempt()
    message = stage.dispatcher.message(parcel)
    secret, dialect = _signing(stage)
    encoded = encode(name, message, secret, dialect=dialect)
    participant = end_user.participant
    delivery = send(stage, encoded, event=parcel.symbol, participant=participant, name=name, is_judged=is_judged)
    stage.dispatcher.settle(parcel, delivery)
    return delivery


def _send_odd(stage: "Stage", end_user: "EndUser", name: str) -> Delivery:
    secret, dialect = _signing(stage)
    symbol, participant = f"odd:{name}", end_user.participant
    odd = make_oddity(name, sealed(stage, end_user, "consent.updated", symbol), secret, dialect=dialect)
    return send(stage, odd, event=symbol, participant=participant, kind="unusual", name=name, is_judged=False)


def _signing(stage: "Stage") -> tuple[str, Dialect]:
    """Return the signing secret, and the format of messages and signatures. Source: webhooks.signature"""
    return stage.fiskil.credentials.webhook_secret, stage.fiskil.dialect
