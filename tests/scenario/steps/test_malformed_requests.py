"""Steps of right messages in other bytes: what arrives, what is written down, and what each looks at afterwards."""

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


def test_every_form_is_a_genuine_message_of_its_own(perform: Perform, mailbox: Mailbox) -> None:
    """Acknowledged once, each about another event, signed as ever."""
    journal, crashed = perform(steps.Authorise(), steps.Deliver(), steps.DeliverEveryForm())

    forms = [delivery for delivery in journal.all(Delivery) if delivery.name]
    assert not crashed
    assert [form.name for form in forms] == [of_kind.name for of_kind in of_kinds(Kind.PLAIN)]
    assert {(form.kind, form.outcome) for form in forms} == {("genuine", "ack")}
    assert len({form.message_id for form in forms}) == len(forms)
    assert {form.message_id for form in forms} < {event.message_id for event in journal.all(EventCreated)}
    assert mailbox.requests[1].headers["Content-Type"] == "application/json"


def test_a_form_that_is_refused_comes_once_more(perform: Perform, mailbox: Mailbox) -> None:
    """A lock that was busy for a moment accuses nobody."""
    mailbox.status = 503

    journal, _ = perform(steps.Authorise(), steps.DeliverEveryForm())

    assert [delivery.attempt for delivery in named(journal, "charset")] == [1, 2]


def test_an_ugly_request_is_about_what_never_happened(perform: Perform) -> None:
    """Its id stands for it, no event of the sandbox does, and its answer is only recorded."""
    journal, _ = perform(steps.Authorise(), steps.SendVariant("put"))

    (one,) = of_kind(journal, "method")
    assert (one.name, one.event, one.is_judged) == ("put", "method:put", False)
    assert journal.names[one.message_id] == "method:put"
    assert one.message_id not in {event.message_id for event in journal.all(EventCreated)}


def test_an_unknown_way_is_refused_before_anything_runs() -> None:
    """With the nearest match."""
    with pytest.raises(UnknownName, match="Did you mean 'drip'"):
        steps.SendVariant("drp").check()


@pytest.mark.parametrize(
    ("of", "kinds"),
    [("odd", (Kind.ODD, Kind.MALFORMED)), ("broken", (Kind.BROKEN,)), ("method", (Kind.SAFE, Kind.METHOD))],
)
@pytest.mark.slow
def test_after_each_ugly_request_an_acknowledged_one_comes_again(perform: Perform, of: str, kinds: tuple[Kind, ...]) -> None:
    """The same bytes on a new connection; what was acknowledged needs nothing new."""
    journal, crashed = perform(steps.Authorise(), steps.Deliver(), steps.SendEveryVariant(of, event="e0"))

    sent, after = of_kind(journal, of), of_kind(journal, "replay")
    assert not crashed
    assert [delivery.name for delivery in sent] == [of_kind.name for of_kind in of_kinds(*kinds)]
    assert [delivery.name for delivery in after] == [f"after {delivery.name}" for delivery in sent]
    assert {(delivery.event, delivery.outcome) for delivery in after} == {("e0", "ack")}


def test_where_the_repetition_is_refused_something_new_is_tried(perform: Perform, mailbox: Mailbox) -> None:
    """A receiver may refuse what it has had, so only a refusal of news tells that it stopped."""
    mailbox.status = 503

    journal, _ = perform(steps.Authorise(), steps.DeliverOne("e0"), steps.SendEveryVariant("method", event="e0"))

    after = named(journal, "after get")
    assert [(delivery.kind, delivery.attempt) for delivery in after] == [("replay", 1), ("genuine", 1), ("genuine", 2)]


@pytest.mark.parametrize("by", ["close", "reset"])
def test_a_lost_connection_is_indeterminate_and_due_again(perform: Perform, by: str) -> None:
    """Nobody knows what arrived, so the retry is made."""
    journal, _ = perform(steps.Authorise(), steps.LoseConnection("e0", by=by), steps.Deliver(attempts=2))

    first, second = [delivery for delivery in journal.all(Delivery) if delivery.event == "e0"]
    assert (first.outcome, first.trouble, first.attempt) == ("indeterminate", "hung up before reading the answer", 1)
    assert (second.outcome, second.attempt, second.message_id) == ("ack", 2, first.message_id)


@pytest.mark.parametrize(("by", "name"), [("close", "cut_in_order"), ("reset", "cut_by_reset")])
def test_half_of_a_message_is_an_attempt_of_which_nothing_counts(
    perform: Perform, mailbox: Mailbox, by: str, name: str
) -> None:
    """The next attempt brings the whole one under the same id, and is the first that arrives."""
    journal, crashed = perform(steps.Authorise(), steps.TruncateRequest("e0", by=by), steps.Deliver(attempts=2))

    half, whole = [delivery for delivery in journal.all(Delivery) if delivery.event == "e0"]
    assert not crashed
    assert (half.kind, half.name, half.outcome, half.is_judged) == ("broken", name, "indeterminate", False)
    assert (whole.attempt, whole.outcome, whole.message_id) == (2, "ack", half.message_id)
    assert mailbox.messages[0]["delivery_attempt"] == 2


def test_half_of_a_message_breaks_off_as_often_as_asked(perform: Perform) -> None:
    """All of them are one attempt."""
    journal, _ = perform(steps.Authorise(), steps.TruncateRequest("e0", times=3), steps.Deliver(attempts=2))

    assert [delivery.attempt for delivery in journal.all(Delivery) if delivery.event == "e0"] == [1, 1, 1, 2]


@pytest.mark.parametrize("times", [0, 101])
def test_half_of_a_message_breaks_off_some_times(times: int) -> None:
    """Not never, and not more often than anybody waits for."""
    with pytest.raises(ConfigError, match="LoseHalf: times must be from 1 to 100, got"):
        steps.TruncateRequest("e0", times=times).check()


def test_what_is_taken_needs_no_browser(perform: Perform, mailbox: Mailbox) -> None:
    """One delivery without cookies."""
    journal, _ = perform(steps.Authorise(), steps.Deliver(), steps.DeliverAsBrowser())

    assert len(journal.all(Delivery)) == 2
    assert not any("Cookie" in request.headers for request in mailbox.requests)


def test_what_is_refused_comes_again_as_a_browser_would_send_it(perform: Perform, mailbox: Mailbox) -> None:
    """With an origin, a cookie and the token that belongs to it."""
    mailbox.status = 403

    journal, _ = perform(steps.Authorise(), steps.DeliverAsBrowser())

    request = mailbox.requests[-1]
    assert [delivery.name for delivery in journal.all(Delivery)] == ["", "as a browser"]
    assert request.headers["Origin"] == f"http://{request.host}"
    assert "csrftoken=harness" in request.headers["Cookie"]
    assert request.headers["X-CSRFToken"] == "harness"
