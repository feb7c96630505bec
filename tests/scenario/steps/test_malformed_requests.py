"""Steps that send messages in unusual HTTP forms: what arrives, what is recorded, and the check after each request."""

from collections.abc import Callable

import pytest

from fiskil_harness.errors import ConfigError, UnknownName
from fiskil_harness.journal import Delivery, EventCreated, Journal
from fiskil_harness.scenario import steps
from fiskil_harness.webhooks.request_variants import Kind, of_kinds
from tests.apps.mailbox import Mailbox

Perform = Callable[..., tuple[Journal, str]]


def named(journal: Journal, name: str) -> list[Delivery]:
    return [delivery for delivery in journal.all(Delivery) if delivery.name == name]


def of_kind(journal: Journal, kind: str) -> list[Delivery]:
    return [delivery for delivery in journal.all(Delivery) if delivery.kind == kind]


def test_every_form_is_a_new_genuine_message(perform: Perform, mailbox: Mailbox) -> None:
    """Each is acknowledged once, concerns another event, and is signed as usual."""
    journal, crashed = perform(steps.Authorise(), steps.Deliver(), steps.DeliverEveryForm())

    forms = [delivery for delivery in journal.all(Delivery) if delivery.name]
    assert not crashed
    assert [form.name for form in forms] == [variant.name for variant in of_kinds(Kind.PLAIN)]
    assert {(form.kind, form.outcome) for form in forms} == {("genuine", "ack")}
    assert len({form.message_id for form in forms}) == len(forms)
    assert {form.message_id for form in forms} < {event.message_id for event in journal.all(EventCreated)}
    assert mailbox.requests[1].headers["Content-Type"] == "application/json"


def test_a_refused_form_is_sent_once_more(perform: Perform, mailbox: Mailbox) -> None:
    """A short lock in the app must not cause a failure."""
    mailbox.status = 503

    journal, _ = perform(steps.Authorise(), steps.DeliverEveryForm())

    assert [delivery.attempt for delivery in named(journal, "charset")] == [1, 2]


def test_a_variant_is_about_an_invented_event(perform: Perform) -> None:
    """Its message id has a name, no event of the sandbox has it, and its response is only recorded."""
    journal, _ = perform(steps.Authorise(), steps.SendVariant("put"))

    (delivery,) = of_kind(journal, "method")
    assert (delivery.name, delivery.event, delivery.is_judged) == ("put", "method:put", False)
    assert journal.names[delivery.message_id] == "method:put"
    assert delivery.message_id not in {event.message_id for event in journal.all(EventCreated)}


def test_an_unknown_variant_is_refused_before_anything_runs() -> None:
    """The message names the nearest match."""
    with pytest.raises(UnknownName, match="Did you mean 'drip'"):
        steps.SendVariant("drp").check()


@pytest.mark.parametrize(
    ("of", "kinds"),
    [("odd", (Kind.ODD, Kind.MALFORMED)), ("broken", (Kind.BROKEN,)), ("method", (Kind.SAFE, Kind.METHOD))],
)
@pytest.mark.slow
def test_after_each_variant_an_acknowledged_event_is_repeated(perform: Perform, of: str, kinds: tuple[Kind, ...]) -> None:
    """The same bytes are sent on a new connection; if they are acknowledged, no new event is needed."""
    journal, crashed = perform(steps.Authorise(), steps.Deliver(), steps.SendEveryVariant(of, event="e0"))

    sent, after = of_kind(journal, of), of_kind(journal, "replay")
    assert not crashed
    assert [delivery.name for delivery in sent] == [variant.name for variant in of_kinds(*kinds)]
    assert [delivery.name for delivery in after] == [f"after {delivery.name}" for delivery in sent]
    assert {(delivery.event, delivery.outcome) for delivery in after} == {("e0", "ack")}


def test_after_a_refused_repetition_a_new_event_is_delivered(perform: Perform, mailbox: Mailbox) -> None:
    """A receiver may refuse a repetition, so only the refusal of a new event shows that it has stopped."""
    mailbox.status = 503

    journal, _ = perform(steps.Authorise(), steps.DeliverOne("e0"), steps.SendEveryVariant("method", event="e0"))

    after = named(journal, "after get")
    assert [(delivery.kind, delivery.attempt) for delivery in after] == [("replay", 1), ("genuine", 1), ("genuine", 2)]


@pytest.mark.parametrize("by", ["close", "reset"])
def test_a_lost_connection_is_indeterminate_and_due_again(perform: Perform, by: str) -> None:
    """The harness does not know what arrived, so the retry is made."""
    journal, _ = perform(steps.Authorise(), steps.LoseConnection("e0", by=by), steps.Deliver(attempts=2))

    first, second = [delivery for delivery in journal.all(Delivery) if delivery.event == "e0"]
    assert (first.outcome, first.problem, first.attempt) == ("indeterminate", "hung up before reading the response", 1)
    assert (second.outcome, second.attempt, second.message_id) == ("ack", 2, first.message_id)


@pytest.mark.parametrize(("by", "name"), [("close", "cut_in_order"), ("reset", "cut_by_reset")])
def test_a_truncated_message_is_an_attempt_without_effect(perform: Perform, mailbox: Mailbox, by: str, name: str) -> None:
    """The next attempt contains the complete message with the same id, and is the first one that arrives."""
    journal, crashed = perform(steps.Authorise(), steps.TruncateRequest("e0", by=by), steps.Deliver(attempts=2))

    cut, complete = [delivery for delivery in journal.all(Delivery) if delivery.event == "e0"]
    assert not crashed
    assert (cut.kind, cut.name, cut.outcome, cut.is_judged) == ("broken", name, "indeterminate", False)
    assert (complete.attempt, complete.outcome, complete.message_id) == (2, "ack", cut.message_id)
    assert mailbox.messages[0]["delivery_attempt"] == 2


def test_a_message_is_truncated_as_often_as_requested(perform: Perform) -> None:
    """All truncated requests are one attempt."""
    journal, _ = perform(steps.Authorise(), steps.TruncateRequest("e0", times=3), steps.Deliver(attempts=2))

    assert [delivery.attempt for delivery in journal.all(Delivery) if delivery.event == "e0"] == [1, 1, 1, 2]


@pytest.mark.parametrize("times", [0, 101])
def test_the_number_of_truncated_requests_is_limited(times: int) -> None:
    """It is from 1 to 100."""
    with pytest.raises(ConfigError, match="TruncateRequest: times must be from 1 to 100, got"):
        steps.TruncateRequest("e0", times=times).check()


def test_an_acknowledged_message_needs_no_browser_headers(perform: Perform, mailbox: Mailbox) -> None:
    """There is one delivery without cookies."""
    journal, _ = perform(steps.Authorise(), steps.Deliver(), steps.DeliverAsBrowser())

    assert len(journal.all(Delivery)) == 2
    assert not any("Cookie" in request.headers for request in mailbox.requests)


def test_a_refused_message_is_sent_again_with_browser_headers(perform: Perform, mailbox: Mailbox) -> None:
    """It has an origin, a cookie and the matching token."""
    mailbox.status = 403

    journal, _ = perform(steps.Authorise(), steps.DeliverAsBrowser())

    request = mailbox.requests[-1]
    assert [delivery.name for delivery in journal.all(Delivery)] == ["", "as a browser"]
    assert request.headers["Origin"] == f"http://{request.host}"
    assert "csrftoken=harness" in request.headers["Cookie"]
    assert request.headers["X-CSRFToken"] == "harness"
