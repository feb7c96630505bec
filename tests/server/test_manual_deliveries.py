"""Manual deliveries: a test delivers events to any receiver, repeatedly, late or never."""

from collections.abc import Iterator

import pytest
from pytest_httpserver import HTTPServer

from fiskil_harness.errors import StepError, UnknownName, UnsafeTarget, UsageError
from fiskil_harness.server.local_fiskil import LocalFiskil
from fiskil_harness.server.manual_deliveries import Deliveries
from fiskil_harness.webhooks import sign


@pytest.fixture
def receiver() -> Iterator[HTTPServer]:
    """A receiver whose responses the test defines."""
    with HTTPServer(host="127.0.0.1", port=0) as server:
        yield server


@pytest.fixture
def deliveries(fiskil: LocalFiskil) -> Deliveries:
    """The deliveries of a sandbox in which rosa has consented and her data is synced."""
    fiskil.authorise(fiskil.enrol("rosa"))
    return Deliveries(fiskil)


def test_due_events_are_delivered_by_publish_time(deliveries: Deliveries, receiver: HTTPServer) -> None:
    """Each event is delivered once, the consent first."""
    receiver.expect_request("/hook").respond_with_data("", status=204)

    sent = deliveries.deliver(receiver.url_for("/hook"))

    assert sent[0].event == "e0"
    assert deliveries.events["e0"].kind == "consent.received"
    assert [delivery.outcome for delivery in sent] == ["ack"] * len(deliveries.events)
    assert deliveries.deliver() == []


def test_the_signature_covers_the_sent_bytes(deliveries: Deliveries, receiver: HTTPServer, fiskil: LocalFiskil) -> None:
    """The received body verifies with the webhook secret of the sandbox."""
    receiver.expect_request("/hook").respond_with_data("", status=204)

    deliveries.deliver(receiver.url_for("/hook"))

    request = receiver.log[0][0]
    assert request.headers["X-Fiskil-Signature"] == sign(request.get_data(), fiskil.credentials.webhook_secret)


def test_a_retry_has_other_bytes_and_a_replay_the_same(deliveries: Deliveries, receiver: HTTPServer) -> None:
    """The attempt number is part of a retry's body; a replay repeats the latest attempt."""
    receiver.expect_request("/hook").respond_with_data("", status=204)
    first = deliveries.deliver(receiver.url_for("/hook"))[0]

    retried, replayed = deliveries.retry("e0"), deliveries.replay("e0")

    assert (retried.attempt, replayed.attempt, replayed.kind) == (2, 2, "replay")
    assert first.body != retried.body == replayed.body


def test_a_refused_delivery_is_retried_along_the_schedule(
    deliveries: Deliveries, receiver: HTTPServer, fiskil: LocalFiskil
) -> None:
    """Sandbox time moves to the next attempt, which is acknowledged."""
    for status in (503, 204):
        receiver.expect_ordered_request("/hook").respond_with_data("", status=status)
    for event in list(deliveries.events)[1:]:
        deliveries.drop(event)

    sent = deliveries.deliver(receiver.url_for("/hook"), attempts=5)

    assert [(delivery.attempt, delivery.outcome) for delivery in sent] == [(1, "refuse"), (2, "ack")]
    assert fiskil.sandbox.clock.offset.total_seconds() >= 60


def test_mistakes_raise_errors_with_a_reason(deliveries: Deliveries) -> None:
    """A missing receiver, an unknown event, a replay without a delivery and another host are errors."""
    with pytest.raises(UsageError, match="No receiver is known yet"):
        deliveries.deliver()
    with pytest.raises(UnknownName, match="No event 'e99'"):
        deliveries.retry("e99", "http://127.0.0.1:9/hook")
    with pytest.raises(StepError, match="never delivered"):
        deliveries.replay("e1", "http://127.0.0.1:9/hook")
    with pytest.raises(UnsafeTarget, match="not loopback"):
        deliveries.deliver("http://192.0.2.1/hook")


def test_a_429_counts_as_a_refusal(deliveries: Deliveries, receiver: HTTPServer) -> None:
    """A receiver that returns 429 gets one attempt for each event, and the delivery has this status."""
    receiver.expect_request("/hook").respond_with_data("", status=429)

    sent = deliveries.deliver(receiver.url_for("/hook"))

    assert {(delivery.kind, delivery.attempt, delivery.status, delivery.outcome) for delivery in sent} == {
        ("genuine", 1, 429, "refuse")
    }
    assert len(receiver.log) == len(sent)
