"""Steps that plant something in messages and see where it comes out again: URLs of ours, and what no log may hold."""

from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from fiskil_harness.errors import StepError
from fiskil_harness.journal import Canaries, Delivery
from fiskil_harness.scenario.steps.deliveries import attempt
from fiskil_harness.scenario.steps.events import fresh_fact, invented, used_kind
from fiskil_harness.scenario.steps.step import PlainStep
from fiskil_harness.webhooks import seal, ssrf_places
from fiskil_harness.webhooks.sender import Outgoing
from fiskil_harness.webhooks.signature_schemes import JSON, lines

if TYPE_CHECKING:
    from fiskil_harness.core.model import Event
    from fiskil_harness.scenario.stage import Participant, Stage

URLS = "urls"
ACCOUNT_NUMBERS = "account_numbers"
MOST_NUMBERS = 3


class DeliverUrls(PlainStep, frozen=True, kw_only=True, tag="deliver_urls"):
    """Messages with URLs of ours in fields and headers, which nobody has a reason to call: one honest, two forged."""

    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Deliver them."""
        participant = stage.participant(self.twin)
        lay = partial(stage.fiskil.trap.lay, journal=stage.journal)
        honest, forged = partial(lay, kind="genuine"), partial(lay, kind="forged")
        parcel = fresh_fact(stage, participant)
        parcel.event = msgspec.structs.replace(parcel.event, extra=ssrf_places.fields(honest))
        attempt(stage, parcel, headers=ssrf_places.headers(honest), name=URLS)
        _send_forged(stage, participant, URLS, None, headers=ssrf_places.headers(forged), extra=ssrf_places.fields(forged))
        _send_forged(stage, participant, "urls_of_keys", ssrf_places.token(forged))


class DeliverAccountNumbers(PlainStep, frozen=True, kw_only=True, tag="deliver_account_numbers"):
    """Messages that hold whole account numbers, one honestly signed and one under a wrong signature."""

    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Deliver them."""
        participant = stage.participant(self.twin)
        numbers = stage.fiskil.sandbox.canaries()["account number"][:MOST_NUMBERS]
        if not numbers:
            raise StepError("Nobody has an account number yet; a step must authorise first.")
        told = {"accounts": [{"account_number": number} for number in numbers]}
        parcel = fresh_fact(stage, participant)
        parcel.event = msgspec.structs.replace(parcel.event, extra=told)
        attempt(stage, parcel, name=ACCOUNT_NUMBERS)
        right = _send_forged(stage, participant, ACCOUNT_NUMBERS, "d3Jvbmc=", extra=told)
        stage.journal.write(Canaries(values={"expected signature": (right,)}))


def _send_forged(
    stage: "Stage",
    participant: "Participant",
    name: str,
    signature: str | None,
    *,
    headers: tuple[tuple[str, str], ...] = (),
    extra: dict[str, Any] | None = None,
) -> str:
    """Send what never happened under *signature*; the right one, which never leaves."""
    event: Event = invented(stage, participant, used_kind(stage, "consent.updated"))
    event = msgspec.structs.replace(event, extra=extra or {})
    dialect = stage.fiskil.dialect
    message = seal(event, attempt=1, secret=stage.fiskil.credentials.webhook_secret, dialect=dialect)
    signatures = () if signature is None else (signature,)
    stage.journal.names[event.message_id] = f"forged:{name}"
    note = Delivery(
        event=f"forged:{name}",
        participant=participant.name,
        message_id=message.message_id,
        attempt=1,
        kind="forged",
        name=name,
        body=message.body,
    )
    outgoing = Outgoing(note=note, headers=(*JSON, *lines(message, dialect.scheme, *signatures), *headers))
    stage.sender.deliver(outgoing, stage.journal)
    return message.signature
