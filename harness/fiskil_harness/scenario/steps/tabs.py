"""The steps of an end user with several tabs: two open at the same moment, or an earlier one is still open."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from fiskil_harness.core.net.http_client import HttpReply
from fiskil_harness.errors import StepError
from fiskil_harness.scenario.steps.consents_and_syncs import call_hook
from fiskil_harness.scenario.steps.journeys import (
    INSTITUTION,
    Choices,
    DrivenJourney,
    Screen,
    notify_app,
    opened,
    walk_on,
)
from fiskil_harness.scenario.steps.link_sdk_messages import form_browser_of
from fiskil_harness.scenario.steps.step import refuse_outside

if TYPE_CHECKING:
    from fiskil_harness.sandbox import EndUser
    from fiskil_harness.scenario.stage import Stage


class Tab(Struct, frozen=True, kw_only=True):
    """A tab on the consent page of an auth session."""

    address: str
    end_user_id: str


class ReturnToTab(DrivenJourney, frozen=True, kw_only=True, tag="return_to_tab"):
    """The end user returns to the tab of an earlier attempt, and ends that journey as well.

    A journey that has ended already does not change; its page is only opened. Needs ``app.drive.start_session``.

    Args:
        attempt: Number of the attempt, from 1.
        then: How the end user ends that journey.
        twin: Name of the participant; "" means the scenario's end user.
    """

    attempt: int = 1
    then: Literal["cancel", "confirm"] = "cancel"
    twin: str = ""

    def check(self) -> None:
        """Validate *attempt*.

        Raises:
            ConfigError: *attempt* is below 1.
        """
        refuse_outside(self, "attempt", 1)

    def perform(self, stage: "Stage") -> None:
        """Continue the journey from its present screen: cancel it, or complete it.

        Raises:
            StepError: There was no such attempt, or the consent page does not continue.
        """
        end_user = stage.end_user(self.twin)
        if self.attempt > len(end_user.session_ids):
            count = len(end_user.session_ids)
            raise StepError(f"There is no attempt {self.attempt}: the end user has made {count} so far.")
        session_id = end_user.session_ids[self.attempt - 1]
        address = f"{stage.fiskil.auth_url}?sess_id={session_id}"
        session = stage.fiskil.sandbox.session(session_id)
        if session is None or session.ending is not None:
            _open_ended(stage, end_user, address, session_id)
            return
        choices = Choices(person=end_user.person, institution_id=INSTITUTION, accounts=())
        until: Screen = "confirm" if self.then == "confirm" else "institution"
        walk_on(stage, end_user, address, until=until, then=self.then, choices=choices, attempt=self.attempt)


class AuthoriseInTwoTabs(DrivenJourney, frozen=True, kw_only=True, tag="authorise_in_two_tabs"):
    """The end user starts the journey in two tabs at the same moment, then in a third, and completes one of the first two.

    If the auth sessions belong to several end users of Fiskil, the journey is one of another end user than the third
    session. The app may refuse each request but one. Needs ``app.drive.start_session``.

    Args:
        twin: Name of the participant; "" means the scenario's end user.
    """

    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Let the app open the sessions, then complete the journey.

        Raises:
            StepError: The app opened no auth session, or the consent page does not continue.
        """
        end_user = stage.end_user(self.twin)
        with ThreadPoolExecutor(max_workers=2) as pool:
            replies = list(pool.map(lambda _: call_hook(stage, end_user, "start_session"), range(2)))
        replies.append(call_hook(stage, end_user, "start_session"))
        tabs = [tab for reply in replies if (tab := _tab_of(stage, end_user, reply))]
        if not tabs:
            opened(stage, end_user, replies[0])
        attempt = next((number for number, tab in enumerate(tabs) if tab.end_user_id != tabs[-1].end_user_id), 0)
        end_user.end_user_id = tabs[attempt].end_user_id
        choices = Choices(person=end_user.person, institution_id=INSTITUTION, accounts=())
        number = len(end_user.session_ids) - len(tabs) + attempt + 1
        walk_on(stage, end_user, tabs[attempt].address, until="confirm", then="confirm", choices=choices, attempt=number)


def _tab_of(stage: "Stage", end_user: "EndUser", reply: HttpReply) -> Tab | None:
    """Return the tab that *reply* opens, or None if the app opened no auth session."""
    with suppress(StepError):
        return Tab(address=opened(stage, end_user, reply), end_user_id=end_user.end_user_id)
    return None


def _open_ended(stage: "Stage", end_user: "EndUser", address: str, session_id: str) -> None:
    """Open the consent page of a journey that has ended, and notify the app of the journey's result."""
    with stage.new_browser() as browser:
        form_browser = form_browser_of(stage, end_user, browser)
        form_browser.open(address)
    notify_app(stage, end_user, form_browser, session_id)
