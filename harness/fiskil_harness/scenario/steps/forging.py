"""Steps of a sender who is not Fiskil, or writes in another way: forgeries, re-encodings, spellings, oddities."""

from functools import partial
from typing import TYPE_CHECKING, ClassVar

import msgspec

from fiskil_harness.core.config.hooks import COMMAND, EFFECTS, SECRET_IN_ENV
from fiskil_harness.core.config.webhook_format import Dialect
from fiskil_harness.errors import AppRefusal
from fiskil_harness.journal import Delivery, Leak, Started
from fiskil_harness.scenario.steps.app import restart
from fiskil_harness.scenario.steps.deliveries import sealed, settle, until_it_hangs
from fiskil_harness.scenario.steps.events import fresh_fact, invented, used_kind
from fiskil_harness.scenario.steps.step import PlainStep
from fiskil_harness.webhooks import seal
from fiskil_harness.webhooks.forgeries.catalogue import forge, forgeries_of, forgery
from fiskil_harness.webhooks.payload_variants import (
    SPELLINGS,
    Encoded,
    distort,
    encode,
    encoding,
    encodings_of,
    oddities_of,
    oddity,
    spell,
)
from fiskil_harness.webhooks.sender import Outgoing
from fiskil_harness.webhooks.signature_schemes import digest_in

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Participant, Stage

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
"""Forgeries that a receiver believes when it has no secret and does not care."""


class Forge(PlainStep, frozen=True, tag="forge"):
    """One named forgery of an event that never happened; ``kind`` is what it claims.

    Where it is none, because the sender in force signs in another way, nothing is sent.
    """

    name: str
    kind: str = "consent.revoked"
    twin: str = ""

    def check(self) -> None:
        """Refuse a forgery that does not exist."""
        forgery(self.name)

    def perform(self, stage: "Stage") -> None:
        """Send it."""
        if forgery(self.name).suits(stage.fiskil.dialect):
            _send_forged(stage, stage.participant(self.twin), self.name, self.kind)


class ForgeEvery(PlainStep, frozen=True, kw_only=True, tag="forge_every"):
    """Every named forgery, one after another, each about an event of its own that never happened."""

    kind: str = "consent.revoked"
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Send them."""
        participant = stage.participant(self.twin)
        until_it_hangs(
            stage,
            (partial(_send_forged, stage, participant, name, self.kind) for name in forgeries_of(stage.fiskil.dialect)),
        )


class ForgeWithoutSecret(PlainStep, frozen=True, kw_only=True, tag="forge_without_secret"):
    """The app is started again without its webhook secret, gets what needs none, and is started with it once more.

    An app that ends by itself instead is the safest of all; that is written down, and nothing is sent. One that was never
    told the secret by us keeps it, so nothing can be learnt.
    """

    needs: ClassVar[tuple[str, ...]] = (COMMAND,)
    kind: str = "consent.revoked"
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Restart, forge, restart."""
        if not stage.app.passes_value("webhook_secret"):
            stage.cut_short(f"the app has its webhook secret from elsewhere; pass {SECRET_IN_ENV}", hook=SECRET_IN_ENV)
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
            stage.journal.write(Started(**stage.journal.stamp(), how="refusal"))
            return
        participant = stage.participant(self.twin)
        until_it_hangs(stage, (partial(_send_forged, stage, participant, name, self.kind) for name in WITHOUT_SECRET))
        if stage.app.has(EFFECTS):
            stage.snapshot("settled", participant)


class Reencode(PlainStep, frozen=True, tag="reencode"):
    """Something happens, and its message is written another way that says the same."""

    name: str
    twin: str = ""

    def check(self) -> None:
        """Refuse a re-encoding that does not exist."""
        encoding(self.name)

    def perform(self, stage: "Stage") -> None:
        """Deliver it, where the sender in force might send it."""
        if encoding(self.name).suits(stage.fiskil.dialect):
            _send_encoded(stage, stage.participant(self.twin), self.name)


