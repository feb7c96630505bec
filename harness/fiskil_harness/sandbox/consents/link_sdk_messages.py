"""The messages that the consent page posts, when a journey has ended, to the window that embeds or opened the page.

The Link SDK listens for these messages. They depend only on the session.

Source: sdk.messages, sdk.target-origin
"""

from typing import Any

from fiskil_harness.core.model import AuthSession, Ending
from fiskil_harness.sandbox.consents.redirects import (
    DESCRIPTIONS,
    Interpretation,
    described,
    destination,
    error_parameters,
    error_uri,
    reported_type,
    with_errors,
)

Message = dict[str, Any]

CANCEL_PAGE = "https://auth.fiskil.com/cancel"
"""The ``redirectURL`` in messages for sessions without a ``cancel_uri``, as captured; the sandbox never redirects there."""

SPELLINGS = {
    "auth-session-invalid": ("AUTH_SESSION_INVALID",),
    "link-invalid-session": ("LINK_INVALID_SESSION",),
    # The SDK processes only the first message, and keeps its frame open after LINK_INVALID_SESSION.
    "both": ("LINK_INVALID_SESSION", "AUTH_SESSION_INVALID"),
}


def messages_of(session: AuthSession | None, interpretation: Interpretation) -> tuple[Message, ...]:
    """Return the messages about the ending of *session*, in posting order; empty while the session is open.

    Args:
        session: The session; None for a session that is unknown or was used before, which is reported as invalid.
        interpretation: Returns the interpretation chosen for a clause id.

    Source: sdk.messages, sdk.invalid-session, sdk.failure-form
    """
    if session is None or session.ending is Ending.INVALID:
        return tuple(_invalid(spelling) for spelling in SPELLINGS[interpretation("sdk.invalid-session")])
    if session.ending is None:
        return ()
    if session.ending is Ending.APPROVED:
        return (_approved(session, interpretation),)
    return (_failed(session, interpretation),)


def _approved(session: AuthSession, interpretation: Interpretation) -> Message:
    """Return the message about an approved journey. Source: sdk.redirect-url"""
    message: Message = {"isCompleted": True}
    if session.redirect_uri:
        is_plain = interpretation("sdk.redirect-url") == "as-configured"
        message["redirectURL"] = session.redirect_uri if is_plain else destination(session, interpretation)
    return message | {"consentID": session.arrangement_id}


def _failed(session: AuthSession, interpretation: Interpretation) -> Message:
    form = interpretation("sdk.failure-form")
    if form == "redirect-url":
        return {"isCompleted": True, "redirectURL": with_errors(session.cancel_uri or CANCEL_PAGE, session, interpretation)}
    error_type, description = described(session, reported_type(session, interpretation))
    if form == "legacy":
        return {"error": error_type}
    return {
        "isCompleted": False,
        "error": _error(session, error_type, interpretation),
        "errorID": session.error_id,
        "errorType": error_type,
        "errorDescription": description,
        "errorURI": error_uri(error_type),
    }


def _error(session: AuthSession, error_type: str, interpretation: Interpretation) -> str:
    """Return the value of ``error`` in a message. Source: sdk.error-text"""
    if interpretation("sdk.error-text") == "by-type":
        return error_type.lower()
    return error_parameters(session, interpretation)["error"]


def _invalid(spelling: str) -> Message:
    """Return the message about an invalid session, exactly as Fiskil documents it; it has no ``errorID``."""
    return {
        "isCompleted": False,
        "error": spelling.lower(),
        "errorType": spelling,
        "errorDescription": DESCRIPTIONS[Ending.INVALID],
        "errorURI": error_uri(spelling),
    }
