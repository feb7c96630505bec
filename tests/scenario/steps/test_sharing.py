"""Steps of an end user who stops sharing, or renews a consent."""

from collections.abc import Callable

import pytest

from fiskil_harness.errors import UsageError
from fiskil_harness.journal import EventCreated, HookCall, Journal, Renewed
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from tests.apps.feed import Feed, Values, feed_settings


class RevokingFeed(Feed):
    """A feed with the hook that revokes."""

    def revoke(self, values: Values) -> None:
        """Do nothing, as the harness only calls the hook here."""


def perform(drive: Callable[..., Driver], app: Feed, *sequence: steps.AnyStep) -> tuple[Journal, str]:
    """Perform steps between a local Fiskil and *app*; return the journal, and the reason if a step failed."""
    return drive(feed_settings(request_deadline_s=30), given=app).perform(
        Scenario(name="x", practices=(), steps=sequence, probes=()).check()
    )


def kinds(journal: Journal) -> list[str]:
    return [event.kind for event in journal.all(EventCreated)]


def test_sharing_stops_in_an_app_that_can_revoke(drive: Callable[..., Driver]) -> None:
    """The hook is called, and the institution does nothing."""
    journal, crashed = perform(drive, RevokingFeed(), steps.Authorise(), steps.StopSharing())

    assert (crashed, [call.hook for call in journal.all(HookCall)][-1]) == ("", "revoke")
    assert "consent.revoked" not in kinds(journal)


def test_sharing_stops_at_the_institution_otherwise(drive: Callable[..., Driver]) -> None:
    """An app without the hook learns of the end from the event."""
    journal, crashed = perform(drive, Feed(), steps.Authorise(), steps.StopSharing())

    assert (crashed, kinds(journal)[-1]) == ("", "consent.revoked")


def test_a_renewed_consent_ends_on_another_day(drive: Callable[..., Driver]) -> None:
    """The journal contains the day on which it would have ended. Source: auth-session.renewal"""
    journal, crashed = perform(drive, Feed(), steps.LimitConsents(days=47), steps.Authorise(), steps.RenewConsent(days=61))

    assert (crashed, kinds(journal)[-1], len(journal.all(Renewed))) == ("", "consent.updated", 1)


def test_a_duration_that_the_console_does_not_offer_is_refused() -> None:
    """The message comes before anything runs."""
    with pytest.raises(UsageError):
        steps.RenewConsent(days=-1).check()
