"""Error texts for people, and error responses for programs.

Each text states what happened and what to do next. Error codes and tracebacks stay in the log.
"""

from dataclasses import dataclass

from starlette.responses import JSONResponse, Response

from reference_app import layout, logs, pages
from reference_app.fiskil.errors import FiskilError, Refused, TimedOut


@dataclass(frozen=True)
class Explanation:
    """A failed journey in words: ``status`` is the new status of the attempt, ``link`` labels the next action."""

    status: str
    title: str
    what_happened: str
    what_to_do: str
    link: str = "Try again"


_CANCELLED = Explanation(
    "cancelled",
    "You stopped before sharing anything",
    "You left before your bank was connected, so nothing was shared and nothing has changed.",
    "Whenever you are ready, you can start again. It takes about two minutes.",
)
_UNKNOWN = Explanation(
    "failed",
    "Your bank was not connected",
    "Something went wrong on the way, and nothing was shared.",
    "Please try again. If it keeps happening, our support team can help.",
)
_EXPLANATIONS = {
    "AUTH_SESSION_CANCELLED": _CANCELLED,
    "CONSENT_ENDUSER_DENIED": Explanation(
        "cancelled",
        "You declined at your bank",
        "You told your bank not to share your data, so nothing was shared.",
        "If that was not what you meant, you can start again and approve the request at your bank.",
    ),
    "CONSENT_OTP_FAILURE": Explanation(
        "failed",
        "The one-time code did not match",
        "Your bank could not confirm that it was you, because the code or the customer details were not right.",
        "Have your phone or e-mail at hand and try again. Your bank sends a new code each time.",
    ),
    "CONSENT_ENDUSER_INELIGIBLE": Explanation(
        "failed",
        "Your bank cannot share these accounts yet",
        "Your bank found no account that you may share. For a business account, only a nominated representative can.",
        "Please ask your bank to turn on data sharing for you first. Trying again before that will not help.",
        "Start again after talking to your bank",
    ),
    "CONSENT_TIMEOUT": Explanation(
        "failed",
        "That took too long",
        "The time to approve the request at your bank ran out, so nothing was shared.",
        "Please try again, and finish the steps at your bank within a few minutes.",
    ),
    "CONSENT_UPSTREAM_PROCESSING_ERROR": Explanation(
        "failed",
        "Your bank has a problem right now",
        "Your bank could not finish the request. It is not something you did, and nothing was shared.",
        "Please wait a few minutes and try again.",
    ),
}


def explain(error_type: str) -> Explanation:
    """Return the texts for one of Fiskil's error types; a general text if the type is unknown."""
    return _EXPLANATIONS.get(error_type, _UNKNOWN)


def respond(doing: str, error: FiskilError, *, ref: str, is_page: bool) -> Response:
    """Log a failed call to Fiskil, and return the response for it."""
    logs.warn(f"{doing}_failed", customer=ref, status=error.status, reason=error.reason, error_id=error.error_id)
    name, message, status = _describe(error)
    if is_page:
        return layout.respond(pages.unavailable(message, ref=ref), status=status)
    return JSONResponse({"error": name, "message": message}, status_code=status)


def bad_customer(*, is_page: bool) -> Response:
    """Return the response to a request without a customer."""
    message = "Please tell us which customer this is about."
    if is_page:
        return layout.respond(pages.unavailable(message, ref=""), status=400)
    return JSONResponse({"error": "bad_customer", "message": message}, status_code=400)


def _describe(error: FiskilError) -> tuple[str, str, int]:
    if isinstance(error, TimedOut):
        return (
            "timeout",
            "The bank connection is taking too long to respond. Please try again in a minute.",
            504,
        )
    if isinstance(error, Refused):
        return (
            "not_available",
            "Connecting banks is not possible at the moment. We have been told and are on it.",
            503,
        )
    return (
        "unavailable",
        "The bank connection is not working right now. Please try again in a few minutes.",
        502,
    )
