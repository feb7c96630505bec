"""Steps about order: which fact is told when, and when it is said to have happened."""

from collections.abc import Callable

import pytest

from fiskil_harness.errors import ConfigError
from fiskil_harness.journal import Delivery, Journal
from fiskil_harness.scenario import steps
from tests.apps.mailbox import Mailbox

Perform = Callable[..., tuple[Journal, str]]


def test_kinds_are_told_in_the_given_order(perform: Perform, mailbox: Mailbox) -> None:
    """The end before the beginning; what is left waits for its turn."""
    told = steps.DeliverEach(("consent.revoked", "consent.received"), twin="b")

    _, crashed = perform(steps.ChangeConsentsUndelivered(twins=("a", "b")), told)

    assert not crashed
    assert mailbox.kinds == ["consent.revoked", "consent.received"]
    assert len({message["data"]["consent_id"] for message in mailbox.messages}) == 1


def test_each_lives_through_the_same(perform: Perform, mailbox: Mailbox) -> None:
    """Beginning, change and end, of consents of their own, a second apart."""
    perform(steps.ChangeConsentsUndelivered(twins=("a", "b")), steps.Deliver())

    about_consents = [message for message in mailbox.messages if message["data"]["event"].startswith("consent.")]
    by_consent: dict[str, list[str]] = {}
    for about_consent in about_consents:
        by_consent.setdefault(about_consent["data"]["consent_id"], []).append(about_consent["data"]["event"])
    assert list(by_consent.values()) == [["consent.received", "consent.updated", "consent.revoked"]] * 2
    assert len({about_consent["publish_time"] for about_consent in about_consents[:3]}) == 3


def test_one_moment_for_all_that_waits(perform: Perform, mailbox: Mailbox) -> None:
    """What was told before keeps its moment, and what others wait for keeps theirs."""
    perform(
        steps.Authorise(twin="other"),
        steps.Authorise(),
        steps.DeliverEach(("consent.received",)),
        steps.TouchConsent(times=2),
        steps.SetSameTimestamp(),
        steps.Deliver(),
    )

    mine = mailbox.messages[0]["data"]["end_user_id"]
    moments = [message["publish_time"] for message in mailbox.messages if message["data"]["end_user_id"] == mine]
    assert len(moments) >= 3
    assert moments[0] != moments[1]
    assert len(set(moments[1:])) == 1
    assert len({message["publish_time"] for message in mailbox.messages} - set(moments)) >= 1


def test_what_did_not_happen_cannot_be_told(perform: Perform) -> None:
    """The complaint names what there is."""
    journal, crashed = perform(steps.Authorise(), steps.DeliverEach(("consent.revoke",)))

    assert "No event of the kind 'consent.revoke' in what the end user was told." in crashed
    assert journal.all(Delivery) == []


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (steps.DeliverEach(()), "DeliverEach: kinds must name at least one kind"),
        (steps.ChangeConsentsUndelivered(twins=()), "LiveThrough: twins must name at least one participant"),
    ],
)
def test_nothing_at_all_is_refused(step: steps.AnyStep, words: str) -> None:
    """Before a socket opens."""
    with pytest.raises(ConfigError, match=words):
        step.check()
