"""The moment of an API call: in the foreground while a person waits, in the background otherwise."""

from typing import Any

import pytest

from fiskil_harness.journal import PageView
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.journal.queries.moments import calls_by_moment


def moments(tape: JournalBuilder) -> list[tuple[str, str]]:
    """Return route and moment of each call whose moment is known."""
    return [(call.route, moment) for call, moment in calls_by_moment(tape.journal)]


def test_a_call_within_a_hook_call_is_in_the_foreground() -> None:
    """A call after a delivered message is in the background."""
    tape = JournalBuilder()
    tape.call("token")
    tape.hook("refresh", took_s=0.2)
    tape.deliver_event("consent.received")
    tape.call("consents.list")

    assert moments(tape) == [("token", "foreground"), ("consents.list", "background")]


def test_a_call_that_outlasts_the_response_has_no_moment() -> None:
    """The app responded before the call had ended, so that it did not wait for it."""
    tape = JournalBuilder()
    tape.call("token", took_s=2)
    tape.now_s -= 1.5
    tape.hook("refresh", took_s=0.6)

    assert moments(tape) == []


def test_an_abandoned_call_may_end_shortly_after_the_response() -> None:
    """The API notices late that the app has closed the connection."""
    tape = JournalBuilder()
    tape.call("token", took_s=2, status=None, bites=("Timeout()",))
    tape.now_s -= 0.1
    tape.hook("refresh", took_s=2)

    assert moments(tape) == [("token", "foreground")]


def test_calls_after_a_hook_that_never_responded_have_no_moment() -> None:
    """The app may still be working on the hook call."""
    tape = JournalBuilder()
    tape.hook("refresh", status=None)
    tape.call("token")

    assert moments(tape) == []


def test_calls_while_the_browser_returns_are_in_the_foreground() -> None:
    """The person waits for the page; a call that ends later is uncertain."""
    tape = JournalBuilder()
    tape.call("consents.list")
    tape.visit("callback")
    tape.call("banking.accounts")

    assert moments(tape) == [("consents.list", "foreground")]


def test_calls_while_chromium_shows_a_page_have_no_moment() -> None:
    """The page or the person may have caused them."""
    tape = JournalBuilder()
    tape.call("token")
    tape.journal.write(PageView(at_s=tape.now_s, participant="", page="connect", moment="opened"))

    assert moments(tape) == []


def test_cut_and_unknown_calls_are_left_out() -> None:
    """The harness ended the former; the latter have no route."""
    tape = JournalBuilder()
    tape.call("token", is_cut=True)
    tape.call("")

    assert moments(tape) == []


def test_a_call_while_the_harness_opens_a_page_is_in_the_foreground() -> None:
    """A person waits for the page. Other calls in a step with Chromium have no moment."""
    tape = JournalBuilder()
    tape.journal.write(PageView(at_s=0, participant="", page="home", moment="plain", url="/", width_px=1280))
    tape.call("consents.list")
    tape.hook("page", took_s=0.2)
    tape.call("token")

    assert moments(tape) == [("consents.list", "foreground")]


def test_a_disturbed_call_that_a_failed_hook_gave_up_is_in_the_foreground() -> None:
    """The hook's own deadline ended the wait, and the connection stayed open longer."""
    tape = JournalBuilder()
    tape.call("token", took_s=5, status=None, bites=("Stall(after_bytes=10)",))
    tape.now_s -= 3
    tape.hook("refresh", status=502, took_s=2.5)

    assert moments(tape) == [("token", "foreground")]


def test_a_step_with_chromium_hides_only_its_own_calls() -> None:
    """Calls of later steps have a moment again."""
    tape = JournalBuilder()
    tape.next_step()
    tape.call("token")
    tape.write(PageView(at_s=tape.now_s, step=tape.step, participant="", page="connect", moment="opened"))
    tape.next_step()
    tape.call("consents.list")

    assert moments(tape) == [("consents.list", "background")]


@pytest.mark.parametrize(
    ("at_s", "expected"), [(1.99, "background"), (2.0, "foreground"), (3.0, "foreground"), (3.01, "background")]
)
def test_a_call_at_the_begin_or_end_of_a_hook_call_is_in_the_foreground(at_s: float, expected: str) -> None:
    """A call before or after it had another reason."""
    tape = JournalBuilder()
    tape.call("token", at_s=at_s, ended_s=at_s)
    tape.now_s = 3.0
    tape.hook("refresh", took_s=1.0)

    assert moments(tape) == [("token", expected)]


@pytest.mark.parametrize(
    ("late_s", "bites", "status", "expected"),
    [
        (0.0, (), 200, [("token", "foreground")]),
        (0.01, (), 200, []),
        (0.25, ("Stall()",), 200, [("token", "foreground")]),
        (0.26, ("Stall()",), 200, []),
        (0.26, ("Stall()",), 400, [("token", "foreground")]),
        (0.26, ("Stall()",), 399, []),
        (0.01, (), 500, []),
        (0.26, ("Stall()",), None, []),
    ],
)
def test_the_app_waited_for_a_call_that_ended_before_the_response(
    late_s: float, bites: tuple[str, ...], status: int | None, expected: list[tuple[str, str]]
) -> None:
    """A disturbed call may end a little later, or at any time after an error that reports it."""
    tape = JournalBuilder()
    tape.call("token", at_s=2.5, ended_s=3.0 + late_s, bites=bites)
    tape.now_s = 3.0
    tape.hook("refresh", status=status, took_s=1.0)

    assert moments(tape) == expected


def test_a_requested_failure_hides_no_call() -> None:
    """The app does nothing during such a hook call."""
    tape = JournalBuilder()
    tape.call("token")
    tape.hook("fail", took_s=0.2)

    assert moments(tape) == [("token", "background")]


@pytest.mark.parametrize(("late_s", "expected"), [(0.0, [("token", "foreground")]), (0.01, [])])
def test_a_call_that_ended_before_the_visit_is_in_the_foreground(late_s: float, expected: list[tuple[str, str]]) -> None:
    """The page that is visited may show the result of the call."""
    tape = JournalBuilder()
    tape.call("token", at_s=1.5, ended_s=2.0 + late_s)
    tape.now_s = 2.0
    tape.visit("callback")

    assert moments(tape) == expected


def test_a_visit_of_another_step_shows_nothing() -> None:
    """The person does not wait during this step."""
    tape = JournalBuilder()
    tape.visit("callback")
    tape.next_step()
    tape.call("token")

    assert moments(tape) == [("token", "background")]


@pytest.mark.parametrize("left_out", [{"route": "token", "is_cut": True}, {"route": ""}])
def test_a_call_that_is_left_out_hides_no_other(left_out: dict[str, Any]) -> None:
    """Later calls have a moment."""
    tape = JournalBuilder()
    tape.call(**left_out)
    tape.call("consents.list")

    assert moments(tape) == [("consents.list", "background")]
