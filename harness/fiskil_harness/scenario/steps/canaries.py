"""Steps that put canaries into messages: URLs that no app may call, and account numbers that no log may contain."""

import base64
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from fiskil_harness.errors import StepError
from fiskil_harness.journal import Canaries
from fiskil_harness.scenario.steps.deliveries import attempt, send
from fiskil_harness.scenario.steps.events import headers_with, new_event, sealed
from fiskil_harness.scenario.steps.forging import forgery_source
from fiskil_harness.scenario.steps.step import TwinStep

if TYPE_CHECKING:
    from fiskil_harness.sandbox import EndUser
    from fiskil_harness.scenario.stage import Stage

MakeUrl = Callable[[str], str]
"""Makes a canary URL for the field or header with the given name, and remembers that name."""

FIELDS = ("callback_url", "url", "href", "jku", "x5u", "logo_uri", "webhook_url")
HEADERS = ("Link", "Location", "Referer", "X-Callback-Url", "X-Webhook-Url", "X-Original-Url")
KEY_PLACES = ("jku", "x5u")
"""Fields, headers and parts of a signature that get canary URLs.

A request to such a URL proves that the receiver followed it. Some receivers are known to request URLs in these places,
although an attacker may have written them.
"""

URLS = "urls"
ACCOUNT_NUMBERS = "account_numbers"
MOST_NUMBERS = 3


class DeliverUrls(TwinStep, frozen=True, kw_only=True, tag="deliver_urls"):
    """Messages arrive with canary URLs in fields and headers, which the app has no reason to request.

    One message is genuine and two are forged.

    Args:
        twin: Name of the participant; "" means the scenario's end user.
    """

    def perform(self, stage: "Stage") -> None:
        """Deliver the three messages.

        Raises:
            StepError: There is no consent yet.
        """
        end_user = stage.end_user(self.twin)
        new_url = partial(stage.fiskil.canary_server.plant, journal=stage.journal)
        genuine, forged = partial(new_url, kind="genuine"), partial(new_url, kind="forged")
        parcel = new_event(stage, end_user)
        parcel.event = msgspec.structs.replace(parcel.event, extra=_fields(genuine))
        attempt(stage, parcel, headers=_headers(genuine), name=URLS)
        _send_forged(stage, end_user, URLS, None, headers=_headers(forged), extra=_fields(forged))
        _send_forged(stage, end_user, "urls_of_keys", _token(forged))


class DeliverAccountNumbers(TwinStep, frozen=True, kw_only=True, tag="deliver_account_numbers"):
    """Messages arrive that contain complete account numbers: a genuine one, and one with a wrong signature.

    Args:
        twin: Name of the participant; "" means the scenario's end user.
    """

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


def _fields(lay: MakeUrl) -> dict[str, Any]:
    """Return additional fields of ``data``, each with a canary URL. Their names are common in APIs."""
    return {
        **{name: lay(f"data.{name}") for name in FIELDS},
        "links": {"self": lay("data.links.self"), "next": lay("data.links.next")},
    }


def _headers(lay: MakeUrl) -> tuple[tuple[str, str], ...]:
    """Return additional headers, each with a canary URL."""
    return tuple((name, f'<{url}>; rel="next"' if name == "Link" else url) for name in HEADERS for url in (lay(name),))


def _token(lay: MakeUrl) -> str:
    """Return a signature in JWS format, whose header contains canary URLs as the URLs of the verification key."""
    head = {"alg": "RS256", "kid": "1", **{name: lay(f"signature {name}") for name in KEY_PLACES}}
    return "..".join(
        base64.urlsafe_b64encode(part).decode().rstrip("=") for part in (msgspec.json.encode(head), b"signature")
    )


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
    forged = msgspec.structs.replace(message, headers=(*headers_with(stage, message, signature), *headers))
    send(
        stage,
        forged,
        event=f"forged:{name}",
        participant=end_user.participant,
        kind="forged",
        name=name,
        source_ip=forgery_source(stage),
    )
    return message.signature
