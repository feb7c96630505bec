"""Steps of somebody with several tabs: an earlier attempt is still open in one, and they go back to it."""

from typing import TYPE_CHECKING, Literal

from fiskil_harness.core.net.http_client import HttpClient
from fiskil_harness.errors import ConfigError, StepError
from fiskil_harness.scenario.steps.journeys import INSTITUTION, Choices, DrivenJourney, Screen, notify_app, walk_on
from fiskil_harness.scenario.steps.link_sdk_messages import form_browser_of

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Participant, Stage


class ReturnToTab(DrivenJourney, frozen=True, kw_only=True, tag="return_to_tab"):
    """The end user goes back to the tab of an earlier attempt, counted from 1, and ends that journey as well.

    A journey that was over already stays as it was: the page says so, and nothing more is written down.
    """

    attempt: int = 1
    then: Literal["cancel", "confirm"] = "cancel"
    twin: str = ""

    def check(self) -> None:
        """Refuse attempts before the first."""
        if self.attempt < 1:
            raise ConfigError(f"ReturnToTab: attempt counts from 1, got {self.attempt}.")

    def perform(self, stage: "Stage") -> None:
        """Open it where it stands, and cancel there or walk to its end."""
        participant = stage.participant(self.twin)
        if self.attempt > len(participant.session_ids):
            raise StepError(f"There is no attempt {self.attempt} to go back to.")
        session_id = participant.session_ids[self.attempt - 1]
        address = f"{stage.fiskil.auth_url}?sess_id={session_id}"
        session = stage.fiskil.sandbox.session(session_id)
        if session is None or session.ending is not None:
            _look(stage, participant, address, session_id)
            return
        choices = Choices(person=participant.person, institution_id=INSTITUTION, accounts=())
        until: Screen = "confirm" if self.then == "confirm" else "institution"
        walk_on(stage, participant, address, until=until, then=self.then, choices=choices, attempt=self.attempt)


def _look(stage: "Stage", participant: "Participant", address: str, session_id: str) -> None:
    """See in that tab that the journey is over."""
    with HttpClient(timeout_s=stage.settings.app.limits.request_deadline_s) as browser:
        visitor = form_browser_of(stage, participant, browser)
        visitor.open(address)
    notify_app(stage, participant, visitor, session_id)
