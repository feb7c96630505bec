"""Messages of an embedded consent page: the harness passes them on to the app's hook, in place of the app's own page.

Like the Link SDK, the harness passes on only the first message. The hook also gets the message's origin.
Source: sdk.messages
"""

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from fiskil_harness.app.browser.form_browser import FormBrowser
from fiskil_harness.core.net.http_client import HttpClient, HttpReply
from fiskil_harness.errors import StepError
from fiskil_harness.journal import SdkMessagePassed
from fiskil_harness.scenario.steps.consents_and_syncs import call_hook

if TYPE_CHECKING:
    from fiskil_harness.sandbox import EndUser
    from fiskil_harness.scenario.stage import Stage

FRAME = {"sec-fetch-dest": "iframe"}
"""The header that a browser sends for a page in a frame."""

WRONG_PATH = (404, 405)
"""Status codes that suggest a wrong path in the config."""

Message = dict[str, Any]


def form_browser_of(stage: "Stage", end_user: "EndUser", browser: HttpClient) -> FormBrowser:
    """Return a form browser for the participant's journey; it acts as a frame if the app embeds the consent page."""
    headers = FRAME if end_user.is_embedded else {}
    return FormBrowser(
        browser,
        allow_hosts=stage.settings.sandbox.allow_hosts,
        headers=headers,
        fiskil_url=stage.fiskil.auth_url,
    )


def pass_on_messages(stage: "Stage", end_user: "EndUser", session_id: str, messages: tuple[Message, ...]) -> None:
    """Pass on to the app the first of *messages*, which the consent page posted about a session, and remember it.

    Args:
        messages: The page's messages. If the tuple is empty, as before a session's end, nothing is passed on.

    Raises:
        StepError: The app has no such path.
        HookMissing: The config has no ``app.drive.message``.
    """
    if not messages:
        return
    is_first = end_user.last_sdk_message is None
    end_user.last_sdk_message = (session_id, messages[0])
    reply = pass_on(stage, end_user, session_id, messages[0])
    if is_first and reply.status in WRONG_PATH:
        raise StepError(
            f"The app did not receive the message: app.drive.message returned {reply.status}. Check its path in the config."
        )


def pass_on(stage: "Stage", end_user: "EndUser", session_id: str, message: Message, *, origin: str = "") -> HttpReply:
    """Pass *message* on to the app, and record it.

    Args:
        origin: Origin of a forged message; "" means the consent page's origin.

    Raises:
        HookMissing: The config has no ``app.drive.message``.
    """
    values = values_of(message)
    stage.record(
        SdkMessagePassed,
        participant=end_user.participant,
        session=session_id,
        error_type=values["error_type"],
        is_genuine=not origin,
    )
    values |= {"session_id": session_id, "origin": origin or stage.fiskil.auth_origin}
    return call_hook(stage, end_user, "message", **values)


def values_of(message: Message) -> dict[str, str]:
    """Return template values of a message: its JSON, and the fields of the Link SDK's result. Source: sdk.failure-form"""
    query = parse_qs(urlsplit(message.get("redirectURL") or "").query)
    error_type = message.get("errorType") or "".join(query.get("error_type", ())[:1]) or message.get("error") or ""
    return {
        "message": msgspec.json.encode(message).decode(),
        "error_type": error_type,
        "error_id": message.get("errorID") or "".join(query.get("error_id", ())[:1]),
        "consent_id": "" if error_type else message.get("consentID") or "",
    }
