"""Steps about order: when each event is delivered, and which time its message contains."""

from collections.abc import Callable

import pytest

from fiskil_harness.errors import ConfigError
from fiskil_harness.journal import Delivery, Journal
from fiskil_harness.scenario import steps
from tests.apps.mailbox import Mailbox

Perform = Callable[..., tuple[Journal, str]]


def test_kinds_are_delivered_in_the_given_order(perform: Perform, mailbox: Mailbox) -> None:
    """The revocation comes before the consent; other events stay undelivered."""
    deliver = steps.DeliverEach(("consent.revoked", "consent.received"), twin="b")

    _, crashed = perform(steps.ChangeConsentsUndelivered(twins=("a", "b")), deliver)

    assert not crashed
    assert mailbox.kinds == ["consent.revoked", "consent.received"]
    assert len({message["data"]["consent_id"] for message in mailbox.messages}) == 1


def test_each_end_user_has_the_same_events(perform: Perform, mailbox: Mailbox) -> None:
    """Consent, change and revocation belong to separate consents, and are a second apart."""
    perform(steps.ChangeConsentsUndelivered(twins=("a", "b")), steps.Deliver())

    consent_messages = [message for message in mailbox.messages if message["data"]["event"].startswith("consent.")]
    by_consent: dict[str, list[str]] = {}
    for message in consent_messages:
        by_consent.setdefault(message["data"]["consent_id"], []).append(message["data"]["event"])
    assert list(by_consent.values()) == [["consent.received", "consent.updated", "consent.revoked"]] * 2
    assert len({message["publish_time"] for message in consent_messages[:3]}) == 3


def test_all_undelivered_events_get_the_same_time(perform: Perform, mailbox: Mailbox) -> None:
    """Delivered events and those of other end users keep their times."""
    perform(
        steps.Authorise(twin="other"),
        steps.Authorise(),
        steps.DeliverEach(("consent.received",)),
        steps.TouchConsent(times=2),
        steps.SetSameTimestamp(),
        steps.Deliver(),
    )

    end_user_id = mailbox.messages[0]["data"]["end_user_id"]
    times = [message["publish_time"] for message in mailbox.messages if message["data"]["end_user_id"] == end_user_id]
    assert len(times) >= 3
    assert times[0] != times[1]
    assert len(set(times[1:])) == 1
    assert len({message["publish_time"] for message in mailbox.messages} - set(times)) >= 1


def test_undelivered_events_get_times_within_one_second(perform: Perform, mailbox: Mailbox) -> None:
    """They keep their order and differ by milliseconds; without these, cut off or rounded, all are equal."""
    perform(
        steps.Authorise(),
        steps.DeliverEach(("consent.received",)),
        steps.TouchConsent(times=2),
        steps.Revoke(),
        steps.SetTimestampsWithinSecond(),
        steps.Deliver(),
    )

    consent_messages = [message for message in mailbox.messages if message["data"]["event"].startswith("consent.")]
    assert [message["data"]["event"] for message in consent_messages] == [
        "consent.received",
        "consent.updated",
        "consent.updated",
        "consent.revoked",
    ]
    times = [message["publish_time"] for message in consent_messages]
    assert times == sorted(set(times))
    first_second, *seconds = [time[: len("2026-01-31T12:00:00")] for time in times]
    assert first_second not in seconds
    assert len(set(seconds)) == 1
    assert all(time[len("2026-01-31T12:00:00.") :] < "500Z" for time in times[1:])


def test_without_undelivered_events_no_time_is_set(perform: Perform, mailbox: Mailbox) -> None:
    """A message keeps its time from attempt to attempt."""
    again = steps.DeliverEach(("consent.received",))

    _, crashed = perform(steps.Authorise(), steps.Deliver(), steps.SetTimestampsWithinSecond(), again)

    assert not crashed
    times = {(message["message_id"], message["publish_time"]) for message in mailbox.messages}
    assert len(mailbox.messages) > len(times) == len({message_id for message_id, _ in times})


def test_too_many_events_for_half_a_second_are_an_error(perform: Perform) -> None:
    """Their times would be equal, so even a correct receiver could not order them."""
    _, crashed = perform(steps.Authorise(), steps.TouchConsent(times=500), steps.SetTimestampsWithinSecond())

    assert "events cannot be milliseconds apart within half a second" in crashed


def test_a_missing_event_cannot_be_delivered(perform: Perform) -> None:
    """The message names the existing kinds."""
    journal, crashed = perform(steps.Authorise(), steps.DeliverEach(("consent.revoke",)))

    assert "No event of the kind 'consent.revoke' in the events of the end user." in crashed
    assert journal.all(Delivery) == []


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (steps.DeliverEach(()), "DeliverEach: kinds must name at least one kind"),
        (steps.ChangeConsentsUndelivered(twins=()), "ChangeConsentsUndelivered: twins must name at least one participant"),
    ],
)
def test_empty_lists_are_refused(step: steps.AnyStep, words: str) -> None:
    """They are refused before a socket opens."""
    with pytest.raises(ConfigError, match=words):
        step.check()
