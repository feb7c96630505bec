"""The parameters that the app gets at the end of a consent journey, under each interpretation."""

import html
import json
import re
from typing import Any

from tests.interpretations.differences_core import Observations
from tests.interpretations.world import REDIRECT_URI, World

OWN_PARAMETERS = {"customer"}
"""The query parameters that redirect_uri and cancel_uri have already."""


def success(world: World) -> set[str]:
    """Return the parameters that are added to redirect_uri. Source: journey.success-redirect"""
    session = world.invite()
    parameters = world.walk(session)
    ids = {consent["arrangement_id"] for consent in world.consents(session["end_user_id"])}
    assert parameters.get("session_id", session["session_id"]) == session["session_id"]
    assert parameters.get("consent_id", min(ids)) in ids
    return set(parameters) - OWN_PARAMETERS


def own_query(world: World) -> tuple[str | None, str | None]:
    """Return the app's own parameter after a success and after a cancellation. Source: journey.own-query"""
    return world.walk(world.invite()).get("customer"), world.walk(world.invite(), then="cancel").get("customer")


def failure(world: World) -> set[str]:
    """Return the parameters that are added to cancel_uri. Source: journey.error-redirect"""
    return set(world.walk(world.invite(), then="deny")) - OWN_PARAMETERS


def error_value(world: World) -> tuple[str, str]:
    """Return error after a refusal, and after a failure at the institution. Source: journey.error-value"""
    denied = world.walk(world.invite(), then="deny")
    failed = world.walk(world.invite(), then="code", email="uma@example.com")
    return denied["error"], failed["error"]


def cancelled(world: World) -> tuple[str, str]:
    """Return error_type after Cancel, and after a refusal at the institution. Source: journey.cancelled-type"""
    first, second = (world.walk(world.invite(), then=act)["error_type"] for act in ("cancel", "deny"))
    return first, second


def over_after_codes(world: World) -> tuple[bool, bool]:
    """Return whether the journey ends after one wrong code, and after three. Source: journey.code-attempts"""
    first, second = (bool(world.walk(world.invite(), then="", codes=wrong)) for wrong in (1, 3))
    return first, second


def last_screen(world: World) -> tuple[bool, bool]:
    """Return whether the last screen goes to the app, in a frame and in a window with an opener. Source: sdk.last-screen"""
    first, second = (world.embed(world.invite(), place=place) for place in ("frame", "window"))
    assert messages(first)[0]["consentID"] != messages(second)[0]["consentID"]
    return b"data-followed" in first, b"data-followed" in second


def invalid(world: World) -> list[str]:
    """Return the error types of the messages about an unknown session. Source: sdk.invalid-session"""
    page = world.client.get(world.fiskil.auth_url, params={"sess_id": "nobody's"})
    return [message["errorType"] for message in messages(page.content)]


def failed(world: World) -> set[str]:
    """Return the fields of the message about a refusal. Source: sdk.failure-form"""
    [message] = messages(world.embed(world.invite(), then="deny"))
    url = message.get("redirectURL", "error_type=CONSENT_ENDUSER_DENIED")
    assert "error_type=CONSENT_ENDUSER_DENIED" in url
    assert message.get("errorType", "CONSENT_ENDUSER_DENIED") == "CONSENT_ENDUSER_DENIED"
    return set(message)


def error_text(world: World) -> str:
    """Return error in the message about a refusal. Source: sdk.error-text"""
    text: str = messages(world.embed(world.invite(), then="deny"))[0]["error"]
    return text


def redirect_url(world: World) -> tuple[bool, bool]:
    """Return whether redirectURL is the configured one, and whether it contains the session id. Source: sdk.redirect-url"""
    session = world.invite()
    url = messages(world.embed(session))[0]["redirectURL"]
    return url == REDIRECT_URI, session["session_id"] in url


def messages(page: bytes) -> list[dict[str, Any]]:
    """Return the messages that the page will post."""
    [text] = re.findall(r'data-messages="([^"]*)"', page.decode())
    posted: list[dict[str, Any]] = json.loads(html.unescape(text))
    return posted


FIELDS = {"isCompleted", "error", "errorID", "errorType", "errorDescription", "errorURI"}


def expired(world: World) -> tuple[bool, bool]:
    """Return whether the journey ends after an expired code, and whether the next code is accepted.

    Source: journey.code-expired
    """
    ended = bool(world.walk(world.invite(), then="", codes=1, code="999999"))
    return ended, not ended and bool(world.walk(world.invite(), codes=1, code="999999"))


THREE = {"error", "error_type", "error_description"}

JOURNEYS: Observations = {
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
    "journey.code-attempts": (over_after_codes, {"3": (False, True), "1": (True, True), "5": (False, False)}),
    "sdk.last-screen": (last_screen, {"follows": (False, True), "stays": (False, False)}),
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
"""By clause: the observation, and its result under each interpretation."""
