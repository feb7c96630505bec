"""Steps of a browser that comes back in another way than it should: again, to somebody else, too early, or never.

What a browser says proves nothing: it may be reloaded, borrowed or made up. Source: journey.success-redirect
"""

from typing import TYPE_CHECKING, ClassVar

import msgspec

from fiskil_harness.app.browser.form_browser import FormBrowser, is_same_origin
from fiskil_harness.core.config.hooks import START_SESSION
from fiskil_harness.core.model import Ending
from fiskil_harness.core.net.http_client import HttpClient
from fiskil_harness.errors import StepError
from fiskil_harness.sandbox.consents.link_sdk_messages import messages_of
from fiskil_harness.sandbox.consents.redirects import destination
from fiskil_harness.scenario.steps.journeys import Authorise, begin, ended, write_visit
from fiskil_harness.scenario.steps.link_sdk_messages import pass_on_messages
from fiskil_harness.scenario.steps.step import PlainStep

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Participant, Stage

CLAIMED = "CLAIMED"
"""The ending of a journey that only the browser says was approved."""

NOBODYS_CONSENT = "arr_made_up"


class _Callback(PlainStep, frozen=True, kw_only=True):
    """A browser that opens an address of the app's."""

    needs: ClassVar[tuple[str, ...]] = (START_SESSION,)


class ReturnAgain(_Callback, frozen=True, kw_only=True, tag="return_again"):
    """The browser opens the address that it was last sent back to once more: a reload, or a way back in its history."""

    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Open it."""
        participant = stage.participant(self.twin)
        _open(stage, participant, _way_back(participant))


class ReturnAsOtherEndUser(_Callback, frozen=True, kw_only=True, tag="return_as_other_end_user"):
    """The browser of end user ``twin`` opens the address that end user ``of`` was sent back to."""

    of: str
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Open it."""
        _open(stage, stage.participant(self.twin), _way_back(stage.participant(self.of)))


class ReturnWithoutConsent(_Callback, frozen=True, kw_only=True, tag="return_without_consent"):
    """The browser comes back from an open auth session and says that a consent was given. None was, and no event comes."""

    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Let the app open an auth session, and come back from it as after a consent."""
        participant = stage.participant(self.twin)
        begin(stage, participant)
        session = stage.fiskil.sandbox.session(participant.session_ids[-1])
        assert session is not None
        claimed = msgspec.structs.replace(session, ending=Ending.APPROVED, arrangement_id=NOBODYS_CONSENT)
        if participant.is_embedded:
            ended(stage, participant, CLAIMED)
            pass_on_messages(stage, participant, session.session_id, messages_of(claimed, stage.fiskil.interpretation))
            return
        address = destination(claimed, stage.fiskil.interpretation)
        if not address:
            raise StepError("The app's auth session has no redirect_uri, so no browser can come back to say anything.")
        ended(stage, participant, CLAIMED)
        _open(stage, participant, address)


class AuthoriseWithoutCallback(Authorise, frozen=True, kw_only=True, tag="authorise_without_callback"):
    """The end user consents and closes the tab before the browser is sent back: an event comes, and no callback ever."""

    needs: ClassVar[tuple[str, ...]] = (START_SESSION,)

    def perform(self, stage: "Stage") -> None:
        """Let the journey be approved, and go nowhere."""
        participant = stage.participant(self.twin)
        begin(stage, participant)
        stage.fiskil.sandbox.conclude(
            participant.session_ids[-1],
            "approved",
            email=participant.person.email,
            institution_id=self.institution_id,
            account_keys=self.accounts,
        )
        ended(stage, participant, Ending.APPROVED.value)


class ReturnLate(_Callback, frozen=True, kw_only=True, tag="return_late"):
    """The browser of the latest journey comes back at last, long after its end, when events may have told everything.

    Where the app embeds the consent page, its page passes the message on at last.
    """

    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Open the address that it is sent back to, or pass on the message."""
        participant = stage.participant(self.twin)
        session = stage.fiskil.sandbox.session(participant.session_ids[-1]) if participant.session_ids else None
        if session is None or session.ending is None:
            raise StepError("No journey has come to its end, so nobody can come back from one.")
        if participant.is_embedded:
            pass_on_messages(stage, participant, session.session_id, messages_of(session, stage.fiskil.interpretation))
            return
        participant.return_url = stage.fiskil.sandbox.way_back(session.session_id) or ""
        _open(stage, participant, _way_back(participant))


def _way_back(participant: "Participant") -> str:
    if not participant.return_url:
        raise StepError("The browser has not been sent back anywhere yet, so it cannot come back again.")
    return participant.return_url


def _open(stage: "Stage", participant: "Participant", address: str) -> None:
    if not is_same_origin(address, stage.app.url):
        raise StepError("The app's redirect_uri leads to another origin than the app's, which is not ours to visit.")
    with HttpClient(timeout_s=stage.settings.app.limits.request_deadline_s) as browser:
        visitor = FormBrowser(browser, allow_hosts=stage.settings.sandbox.allow_hosts)
        visitor.open(address)
    write_visit(stage, participant, visitor, "callback")
