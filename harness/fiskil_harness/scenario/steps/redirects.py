"""Steps of a browser that returns to the app in an unusual way: repeatedly, as another end user, too early, or never.

A redirect proves nothing: it can be reloaded, copied or invented. Source: journey.success-redirect
"""

from typing import TYPE_CHECKING, ClassVar

import msgspec

from fiskil_harness.app.browser.form_browser import FormBrowser, is_same_origin
from fiskil_harness.core.config.hooks import START_SESSION
from fiskil_harness.core.model import Ending
from fiskil_harness.errors import StepError
from fiskil_harness.sandbox.consents.link_sdk_messages import messages_of
from fiskil_harness.sandbox.consents.redirects import destination
from fiskil_harness.scenario.steps.journeys import Authorise, DrivenJourney, begin, ended, write_visit
from fiskil_harness.scenario.steps.link_sdk_messages import pass_on_messages

if TYPE_CHECKING:
    from fiskil_harness.sandbox import EndUser
    from fiskil_harness.scenario.stage import Stage

FORGED_REDIRECT = "FORGED_REDIRECT"
"""The ending of a journey that was not approved, although the browser's redirect reports an approval."""

INVENTED_CONSENT_ID = "arr_made_up"


class ReturnAgain(DrivenJourney, frozen=True, kw_only=True, tag="return_again"):
    """The browser opens the callback URL of its last journey again, as after a reload. Needs ``app.drive.start_session``.

    Args:
        twin: Name of the participant; "" means the scenario's end user.
    """

    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Open the URL.

        Raises:
            StepError: The browser has not been redirected to the app yet.
        """
        end_user = stage.end_user(self.twin)
        _open(stage, end_user, _return_url(end_user))


class ReturnAsOtherEndUser(DrivenJourney, frozen=True, kw_only=True, tag="return_as_other_end_user"):
    """The browser of one end user opens the callback URL of another. Needs ``app.drive.start_session``.

    Args:
        of: Name of the participant whose callback URL is opened.
        twin: Name of the participant whose browser opens it; "" means the scenario's end user.
    """

    of: str
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Open the URL.

        Raises:
            StepError: The other browser has not been redirected to the app yet.
        """
        _open(stage, stage.end_user(self.twin), _return_url(stage.end_user(self.of)))


class ReturnWithoutConsent(DrivenJourney, frozen=True, kw_only=True, tag="return_without_consent"):
    """The browser returns from an open auth session and reports a consent that was never granted; no event follows.

    Needs ``app.drive.start_session``.

    Args:
        twin: Name of the participant; "" means the scenario's end user.
    """

    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Let the app open an auth session, and return from it as after a consent.

        Raises:
            StepError: The app opened no auth session, or one without a redirect_uri.
        """
        end_user = stage.end_user(self.twin)
        begin(stage, end_user)
        session = stage.fiskil.sandbox.session(end_user.session_ids[-1])
        assert session is not None
        approved = msgspec.structs.replace(session, ending=Ending.APPROVED, arrangement_id=INVENTED_CONSENT_ID)
        if end_user.is_embedded:
            ended(stage, end_user, FORGED_REDIRECT)
            pass_on_messages(stage, end_user, session.session_id, messages_of(approved, stage.fiskil.interpretation))
            return
        url = destination(approved, stage.fiskil.interpretation)
        if not url:
            raise StepError("The app's auth session has no redirect_uri, so no browser can return to the app.")
        ended(stage, end_user, FORGED_REDIRECT)
        _open(stage, end_user, url)


class AuthoriseWithoutCallback(Authorise, frozen=True, kw_only=True, tag="authorise_without_callback"):
    """The end user consents and closes the tab before the redirect: the app gets an event, but no callback.

    Needs ``app.drive.start_session``.

    Args:
        twin: Name of the participant; "" means the scenario's end user.
        institution_id: The institution that the end user chooses if the app leaves the choice open.
        accounts: Keys of the shared accounts in the person's file; empty means all of them.
    """

    needs: ClassVar[tuple[str, ...]] = (START_SESSION,)

    def perform(self, stage: "Stage") -> None:
        """Approve the journey without following the redirect.

        Raises:
            StepError: The app opened no auth session.
        """
        end_user = stage.end_user(self.twin)
        begin(stage, end_user)
        stage.fiskil.sandbox.conclude(
            end_user.session_ids[-1],
            "approved",
            email=end_user.person.email,
            institution_id=stage.institution(self.institution_id),
            account_keys=self.accounts,
        )
        ended(stage, end_user, Ending.APPROVED.value)


class ReturnLate(DrivenJourney, frozen=True, kw_only=True, tag="return_late"):
    """The browser of the latest journey returns to the app long after its end, when its events may have arrived already.

    If the app embeds the consent page, the app's page passes on the message late instead. Needs ``app.drive.start_session``.

    Args:
        twin: Name of the participant; "" means the scenario's end user.
    """

    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Open the callback URL, or pass on the message.

        Raises:
            StepError: No journey of the participant has ended.
        """
        end_user = stage.end_user(self.twin)
        session = stage.fiskil.sandbox.session(end_user.session_ids[-1]) if end_user.session_ids else None
        if session is None or session.ending is None:
            raise StepError("No journey of the end user has ended yet, so no browser can return from one.")
        if end_user.is_embedded:
            pass_on_messages(stage, end_user, session.session_id, messages_of(session, stage.fiskil.interpretation))
            return
        end_user.return_url = stage.fiskil.sandbox.redirect_address(session.session_id) or ""
        _open(stage, end_user, _return_url(end_user))


def _return_url(end_user: "EndUser") -> str:
    if not end_user.return_url:
        raise StepError("The browser has not been redirected to the app yet, so it cannot return again.")
    return end_user.return_url


def _open(stage: "Stage", end_user: "EndUser", url: str) -> None:
    if not is_same_origin(url, stage.app.url):
        raise StepError("The app's redirect_uri has another origin than the app; the harness opens pages of the app only.")
    with stage.new_browser() as browser:
        form_browser = FormBrowser(browser, allow_hosts=stage.settings.sandbox.allow_hosts)
        form_browser.open(url)
    write_visit(stage, end_user, form_browser, "callback")
