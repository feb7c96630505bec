"""What the consent page says to the window that embeds or opened it, when a journey is over.

The Link SDK listens for these messages. They are made from the session alone, so that every way to the same ending says the
same.

Source: sdk.messages, sdk.target-origin
"""

from typing import Any

from fiskil_harness.core.model import AuthSession, Ending
from fiskil_harness.sandbox.consents.redirects import (
    DESCRIPTIONS,
    Interpretation,
    destination,
    error_parameters,
    error_uri,
    reported_type,
    with_errors,
)

Message = dict[str, Any]

CANCEL_PAGE = "https://auth.fiskil.com/cancel"
"""Where a captured address leads that belongs to a session without a cancel_uri; nobody goes there from here."""

SPELLINGS = {
    "auth-session-invalid": ("AUTH_SESSION_INVALID",),
    "link-invalid-session": ("LINK_INVALID_SESSION",),
    # The SDK heeds the first message only, and keeps its frame open for this one.
    "both": ("LINK_INVALID_SESSION", "AUTH_SESSION_INVALID"),
}


def messages_of(session: AuthSession | None, reading: Interpretation) -> tuple[Message, ...]:
    """The messages about how *session* ended, in the order in which they are posted; none before its end.

    Args:
        session: None for a session that is unknown or was used before: both are invalid to whoever opens them.
        reading: Tells which reading of a doubtful clause rules.

    Source: sdk.messages, sdk.invalid-session, sdk.failure-form
    """
    if session is None or session.ending is Ending.INVALID:
        return tuple(_invalid(spelling) for spelling in SPELLINGS[reading("sdk.invalid-session")])
    if session.ending is None:
        return ()
    if session.ending is Ending.APPROVED:
        return (_approved(session, reading),)
    return (_failed(session, reading),)


def _approved(session: AuthSession, reading: Interpretation) -> Message:
    """Source: sdk.redirect-url"""
    told: Message = {"isCompleted": True}
    if session.redirect_uri:
        is_plain = reading("sdk.redirect-url") == "as-configured"
        told["redirectURL"] = session.redirect_uri if is_plain else destination(session, reading)
    return told | {"consentID": session.arrangement_id}


def _failed(session: AuthSession, reading: Interpretation) -> Message:
    form = reading("sdk.failure-form")
    if form == "redirect-url":
        return {"isCompleted": True, "redirectURL": with_errors(session.cancel_uri or CANCEL_PAGE, session, reading)}
    ending = reported_type(session, reading)
    if form == "legacy":
        return {"error": ending.value}
    return {
        "isCompleted": False,
        "error": _error(session, ending, reading),
        "errorID": session.error_id,
        "errorType": ending.value,
        "errorDescription": DESCRIPTIONS[ending],
        "errorURI": error_uri(ending.value),
    }


def _error(session: AuthSession, ending: Ending, reading: Interpretation) -> str:
    """Source: sdk.error-text"""
    if reading("sdk.error-text") == "by-type":
        return ending.value.lower()
    return error_parameters(session, reading)["error"]


def _invalid(spelling: str) -> Message:
    """The one message that is documented word for word; it has no errorID."""
    return {
        "isCompleted": False,
        "error": spelling.lower(),
        "errorType": spelling,
        "errorDescription": DESCRIPTIONS[Ending.INVALID],
        "errorURI": error_uri(spelling),
    }
