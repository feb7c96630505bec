"""How an app hears of a journey that it embeds: by the message of the consent page, passed on as the app's own page does.

The harness stands where that page stands. It passes on the first message only, as the Link SDK does, and says where it came
from. Source: sdk.messages
"""

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from fiskil_harness.app.browser.form_browser import FormBrowser
from fiskil_harness.core.net.http_client import HttpClient, HttpReply
from fiskil_harness.errors import StepError
from fiskil_harness.journal import SdkMessagePassed

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Participant, Stage

FRAME = {"sec-fetch-dest": "iframe"}
"""What a browser says of a page in a frame."""

NO_SUCH_PLACE = (404, 405)

Message = dict[str, Any]


def form_browser_of(stage: "Stage", participant: "Participant", browser: HttpClient) -> FormBrowser:
    """The end user at a page: in a frame of the app's, where the app embeds the consent page."""
    headers = FRAME if participant.is_embedded else {}
    return FormBrowser(browser, allow_hosts=stage.settings.sandbox.allow_hosts, headers=headers)


def pass_on_messages(stage: "Stage", participant: "Participant", session_id: str, messages: tuple[Message, ...]) -> None:
    """Pass on what the consent page has posted about a session, and keep it; a page that is not over posts nothing."""
    if not messages:
        return
    is_first = participant.last_sdk_message is None
    participant.last_sdk_message = (session_id, messages[0])
    reply = pass_on(stage, participant, session_id, messages[0])
    if is_first and reply.status in NO_SUCH_PLACE:
        raise StepError(f"The app was not told: app.drive.message answered {reply.status}. Is its path right?")


def pass_on(stage: "Stage", participant: "Participant", session_id: str, message: Message, *, origin: str = "") -> HttpReply:
    """Pass *message* on to the app; without *origin* it is the consent page's."""
    from fiskil_harness.scenario.steps.consents_and_syncs import call_hook

    parts = urlsplit(stage.fiskil.auth_url)
    values = values_of(message)
    stage.journal.write(
        SdkMessagePassed(
            **stage.journal.stamp(),
            participant=participant.name,
            session=session_id,
            error_type=values["error_type"],
            is_genuine=not origin,
        )
    )
    values |= {"session_id": session_id, "origin": origin or f"{parts.scheme}://{parts.netloc}"}
    return call_hook(stage, participant, "message", **values)


def values_of(message: Message) -> dict[str, str]:
    """What templates may use of a message: all of it as JSON, and what the Link SDK makes of it. Source: sdk.failure-form"""
    query = parse_qs(urlsplit(message.get("redirectURL") or "").query)
    error_type = message.get("errorType") or "".join(query.get("error_type", ())[:1]) or message.get("error") or ""
    return {
        "message": msgspec.json.encode(message).decode(),
        "error_type": error_type,
        "error_id": message.get("errorID") or "".join(query.get("error_id", ())[:1]),
        "consent_id": "" if error_type else message.get("consentID") or "",
    }
