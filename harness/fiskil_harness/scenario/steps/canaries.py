"""Steps that put canaries into messages: URLs that no app may call, and account numbers that no log may contain."""

from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from fiskil_harness.errors import StepError
from fiskil_harness.journal import Canaries
from fiskil_harness.scenario.steps.deliveries import attempt, send
from fiskil_harness.scenario.steps.events import new_event, sealed
from fiskil_harness.scenario.steps.step import PlainStep
from fiskil_harness.webhooks import ssrf_places
from fiskil_harness.webhooks.signature_schemes import JSON, signature_headers

if TYPE_CHECKING:
    from fiskil_harness.sandbox import EndUser
    from fiskil_harness.scenario.stage import Stage

URLS = "urls"
ACCOUNT_NUMBERS = "account_numbers"
MOST_NUMBERS = 3


class DeliverUrls(PlainStep, frozen=True, kw_only=True, tag="deliver_urls"):
    """Messages arrive with canary URLs in fields and headers, which the app has no reason to request.

    One message is genuine and two are forged.

    Args:
        twin: Name of the participant; "" means the scenario's end user.
    """

    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Deliver the three messages.

        Raises:
            StepError: There is no consent yet.
        """
        end_user = stage.end_user(self.twin)
        new_url = partial(stage.fiskil.canary_server.plant, journal=stage.journal)
        genuine, forged = partial(new_url, kind="genuine"), partial(new_url, kind="forged")
        parcel = new_event(stage, end_user)
        parcel.event = msgspec.structs.replace(parcel.event, extra=ssrf_places.fields(genuine))
        attempt(stage, parcel, headers=ssrf_places.headers(genuine), name=URLS)
        _send_forged(stage, end_user, URLS, None, headers=ssrf_places.headers(forged), extra=ssrf_places.fields(forged))
        _send_forged(stage, end_user, "urls_of_keys", ssrf_places.token(forged))


class DeliverAccountNumbers(PlainStep, frozen=True, kw_only=True, tag="deliver_account_numbers"):
    """Messages arrive that contain complete account numbers: a genuine one, and one with a wrong signature.

    Args:
        twin: Name of the participant; "" means the scenario's end user.
    """

    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Deliver the two messages.

        Raises:
            StepError: The end user has no account yet.
        """
        end_user = stage.end_user(self.twin)
        numbers = stage.fiskil.sandbox.canaries()["account number"][:MOST_NUMBERS]
        if not numbers:
            raise StepError("No account number exists yet. Put the step authorise before this one.")
        fields = {"accounts": [{"account_number": number} for number in numbers]}
        parcel = new_event(stage, end_user)
        parcel.event = msgspec.structs.replace(parcel.event, extra=fields)
        attempt(stage, parcel, name=ACCOUNT_NUMBERS)
        right_signature = _send_forged(stage, end_user, ACCOUNT_NUMBERS, "d3Jvbmc=", extra=fields)
        stage.journal.write(Canaries(values={"expected signature": (right_signature,)}))


def _send_forged(
    stage: "Stage",
    end_user: "EndUser",
    name: str,
    signature: str | None,
    *,
    headers: tuple[tuple[str, str], ...] = (),
    extra: dict[str, Any] | None = None,
) -> str:
    """Send an invented event with *signature* (None: unsigned); return the right signature, which is never sent."""
    message = sealed(stage, end_user, "consent.updated", f"forged:{name}", extra=extra)
    signatures = () if signature is None else (signature,)
    sent = (*JSON, *signature_headers(message, stage.fiskil.dialect.scheme, *signatures), *headers)
    forged = msgspec.structs.replace(message, headers=sent)
    send(stage, forged, event=f"forged:{name}", participant=end_user.participant, kind="forged", name=name)
    return message.signature
