"""Coverage of pages: which content or requests of pages were not observed."""

from typing import Any

import pytest

from fiskil_harness.core.config.hooks import PAGES
from fiskil_harness.journal import NO_RESPONSE, StepIncomplete
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.journal.queries.page_coverage import READABLE_KINDS, coverage_gap
from tests.probes.sights import BrowserJournal


def test_two_pages_that_were_read_have_no_gap() -> None:
    """One of them is the page to which the journey returned."""
    assert coverage_gap(BrowserJournal().journal) is None


def test_without_a_page_the_hook_is_missing(tape: JournalBuilder) -> None:
    """Nothing was observed."""
    assert coverage_gap(tape.journal) == ("no page of the app was viewed", PAGES)


def test_an_incomplete_step_is_a_gap() -> None:
    """The step knows the missing hook, and counts before all else."""
    sights = BrowserJournal()
    sights.view(problem="it hung")
    sights.write(StepIncomplete(reason="no page to press on", hook="app.pages.connect"))

    assert coverage_gap(sights.journal) == ("no page to press on", "app.pages.connect")


def test_a_page_that_could_not_be_read_is_a_gap() -> None:
    """It may contain anything."""
    sights = BrowserJournal()
    sights.view("home", problem="it hung")

    assert coverage_gap(sights.journal) == ("the page 'home' could not be read: it hung", "")


def test_a_journey_must_return_to_the_app(tape: JournalBuilder) -> None:
    """A page after it may contain a token."""
    BrowserJournal.view(tape, "connect")  # type: ignore[arg-type]

    assert coverage_gap(tape.journal) == ("no journey returned to the app in the browser", "")


def gap_of(*requests: dict[str, Any]) -> bool:
    """Return True if *requests* of a page leave a gap."""
    sights = BrowserJournal()
    for request in requests:
        sights.fetch(**request)
    return coverage_gap(sights.journal) is not None


@pytest.mark.parametrize("kind", [*sorted(READABLE_KINDS), "image", "font", "stylesheet"])
def test_an_unread_response_is_a_gap_if_it_may_contain_a_secret(kind: str) -> None:
    """Pictures, fonts and styles contain none."""
    assert gap_of({"kind": kind, "problem": "it was blocked"}) is (kind in READABLE_KINDS)


@pytest.mark.parametrize(
    ("kind", "is_gap"), [("document", True), ("script", True), ("xhr", False), ("fetch", False), ("websocket", False)]
)
def test_a_missing_response_is_a_gap_if_the_page_waited_for_it(kind: str, is_gap: bool) -> None:
    """The page works without any other."""
    assert gap_of({"kind": kind, "problem": NO_RESPONSE}) is is_gap


def test_a_response_of_the_api_leaves_no_gap() -> None:
    """The harness has seen it on the other side."""
    assert not gap_of({"kind": "fetch", "problem": "it was blocked", "is_api": True})


BLOCKED = {"kind": "fetch", "problem": "it was blocked"}
READ = {"kind": "fetch"}


@pytest.mark.parametrize(
    ("requests", "is_gap"),
    [
        ([BLOCKED, READ], False),
        ([BLOCKED, BLOCKED, READ], False),
        ([READ, BLOCKED], True),
        ([READ, BLOCKED, READ], False),
        ([BLOCKED, {**READ, "page": "home"}], True),
        ([BLOCKED, {**READ, "method": "POST"}], True),
        ([BLOCKED, {**READ, "path": "/other.js"}], True),
        ([{**BLOCKED, "kind": "eventsource"}, {"kind": "eventsource"}], True),
        ([{**BLOCKED, "kind": "websocket"}, {"kind": "websocket"}], True),
    ],
)
def test_a_request_that_was_repeated_and_read_leaves_no_gap(requests: list[dict[str, Any]], is_gap: bool) -> None:
    """The same page made it later; the content of a stream differs each time."""
    assert gap_of(*requests) is is_gap


def test_the_first_request_may_be_unread(tape: JournalBuilder) -> None:
    """No other request was read."""
    BrowserJournal.view(tape, "callback")  # type: ignore[arg-type]
    BrowserJournal.fetch(tape, **BLOCKED)  # type: ignore[arg-type]

    assert coverage_gap(tape.journal) is not None


def test_the_reason_of_an_unread_response_is_stated() -> None:
    """The reader finds the request by its page and type."""
    sights = BrowserJournal()
    sights.fetch(**BLOCKED)

    assert coverage_gap(sights.journal) == (
        "a response of type fetch on the page 'connect' was not read: it was blocked",
        "",
    )


def test_a_storage_that_could_not_be_read_is_a_gap() -> None:
    """It may contain a secret."""
    sights = BrowserJournal()
    sights.store("cookie", "session", "abc")
    sights.store("unread", "IndexedDB", "UnknownError")

    assert coverage_gap(sights.journal) == ("the browser's IndexedDB could not be read: UnknownError", "")
