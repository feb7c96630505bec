"""The URL to which the browser is redirected at the end of a consent journey, and the URL's parameters."""

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit, urlunsplit

from fiskil_harness.core.model import MARKUP_ID, AuthSession, Ending
from fiskil_harness.sandbox.problems import invalid_format

DESCRIPTIONS: dict[Ending, str] = {
    Ending.CANCELLED: "The end user cancelled the consent journey.",
    Ending.INVALID: "The auth session was terminated or not found.",
    Ending.DENIED: "The end user declined to share their data at the institution.",
    Ending.OTP_FAILURE: "The end user could not be authenticated with a one-time code.",
    Ending.INELIGIBLE: "The end user has no account that can be shared.",
    Ending.TIMED_OUT: "The end user did not finish in time.",
    Ending.UPSTREAM_FAILURE: "The institution could not process the consent.",
}
UNKNOWN = f'The consent journey did not <b id="{MARKUP_ID}" onclick="0">succeed</b>.'
"""The description of an error type that Fiskil does not document yet; its harmless markup shows if an app escapes it."""

ERRORS: dict[Ending, str] = {
    Ending.OTP_FAILURE: "authentication_failed",
    Ending.TIMED_OUT: "timeout",
    Ending.UPSTREAM_FAILURE: "server_error",
    Ending.INELIGIBLE: "ineligible",
}
"""The value of the parameter ``error`` by ending, under the interpretation in which it is not always access_denied."""

Interpretation = Callable[[str], str]
SCRIPTS = ("javascript", "data", "vbscript")


def refuse_bad_uri(name: str, uri: str) -> None:
    """Raise ApiProblem unless *uri* is empty or a browser can open it; any host and an app's own scheme are allowed.

    Raises:
        ApiProblem: 400, *uri* is neither empty nor a usable absolute URI.

    Source: auth-session.uris
    """
    if not uri:
        return
    try:
        parts = urlsplit(uri)
        is_usable = bool(parts.scheme) and parts.scheme not in SCRIPTS and bool(parts.netloc or parts.path)
        _ = parts.port
    except ValueError:
        is_usable = False
    if not is_usable or any(letter <= " " or letter == "\x7f" for letter in uri):
        raise invalid_format(name, "uri", f"{name} must be empty or an absolute URI")


def destination(session: AuthSession, interpretation: Interpretation) -> str | None:
    """Return the URL to redirect to after the session's ending, with the documented parameters; None if there is none.

    Args:
        interpretation: Returns the interpretation chosen for a clause id.

    Source: journey.success-redirect, journey.error-redirect, journey.own-query
    """
    if session.ending is None or session.ending is Ending.INVALID:
        return None
    if session.ending is Ending.APPROVED:
        return _with_query(session.redirect_uri, _success_parameters(session, interpretation), interpretation)
    return with_errors(session.cancel_uri, session, interpretation)


def with_errors(uri: str, session: AuthSession, interpretation: Interpretation) -> str | None:
    """Return *uri* with the error parameters of a journey that did not succeed; None if *uri* is empty."""
    return _with_query(uri, error_parameters(session, interpretation), interpretation)


def reported_type(session: AuthSession, interpretation: Interpretation) -> Ending:
    """Return the ending to report to the app; a cancellation may be reported as denied. Source: journey.cancelled-type"""
    ending = session.ending or Ending.INVALID
    if ending is Ending.CANCELLED and interpretation("journey.cancelled-type") == "denied":
        return Ending.DENIED
    return ending


def described(session: AuthSession, ending: Ending) -> tuple[str, str]:
    """Return the error type that is reported for *ending*, and its description; a session may report an unknown type."""
    return (session.error_type, UNKNOWN) if session.error_type else (ending.value, DESCRIPTIONS[ending])


def error_uri(error_type: str) -> str:
    """Return the URL of the documentation of an error type."""
    return f"https://docs.fiskil.com/errors#{error_type}"


def _success_parameters(session: AuthSession, interpretation: Interpretation) -> dict[str, str]:
    if not session.redirect_uri or interpretation("journey.success-redirect") == "none":
        return {}
    parameters = {"session_id": session.session_id}
    if interpretation("journey.success-redirect") == "with-consent-id":
        parameters["consent_id"] = session.arrangement_id or ""
    return parameters


def error_parameters(session: AuthSession, interpretation: Interpretation) -> dict[str, str]:
    """Return the query parameters of a journey that did not succeed.

    Source: journey.error-redirect, journey.error-value
    """
    ending = reported_type(session, interpretation)
    error = "access_denied"
    if ending in ERRORS and interpretation("journey.error-value") == "by-type":
        error = ERRORS[ending]
    error_type, description = described(session, ending)
    parameters = {"error": error, "error_description": description, "error_type": error_type}
    if interpretation("journey.error-redirect") == "full":
        parameters |= {"error_id": session.error_id or "", "error_uri": error_uri(error_type)}
    return dict(sorted(parameters.items()))


def _with_query(uri: str, parameters: dict[str, str], interpretation: Interpretation) -> str | None:
    if not uri:
        return None
    uri_parts = urlsplit(uri)
    own_query = uri_parts.query
    if own_query and interpretation("journey.own-query") == "dropped":
        own_query = ""
    query = "&".join(part for part in (own_query, urlencode(parameters)) if part)
    return urlunsplit(uri_parts._replace(query=query))