class ReencodeEvery(PlainStep, frozen=True, kw_only=True, tag="reencode_every"):
    """Every re-encoding that changes bytes alone, each of the message of an event of its own.

    One with a plain new field goes first: where that is refused, the others with a new field tell nothing about bytes.
    """

    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Deliver them."""
        participant = stage.participant(self.twin)
        takes_extra = _send_encoded(stage, participant, "extra_field", is_judged=False).outcome == "ack"
        names = [
            (encoding.name, takes_extra or not encoding.has_extra)
            for encoding in encodings_of(stage.fiskil.dialect)
            if not encoding.needs_accounts
        ]
        until_it_hangs(stage, (partial(_send_encoded, stage, participant, name, is_judged=judged) for name, judged in names))


class SpellEverySignature(PlainStep, frozen=True, tag="spell_every_signature"):
    """The very same bytes as the latest attempt, with the right digest spelt every other way; any answer will do."""

    event: str

    def perform(self, stage: "Stage") -> None:
        """Send them."""
        parcel = stage.outbox.find(self.event)
        owner = stage.owner_of(self.event)
        message = sealed(stage, parcel)

        def send(name: str) -> Delivery:
            note = Delivery(
                event=parcel.symbol,
                participant=owner.name,
                message_id=message.message_id,
                attempt=message.attempt,
                kind="replay",
                name=name,
                is_judged=False,
            )
            secret, dialect = _signing(stage)
            return _send(stage, spell(name, message, secret, dialect=dialect), note)

        until_it_hangs(stage, (partial(send, name) for name in SPELLINGS))


class Distort(PlainStep, frozen=True, tag="distort"):
    """One oddity, honestly signed; any answer will do."""

    name: str
    twin: str = ""

    def check(self) -> None:
        """Refuse an oddity that does not exist."""
        oddity(self.name)

    def perform(self, stage: "Stage") -> None:
        """Send it, where it is about something that the sender in force says."""
        if oddity(self.name).suits(stage.fiskil.dialect):
            _send_odd(stage, stage.participant(self.twin), self.name)


class DistortEvery(PlainStep, frozen=True, kw_only=True, tag="distort_every"):
    """Every oddity, one after another."""

    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Send them."""
        participant = stage.participant(self.twin)
        until_it_hangs(stage, (partial(_send_odd, stage, participant, name) for name in oddities_of(stage.fiskil.dialect)))


def _send_forged(stage: "Stage", participant: "Participant", name: str, kind: str) -> Delivery:
    secret, dialect = _signing(stage)
    event = invented(stage, participant, used_kind(stage, kind))
    # Where no id stands in the body, two messages about the same would have the same signature.
    another = msgspec.structs.replace(invented(stage, participant, event.kind), extra={"note": "another"})
    other = seal(another, attempt=1, secret=secret, dialect=dialect)
    forged = forge(name, event, other=other, secret=secret, dialect=dialect)
    for message_id in forged.message_ids:
        stage.journal.names[message_id] = f"forged:{name}"
    note = Delivery(
        event=f"forged:{name}",
        participant=participant.name,
        message_id=forged.message_ids[0],
        attempt=1,
        kind="forged",
        name=name,
        body=forged.body,
    )
    delivery = stage.sender.deliver(Outgoing(note=note, headers=forged.headers, method=forged.method), stage.journal)
    right = seal(event, attempt=1, secret=secret, dialect=dialect).signature
    spellings = (right, digest_in(right, dialect.scheme).hex())
    _look_for_leaks(stage, delivery, spellings=spellings, secret=secret)
    return delivery


def _look_for_leaks(stage: "Stage", delivery: Delivery, *, spellings: tuple[str, ...], secret: str) -> None:
    """Whoever tells the right signature in the answer to a wrong one needs no secret. Source: webhooks.signature"""
    told = delivery.response_body + "\n".join(value for _, value in delivery.response_headers).encode("latin-1")
    searched = {"expected signature": spellings, "webhook secret": (secret,)}
    for what, texts in searched.items():
        if any(text.encode() in told for text in texts):
            stage.journal.write(Leak(**stage.journal.stamp(), place=f"the answer to {delivery.event}", kind=what, line=""))


def _send_encoded(stage: "Stage", participant: "Participant", name: str, *, is_judged: bool = True) -> Delivery:
    parcel = fresh_fact(stage, participant, has_accounts=encoding(name).needs_accounts)
    parcel.next_attempt()
    message = sealed(stage, parcel)
    note = Delivery(
        event=parcel.symbol,
        participant=participant.name,
        message_id=message.message_id,
        attempt=message.attempt,
        name=name,
        is_judged=is_judged,
    )
    secret, dialect = _signing(stage)
    delivery = _send(stage, encode(name, message, secret, dialect=dialect), note)
    settle(stage, parcel, [delivery])
    return delivery


def _send_odd(stage: "Stage", participant: "Participant", name: str) -> Delivery:
    secret, dialect = _signing(stage)
    event = invented(stage, participant, used_kind(stage, "consent.updated"))
    stage.journal.names[event.message_id] = f"odd:{name}"
    note = Delivery(
        event=f"odd:{name}",
        participant=participant.name,
        message_id=event.message_id,
        attempt=1,
        kind="unusual",
        name=name,
        is_judged=False,
    )
    return _send(stage, distort(name, seal(event, attempt=1, secret=secret, dialect=dialect), secret, dialect=dialect), note)


def _send(stage: "Stage", written: Encoded, note: Delivery) -> Delivery:
    note = msgspec.structs.replace(note, body=written.body)
    return stage.sender.deliver(Outgoing(note=note, headers=written.headers), stage.journal)


def _signing(stage: "Stage") -> tuple[str, Dialect]:
    """The secret, and how messages are signed and worded. Source: webhooks.signature"""
    return stage.fiskil.credentials.webhook_secret, stage.fiskil.dialect
