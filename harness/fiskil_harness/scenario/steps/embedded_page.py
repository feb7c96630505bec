"""Steps of an app that embeds the consent page: it hears a message in place of a redirect, also twice or from elsewhere.

What a page is told proves nothing: whoever can post to a window can post this. Source: sdk.messages, sdk.target-origin
"""

from typing import TYPE_CHECKING, ClassVar, Literal

from fiskil_harness.core.config.hooks import MESSAGE, ORIGIN_IN_MESSAGE, START_SESSION
from fiskil_harness.core.model import Ending
from fiskil_harness.errors import StepError
from fiskil_harness.scenario.steps.journeys import LEFT, begin, ended
from fiskil_harness.scenario.steps.link_sdk_messages import pass_on
from fiskil_harness.scenario.steps.redirects import NOBODYS_CONSENT
from fiskil_harness.scenario.steps.step import PlainStep

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Stage

ELSEWHERE = "https://elsewhere.example"
NEWS = "CONSENT_SOMETHING_NEW"


class _Told(PlainStep, frozen=True, kw_only=True):
    """A message that reaches the app by its page."""

    needs: ClassVar[tuple[str, ...]] = (MESSAGE, START_SESSION)


class EmbedConsentPage(_Told, frozen=True, kw_only=True, tag="embed_consent_page"):
    """From now on the app shows the end user the consent page inside its own: of each ending it hears by a message."""

    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Walk in a frame from now on."""
        stage.participant(self.twin).is_embedded = True


class RepeatSdkMessage(_Told, frozen=True, kw_only=True, tag="repeat_sdk_message"):
    """The app's page passes its last message on once more, as after a second click or a lost answer."""

    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Pass it on."""
        participant = stage.participant(self.twin)
        if participant.last_sdk_message is None:
            raise StepError("The app's page has heard no message yet, so it cannot pass one on again.")
        pass_on(stage, participant, *participant.last_sdk_message)


class UnknownSdkMessage(_Told, frozen=True, kw_only=True, tag="unknown_sdk_message"):
    """The consent page tells of an error whose type nobody has documented yet; whether the session is over, nobody knows."""

    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Let the app open an auth session, and pass on that something new went wrong."""
        participant = stage.participant(self.twin)
        begin(stage, participant)
        ended(stage, participant, LEFT)
        told = {"isCompleted": False, "error": "access_denied", "errorID": "err_something_new", "errorType": NEWS}
        pass_on(stage, participant, participant.session_ids[-1], told)


class ForeignSdkMessage(_Told, frozen=True, kw_only=True, tag="foreign_sdk_message"):
    """Another window than the consent page's posts how the latest journey ended: cancelled, or with a consent."""

    needs: ClassVar[tuple[str, ...]] = (ORIGIN_IN_MESSAGE, *_Told.needs)
    says: Literal["cancelled", "approved"] = "approved"
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Pass on the stranger's message with its origin."""
        participant = stage.participant(self.twin)
        if not participant.session_ids:
            raise StepError("The app has opened no auth session yet, so nobody can talk about it.")
        told = {"isCompleted": True, "consentID": NOBODYS_CONSENT}
        if self.says == "cancelled":
            told = {"isCompleted": False, "error": "access_denied", "errorType": Ending.CANCELLED.value}
        pass_on(stage, participant, participant.session_ids[-1], told, origin=ELSEWHERE)
