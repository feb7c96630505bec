"""Steps for an app that embeds the consent page, and so gets a message, not a redirect: usual, repeated or forged.

Such a message proves nothing, because any window can post it. Source: sdk.messages, sdk.target-origin
"""

from typing import TYPE_CHECKING, ClassVar, Literal

from fiskil_harness.core.config.hooks import MESSAGE, ORIGIN_IN_MESSAGE, START_SESSION
from fiskil_harness.core.model import Ending
from fiskil_harness.errors import StepError
from fiskil_harness.scenario.steps.journeys import LEFT, begin, ended
from fiskil_harness.scenario.steps.link_sdk_messages import pass_on
from fiskil_harness.scenario.steps.redirects import INVENTED_CONSENT_ID
from fiskil_harness.scenario.steps.step import Step

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Stage

FOREIGN_ORIGIN = "https://elsewhere.example"
NEW_TYPE = "CONSENT_SOMETHING_NEW"


class _SdkMessageStep(Step, frozen=True, kw_only=True):
    """Base of steps in which the app's page passes on a message. Needs the hooks for messages and auth sessions."""

    needs: ClassVar[tuple[str, ...]] = (MESSAGE, START_SESSION)


class EmbedConsentPage(_SdkMessageStep, frozen=True, kw_only=True, tag="embed_consent_page"):
    """From now on the app embeds the consent page, and receives the result of each journey in a message.

    Needs ``app.drive.message`` and ``app.drive.start_session``.

    Args:
        twin: Name of the participant; "" means the scenario's end user.
    """

    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Let the participant's later journeys take place in a frame."""
        stage.end_user(self.twin).is_embedded = True


class RepeatSdkMessage(_SdkMessageStep, frozen=True, kw_only=True, tag="repeat_sdk_message"):
    """The app's page passes on its last message again, as after a double click or a lost response.

    Needs ``app.drive.message`` and ``app.drive.start_session``.

    Args:
        twin: Name of the participant; "" means the scenario's end user.
    """

    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Pass the message on.

        Raises:
            StepError: The page has received no message yet.
        """
        end_user = stage.end_user(self.twin)
        if end_user.last_sdk_message is None:
            raise StepError("The app's page has received no message yet, so it cannot pass one on again.")
        pass_on(stage, end_user, *end_user.last_sdk_message)


class UnknownSdkMessage(_SdkMessageStep, frozen=True, kw_only=True, tag="unknown_sdk_message"):
    """The consent page posts an error of an undocumented type, which leaves open whether the session has ended.

    Needs ``app.drive.message`` and ``app.drive.start_session``.

    Args:
        twin: Name of the participant; "" means the scenario's end user.
    """

    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Let the app open an auth session, and pass on the unknown error.

        Raises:
            StepError: The app opened no auth session.
        """
        end_user = stage.end_user(self.twin)
        begin(stage, end_user)
        ended(stage, end_user, LEFT)
        message = {"isCompleted": False, "error": "access_denied", "errorID": "err_something_new", "errorType": NEW_TYPE}
        pass_on(stage, end_user, end_user.session_ids[-1], message)


class ForeignSdkMessage(_SdkMessageStep, frozen=True, kw_only=True, tag="foreign_sdk_message"):
    """A window other than the consent page's posts a forged result of the latest journey.

    Needs ``app.drive.message`` with ``{origin}``, and ``app.drive.start_session``.

    Args:
        result: The forged result.
        twin: Name of the participant; "" means the scenario's end user.
    """

    needs: ClassVar[tuple[str, ...]] = (ORIGIN_IN_MESSAGE, *_SdkMessageStep.needs)
    result: Literal["cancelled", "approved"] = "approved"
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Pass on the forged message with its origin.

        Raises:
            StepError: The app has opened no auth session yet.
        """
        end_user = stage.end_user(self.twin)
        if not end_user.session_ids:
            raise StepError("The app has opened no auth session yet, so no message can be about one.")
        message = {"isCompleted": True, "consentID": INVENTED_CONSENT_ID}
        if self.result == "cancelled":
            message = {"isCompleted": False, "error": "access_denied", "errorType": Ending.CANCELLED.value}
        pass_on(stage, end_user, end_user.session_ids[-1], message, origin=FOREIGN_ORIGIN)
