"""Where the browser goes when a consent journey is over, and with which parameters."""

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit, urlunsplit

from fiskil_harness.core.model import AuthSession, Ending
from fiskil_harness.sandbox.problems import bad_request

DESCRIPTIONS: dict[Ending, str] = {
    Ending.CANCELLED: "The end user cancelled the consent journey.",
    Ending.INVALID: "The auth session was terminated or not found.",
    Ending.DENIED: "The end user declined to share their data at the institution.",
    Ending.OTP_FAILURE: "The end user could not be authenticated with a one-time code.",
    Ending.INELIGIBLE: "The end user has no account that can be shared.",
    Ending.TIMED_OUT: "The end user did not finish in time.",
    Ending.UPSTREAM_FAILURE: "The institution could not process the consent.",
}
ERRORS: dict[Ending, str] = {
    Ending.OTP_FAILURE: "authentication_failed",
    Ending.TIMED_OUT: "timeout",
    Ending.UPSTREAM_FAILURE: "server_error",
    Ending.INELIGIBLE: "ineligible",
}
"""What ``error`` may say, where it is not always access_denied."""

Interpretation = Callable[[str], str]
SCRIPTS = ("javascript", "data", "vbscript")


def refuse_bad_uri(name: str, uri: str) -> None:
    """Refuse a URI that no browser could be sent to; any host and any app's own scheme is fine. Source: auth-session.uris"""
    if not uri:
        return
    try:
        parts = urlsplit(uri)
        is_usable = bool(parts.scheme) and parts.scheme not in SCRIPTS and bool(parts.netloc or parts.path)
        _ = parts.port
    except ValueError:
        is_usable = False
    if not is_usable or any(letter <= " " or letter == "\x7f" for letter in uri):
        raise bad_request(f"{name} must be empty or an absolute URI")


def destination(session: AuthSession, reading: Interpretation) -> str | None:
    """Where the browser goes after the ending, with the documented parameters; None where there is nowhere to go.

    Args:
        reading: Tells which reading of a doubtful clause rules.

    Source: journey.success-redirect, journey.error-redirect, journey.own-query
    """
    if session.ending is None or session.ending is Ending.INVALID:
        return None
    if session.ending is Ending.APPROVED:
        return _with_query(session.redirect_uri, _success_parameters(session, reading), reading)
    return with_errors(session.cancel_uri, session, reading)


def with_errors(uri: str, session: AuthSession, reading: Interpretation) -> str | None:
    """*uri* with what is told of a journey that did not succeed; None for an empty one."""
    return _with_query(uri, error_parameters(session, reading), reading)


def reported_type(session: AuthSession, reading: Interpretation) -> Ending:
    """The ending as the app hears of it. Source: journey.cancelled-type"""
    ending = session.ending or Ending.INVALID
    if ending is Ending.CANCELLED and reading("journey.cancelled-type") == "denied":
        return Ending.DENIED
    return ending


def error_uri(error_type: str) -> str:
    """Where an error type is explained."""
    return f"https://docs.fiskil.com/errors#{error_type}"


def _success_parameters(session: AuthSession, reading: Interpretation) -> dict[str, str]:
    if not session.redirect_uri or reading("journey.success-redirect") == "none":
        return {}
    told = {"session_id": session.session_id}
    if reading("journey.success-redirect") == "with-consent-id":
        told["consent_id"] = session.arrangement_id or ""
    return told


def error_parameters(session: AuthSession, reading: Interpretation) -> dict[str, str]:
    """The query parameters of a journey that did not succeed.

    Source: journey.error-redirect, journey.error-value
    """
    ending = reported_type(session, reading)
    error = "access_denied"
    if ending in ERRORS and reading("journey.error-value") == "by-type":
        error = ERRORS[ending]
    told = {"error": error, "error_description": DESCRIPTIONS[ending], "error_type": ending.value}
    if reading("journey.error-redirect") == "full":
        told |= {"error_id": session.error_id or "", "error_uri": error_uri(ending.value)}
    return dict(sorted(told.items()))


def _with_query(uri: str, parameters: dict[str, str], reading: Interpretation) -> str | None:
    if not uri:
        return None
    parts = urlsplit(uri)
    own = parts.query
    if own and reading("journey.own-query") == "dropped":
        own = ""
    query = "&".join(text for text in (own, urlencode(parameters)) if text)
    return urlunsplit(parts._replace(query=query))
