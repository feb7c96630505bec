"""What the app sees in the browser's address when a consent journey is over, under each reading."""

import html
import json
import re
from typing import Any

from tests.interpretations.differences_core import Sights
from tests.interpretations.world import BACK, World

OURS = {"customer"}
"""The query that redirect_uri and cancel_uri had before."""


def success(world: World) -> set[str]:
    """What is added to redirect_uri. Source: journey.success-redirect"""
    session = world.invite()
    arrived = world.walk(session)
    ids = {consent["arrangement_id"] for consent in world.consents(session["end_user_id"])}
    assert arrived.get("session_id", session["session_id"]) == session["session_id"]
    assert arrived.get("consent_id", min(ids)) in ids
    return set(arrived) - OURS


def own_query(world: World) -> tuple[str | None, str | None]:
    """What is left of the app's own query at either end. Source: journey.own-query"""
    return world.walk(world.invite()).get("customer"), world.walk(world.invite(), then="cancel").get("customer")


def failure(world: World) -> set[str]:
    """What is added to cancel_uri. Source: journey.error-redirect"""
    return set(world.walk(world.invite(), then="deny")) - OURS


def error_value(world: World) -> tuple[str, str]:
    """After a refusal, and after a failure at the institution. Source: journey.error-value"""
    denied = world.walk(world.invite(), then="deny")
    failed = world.walk(world.invite(), then="code", email="uma@example.com")
    return denied["error"], failed["error"]


def cancelled(world: World) -> tuple[str, str]:
    """After Cancel, and after a refusal at the institution. Source: journey.cancelled-type"""
    first, second = (world.walk(world.invite(), then=act)["error_type"] for act in ("cancel", "deny"))
    return first, second


def codes(world: World) -> tuple[bool, bool]:
    """Whether the journey is over after one wrong code, and after three. Source: journey.code-attempts"""
    first, second = (bool(world.walk(world.invite(), then="", codes=wrong)) for wrong in (1, 3))
    return first, second


def invalid(world: World) -> list[str]:
    """What a frame is told of a session that nobody opened, message by message. Source: sdk.invalid-session"""
    page = world.client.get(world.fiskil.auth_url, params={"sess_id": "nobody's"})
    return [message["errorType"] for message in messages(page.content)]


def failed(world: World) -> set[str]:
    """Which fields a frame gets of a refusal. Source: sdk.failure-form"""
    [told] = messages(world.embed(world.invite(), then="deny"))
    address = told.get("redirectURL", "error_type=CONSENT_ENDUSER_DENIED")
    assert "error_type=CONSENT_ENDUSER_DENIED" in address
    assert told.get("errorType", "CONSENT_ENDUSER_DENIED") == "CONSENT_ENDUSER_DENIED"
    return set(told)


def error_text(world: World) -> str:
    """What error says of a refusal. Source: sdk.error-text"""
    text: str = messages(world.embed(world.invite(), then="deny"))[0]["error"]
    return text


def redirect_url(world: World) -> tuple[bool, bool]:
    """Whether it is the app's own address, and whether the session's id is in it. Source: sdk.redirect-url"""
    session = world.invite()
    told = messages(world.embed(session))[0]["redirectURL"]
    return told == BACK, session["session_id"] in told


def messages(page: bytes) -> list[dict[str, Any]]:
    """What the page is going to post."""
    [text] = re.findall(r'data-messages="([^"]*)"', page.decode())
    found: list[dict[str, Any]] = json.loads(html.unescape(text))
    return found


FIELDS = {"isCompleted", "error", "errorID", "errorType", "errorDescription", "errorURI"}


def expired(world: World) -> tuple[bool, bool]:
    """Whether the journey is over after a code that has expired, and whether the one that follows is right.

    Source: journey.code-expired
    """
    ended = bool(world.walk(world.invite(), then="", codes=1, code="999999"))
    return ended, not ended and bool(world.walk(world.invite(), codes=1, code="999999"))


THREE = {"error", "error_type", "error_description"}

JOURNEYS: Sights = {
    "journey.success-redirect": (
        success,
        {"session-id": {"session_id"}, "with-consent-id": {"session_id", "consent_id"}, "none": set()},
    ),
    "journey.own-query": (own_query, {"kept": ("7", "7"), "dropped": (None, None)}),
    "journey.error-redirect": (failure, {"full": THREE | {"error_id", "error_uri"}, "three": THREE}),
    "journey.error-value": (
        error_value,
        {"access-denied": ("access_denied", "access_denied"), "by-type": ("access_denied", "server_error")},
    ),
    "journey.cancelled-type": (
        cancelled,
        {
            "cancelled": ("AUTH_SESSION_CANCELLED", "CONSENT_ENDUSER_DENIED"),
            "denied": ("CONSENT_ENDUSER_DENIED", "CONSENT_ENDUSER_DENIED"),
        },
    ),
    "journey.code-expired": (expired, {"sent-again": (False, True), "otp-failure": (True, False)}),
    "journey.code-attempts": (codes, {"3": (False, True), "1": (True, True), "5": (False, False)}),
    "sdk.invalid-session": (
        invalid,
        {
            "auth-session-invalid": ["AUTH_SESSION_INVALID"],
            "link-invalid-session": ["LINK_INVALID_SESSION"],
            "both": ["LINK_INVALID_SESSION", "AUTH_SESSION_INVALID"],
        },
    ),
    "sdk.failure-form": (
        failed,
        {"fields": FIELDS, "redirect-url": {"isCompleted", "redirectURL"}, "legacy": {"error"}},
    ),
    "sdk.error-text": (error_text, {"by-type": "consent_enduser_denied", "as-redirect": "access_denied"}),
    "sdk.redirect-url": (redirect_url, {"as-configured": (True, False), "with-parameters": (False, True)}),
}
"""By clause: what is looked at, and what is seen under each reading."""
