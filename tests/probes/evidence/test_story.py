"""Stories: what happened in a scenario, in the order in which it began, masked, and no more than a reader can carry."""

from collections.abc import Callable
from typing import Any

import pytest

from fiskil_harness.core.redaction.redactor import Redactor
from fiskil_harness.journal import Delivery, EventCreated, Exchange, FaultSet, HookCall, Journal, PageView, Picture, Started
from fiskil_harness.probes.evidence import Story, story_of
from fiskil_harness.probes.evidence.story import MOST, MOST_OF_FAILED, attempts, counted

TOKEN = "a-token-that-nobody-may-see"
JSON = (("content-type", "application/json"),)


def call(number: int, at_s: float, *, status: int | None = 200, **more: Any) -> Exchange:
    """The app read transactions."""
    return Exchange(
        number=number,
        at_s=at_s,
        ended_s=at_s + 0.1,
        step=1,
        route="banking.transactions",
        method="GET",
        path="/v1/banking/transactions",
        status=status,
        **more,
    )


def delivery(attempt: int, at_s: float, **more: Any) -> Delivery:
    """A message was handed over."""
    return Delivery(event="e0", participant="rosa", message_id="m0", attempt=attempt, at_s=at_s, step=1, **more)


@pytest.fixture
def tell() -> Callable[..., Story]:
    """Tell the story of some entries; the token is a secret that is known."""
    redactor = Redactor(lambda: [("access_token", TOKEN)])

    def make(*entries: Any, has_passed: bool = True) -> Story:
        journal = Journal()
        for entry in entries:
            journal.write(entry)
        steps = ("authorise", "sync")
        return story_of("some", steps, journal, took_s=1.0, has_passed=has_passed, redact=redactor.redact_tree)

    return make


def test_things_stand_in_the_order_in_which_they_began(tell: Callable[..., Story]) -> None:
    """A hook is written down when it has been answered, and comes before the calls that it caused."""
    story = tell(
        Started(how="found"),
        call(1, 0.3),
        HookCall(at_s=0.5, step=1, hook="refresh", participant="rosa", status=200, took_s=0.4),
    )

    assert [happening.text for happening in story.happenings] == [
        "the app runs already",
        "harness asks: refresh",
        "GET /v1/banking/transactions",
    ]
    assert [happening.number for happening in story.happenings] == [1, 2, 3]


def test_a_call_that_is_made_again_is_tied_to_the_one_that_went_wrong() -> None:
    """Only where that one had ended badly; two equal calls that went well are two calls."""
    good = [call(1, 0.0), call(2, 1.0)]
    again = [call(1, 0.0, status=503), call(2, 1.0, status=503), call(3, 2.0), call(4, 3.0)]
    at_once = [call(1, 0.0, status=None), call(2, 0.05)]

    assert attempts(good) == {}
    assert attempts(again) == {2: 1, 3: 2}
    assert attempts(at_once) == {}


def test_a_delivery_is_tied_to_the_attempt_before(tell: Callable[..., Story]) -> None:
    """By its message; what kind of event it is stands with it."""
    seen = EventCreated(event="e0", kind="consent.received", message_id="m0", participant="rosa", publish_time="")

    story = tell(seen, delivery(1, 0.1, trouble="connection reset"), delivery(2, 0.2, status=204))

    first, second = story.happenings
    assert (first.response, first.outcome, first.note) == ("connection reset", "unanswered", "consent.received")
    assert (second.repeats, second.response, second.outcome) == (1, "204 No Content", "answered")


def test_values_that_say_something_about_a_person_are_hidden(tell: Callable[..., Story]) -> None:
    """Names stay, values go; headers that carry secrets tell their kind; what is no JSON is told by its length."""
    shown = call(
        1,
        0.1,
        request_headers=(("authorization", "Bearer x"), ("x-request-id", "7")),
        response_headers=JSON,
        response_body=b'{"name": "Rosa Keane", "account_id": "a1", "balance": 12.5}',
    )
    page = call(2, 0.3, response_headers=(("content-type", "text/html; charset=utf-8"),), response_body=b"<p>Rosa</p>")

    first, second = tell(shown, page).happenings

    assert "authorization: <authorization>" in first.request
    assert "Rosa" not in first.response
    assert '"name": "<text>"' in first.response
    assert '"account_id": "a1"' in first.response
    assert second.response.endswith("[11 bytes of text/html, not shown]")


@pytest.mark.parametrize("before", range(440, 500, 7))
def test_no_half_of_a_secret_is_left_where_a_body_is_cut(tell: Callable[..., Story], before: int) -> None:
    """Secrets go before anything is cut, wherever they stand."""
    body = f'{{"message": "{"x" * before} {TOKEN} {"y" * 9000}"}}'.encode()

    (shown,) = tell(call(1, 0.1, status=500, response_headers=JSON, response_body=body)).happenings

    assert "a-token" not in shown.response
    assert "more characters]" in shown.response


def test_long_headers_are_cut_and_take_no_time(tell: Callable[..., Story]) -> None:
    """A header of a megabyte is one line."""
    (shown,) = tell(call(1, 0.1, request_headers=(("x-odd", "o" * 1_000_000),))).happenings

    assert len(shown.request) < 500
    assert "more characters]" in shown.request


def test_a_long_story_keeps_its_beginning_and_its_end(tell: Callable[..., Story]) -> None:
    """And says how much is left out; one that failed keeps more."""
    entries = [call(number, number / 10) for number in range(1, 501)]

    passed, failed = tell(*entries), tell(*entries, has_passed=False)

    assert (len(passed.happenings), passed.left_out) == (MOST, 500 - MOST)
    assert (len(failed.happenings), failed.left_out) == (MOST_OF_FAILED, 500 - MOST_OF_FAILED)
    assert (passed.happenings[0].number, passed.happenings[-1].number) == (1, 500)


def test_a_fault_that_bit_is_told_by_the_call_that_it_bit(tell: Callable[..., Story]) -> None:
    """One that waited in vain is told by itself."""
    story = tell(
        FaultSet(fault="ResetPeer()", route="banking.transactions", times=1),
        FaultSet(fault="Stall()", route="banking.balances", times=2, unbitten=2),
        call(1, 0.1, status=None, bites=("ResetPeer()",)),
    )

    assert [happening.text for happening in story.happenings if happening.what == "mark"] == [
        "fault Stall() on banking.balances: 2 of 2 bites never came"
    ]
    assert [happening.bites for happening in story.happenings if happening.what == "call"] == [("ResetPeer()",)]


def test_a_look_at_a_page_is_told_without_its_words(tell: Callable[..., Story]) -> None:
    """What a page says is shown as a picture, if at all."""
    story = tell(
        PageView(participant="rosa", page="connections", text="Rosa Keane, 12.50", status=200, width_px=360, step=0),
        Picture(participant="rosa", page="connections", moment="plain", width_px=360, png=b"x"),
    )

    (look,) = story.happenings
    assert (look.text, look.note) == ("looks at the page connections", "360 px")


def test_acknowledgements_are_counted_by_how_long_they_took() -> None:
    """Only genuine ones that were acknowledged."""
    made = [
        delivery(1, 0.0, outcome="ack", took_s=0.0005),
        delivery(1, 0.0, outcome="ack", took_s=0.01),
        delivery(1, 0.0, outcome="ack", took_s=60),
        delivery(1, 0.0, outcome="refuse", took_s=0.01),
        delivery(1, 0.0, outcome="ack", took_s=0.01, kind="forged"),
    ]

    assert counted(made) == (1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1)
    assert counted([]) == ()
