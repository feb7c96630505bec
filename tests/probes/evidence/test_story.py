"""Stories: the events of a scenario in order of begin, masked and limited in length."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from fiskil_harness.core.redaction.redactor import Redactor
from fiskil_harness.journal import (
    Delivery,
    EventCreated,
    Exchange,
    FaultSet,
    HookCall,
    Journal,
    PageView,
    Picture,
    ProcessChanged,
)
from fiskil_harness.probes.evidence import Story, shortened, story_of
from fiskil_harness.probes.evidence.story import MOST, MOST_OF_FAILED, attempts, counted

TOKEN = "a-token-that-nobody-may-see"
JSON = (("content-type", "application/json"),)


def call(number: int, at_s: float, *, status: int | None = 200, **more: Any) -> Exchange:
    """Return a call that reads transactions."""
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
    """Return a delivery."""
    return Delivery(event="e0", participant="rosa", message_id="m0", attempt=attempt, at_s=at_s, step=1, **more)


@pytest.fixture
def story_from() -> Callable[..., Story]:
    """Return a function that builds the story of some entries; the token is a known secret."""
    redactor = Redactor(lambda: [("access_token", TOKEN)])

    def build(*entries: Any, has_passed: bool = True) -> Story:
        journal = Journal()
        for entry in entries:
            journal.write(entry)
        steps = ("authorise", "sync")
        story = story_of("some", steps, journal, took_s=1.0, has_passed=has_passed)
        return shortened(redactor.redact_tree(story), has_passed=has_passed)

    return build


def test_events_are_in_order_of_begin(story_from: Callable[..., Story]) -> None:
    """A hook call is recorded at its end, but comes before the API calls that it caused."""
    story = story_from(
        ProcessChanged(change="found"),
        call(1, 0.3),
        HookCall(at_s=0.5, step=1, hook="refresh", participant="rosa", status=200, took_s=0.4),
    )

    assert [happening.text for happening in story.entries] == [
        "the app is already running",
        "harness calls the hook refresh",
        "GET /v1/banking/transactions",
    ]
    assert [happening.number for happening in story.entries] == [1, 2, 3]


def test_a_repeated_call_refers_to_the_failed_one() -> None:
    """Two equal calls that succeeded are no repetition, nor are concurrent ones."""
    successful = [call(1, 0.0), call(2, 1.0)]
    repeated = [call(1, 0.0, status=503), call(2, 1.0, status=503), call(3, 2.0), call(4, 3.0)]
    concurrent = [call(1, 0.0, status=None), call(2, 0.05)]

    assert attempts(successful) == {}
    assert attempts(repeated) == {2: 1, 3: 2}
    assert attempts(concurrent) == {}


def test_a_delivery_refers_to_the_previous_attempt(story_from: Callable[..., Story]) -> None:
    """Attempts of one message are linked, and each shows the kind of event."""
    event = EventCreated(event="e0", kind="consent.received", message_id="m0", participant="rosa", publish_time="")

    story = story_from(event, delivery(1, 0.1, problem="connection reset"), delivery(2, 0.2, status=204))

    first, second = story.entries
    assert (first.result, first.outcome, first.note) == ("connection reset", "no_response", "consent.received")
    assert (second.repeats, second.result, second.outcome) == (1, "204 No Content", "succeeded")


def test_personal_values_are_masked(story_from: Callable[..., Story]) -> None:
    """Values are masked, credential headers show their kind only, and other bodies show their length."""
    accounts = call(
        1,
        0.1,
        request_headers=(("authorization", "Bearer x"), ("x-request-id", "7")),
        response_headers=JSON,
        response_body=b'{"name": "Rosa Keane", "account_id": "a1", "balance": 12.5}',
    )
    page = call(2, 0.3, response_headers=(("content-type", "text/html; charset=utf-8"),), response_body=b"<p>Rosa</p>")

    first, second = story_from(accounts, page).entries

    assert "authorization: <authorization>" in first.request
    assert "Rosa" not in first.response
    assert '"name": "<text>"' in first.response
    assert '"account_id": "a1"' in first.response
    assert second.response.endswith("[11 bytes of text/html, not shown]")


@pytest.mark.parametrize(
    ("has_passed", "before"),
    [(has_passed, before) for has_passed, first in ((True, 440), (False, 2008)) for before in range(first, first + 60, 7)],
)
def test_no_half_of_a_secret_remains_where_a_body_is_cut(
    story_from: Callable[..., Story], before: int, *, has_passed: bool
) -> None:
    """Secrets are removed before a body is cut, at any position."""
    body = f'{{"message": "{"x" * before} {TOKEN} {"y" * 9000}"}}'.encode()

    failed = call(1, 0.1, status=500, response_headers=JSON, response_body=body)
    (happening,) = story_from(failed, has_passed=has_passed).entries

    assert "a-token" not in happening.response
    assert "more characters]" in happening.response


@pytest.mark.parametrize(
    ("has_passed", "before"),
    [(has_passed, before) for has_passed, first in ((True, 1956), (False, 8100)) for before in range(first, first + 100)],
)
def test_a_long_body_is_masked_up_to_its_cut(story_from: Callable[..., Story], before: int, *, has_passed: bool) -> None:
    """The begin of a long body is shown, wherever it is cut before masking, and the missing characters are counted."""
    rows = ", ".join(["{}"] * 200)
    body = f'{{"owner": "Rosa", "message": "{"x" * before}{chr(92)}u00e9", "rows": [{rows}], "account_id": "a1"}}'.encode()

    failed = call(1, 0.1, status=500, response_headers=JSON, response_body=body)
    (happening,) = story_from(failed, has_passed=has_passed).entries

    shown, _, missing = happening.response.rpartition(" [")
    assert '"message": "xxx' in shown
    assert "Rosa" not in shown
    indented = msgspec.json.format(body, indent=2)
    assert int(missing.removesuffix(" more characters]")) == pytest.approx(
        len(indented) - len(shown.partition("\n\n")[2]), abs=6
    )


def test_long_headers_are_cut(story_from: Callable[..., Story]) -> None:
    """A header of one megabyte is a short line."""
    (happening,) = story_from(call(1, 0.1, request_headers=(("x-odd", "o" * 1_000_000),))).entries

    assert len(happening.request) < 500
    assert "more characters]" in happening.request


def test_a_long_story_keeps_its_beginning_and_its_end(story_from: Callable[..., Story]) -> None:
    """It counts the omitted events; the story of a failed scenario keeps more."""
    entries = [call(number, number / 10) for number in range(1, 501)]

    passed, failed = story_from(*entries), story_from(*entries, has_passed=False)

    assert (len(passed.entries), passed.left_out) == (MOST, 500 - MOST)
    assert (len(failed.entries), failed.left_out) == (MOST_OF_FAILED, 500 - MOST_OF_FAILED)
    assert (passed.entries[0].number, passed.entries[-1].number) == (1, 500)


def test_a_fault_that_acted_is_part_of_its_call(story_from: Callable[..., Story]) -> None:
    """A fault that never acted has its own event."""
    story = story_from(
        FaultSet(fault="ResetPeer()", route="banking.transactions", times=1),
        FaultSet(fault="Stall()", route="banking.balances", times=2, missing_bites=2),
        call(1, 0.1, status=None, bites=("ResetPeer()",)),
    )

    assert [happening.text for happening in story.entries if happening.kind == "mark"] == [
        "fault Stall() on banking.balances: 2 of 2 bites never happened"
    ]
    assert [happening.bites for happening in story.entries if happening.kind == "call"] == [("ResetPeer()",)]


def test_a_page_view_does_not_contain_the_text_of_the_page(story_from: Callable[..., Story]) -> None:
    """The text of a page appears at most in a screenshot."""
    story = story_from(
        PageView(participant="rosa", page="connections", text="Rosa Keane, 12.50", status=200, width_px=360, step=0),
        Picture(participant="rosa", page="connections", moment="plain", width_px=360, png=b"x"),
    )

    (view,) = story.entries
    assert (view.text, view.note) == ("views the page connections", "360 px")


def test_acknowledgements_are_counted_by_duration() -> None:
    """Only acknowledged genuine deliveries count."""
    deliveries = [
        delivery(1, 0.0, outcome="ack", took_s=0.0005),
        delivery(1, 0.0, outcome="ack", took_s=0.01),
        delivery(1, 0.0, outcome="ack", took_s=60),
        delivery(1, 0.0, outcome="refuse", took_s=0.01),
        delivery(1, 0.0, outcome="ack", took_s=0.01, kind="forged"),
    ]

    assert counted(deliveries) == (1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1)
    assert counted([]) == ()
