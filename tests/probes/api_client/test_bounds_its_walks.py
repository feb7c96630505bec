"""bounds_its_walks: no walk requests one page again and again because of a pagination loop."""

import pytest

from fiskil_harness.journal.builder import END_USER, JournalBuilder
from fiskil_harness.journal.queries.rows import PENDING
from fiskil_harness.probes import BoundsItsWalks, Verdict
from fiskil_harness.probes.api_client.bounds_its_walks import MAX_PAGE_REQUESTS

PROBE = BoundsItsWalks()
REPEATED = ("PageRepeated()",)


def read_first_page(tape: JournalBuilder) -> None:
    """A walk begins."""
    tape.call("banking.transactions")


def read_second_page(tape: JournalBuilder, *, times: int, bites: tuple[str, ...] = REPEATED) -> None:
    """The walk requests its second page, whose link leads to the same page."""
    for _ in range(times):
        tape.call("banking.transactions", query=f"end_user_id={END_USER}&page%5Bafter%5D=c1", bites=bites)


def test_stopping_at_the_first_repeated_page_passes(tape: JournalBuilder) -> None:
    """The app recognises the link of a page that it has read."""
    read_first_page(tape)
    read_second_page(tape, times=1)
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_page_limit_passes(tape: JournalBuilder) -> None:
    """The limit ends the walk."""
    read_first_page(tape)
    read_second_page(tape, times=MAX_PAGE_REQUESTS)
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_repeated_walk_is_counted_by_itself(tape: JournalBuilder) -> None:
    """An app that repeats its walk with every retry makes many requests, and each of its walks ends."""
    for _ in range(3):
        read_first_page(tape)
        read_second_page(tape, times=MAX_PAGE_REQUESTS // 2)
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_walk_without_end_fails(tape: JournalBuilder) -> None:
    """No list contains the same page more than 200 times."""
    read_first_page(tape)
    read_second_page(tape, times=MAX_PAGE_REQUESTS + 1)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert (
        finding.observed == f"one read of banking.transactions requested the same page more than {MAX_PAGE_REQUESTS} times"
    )
    assert finding.evidence == ("pagination loop: banking.transactions",)


@pytest.mark.parametrize(("pending", "hook"), [(1, ""), (None, PENDING)])
def test_a_walk_in_progress_is_not_judged(tape: JournalBuilder, pending: int | None, hook: str) -> None:
    """On a slow machine the walk may not have ended yet; only an app that does not report ``pending`` gets the hint."""
    read_first_page(tape)
    read_second_page(tape, times=MAX_PAGE_REQUESTS)
    tape.effects({}, pending=pending, is_idle=False)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, hook)


def test_a_client_that_reads_only_first_pages_is_not_judged(tape: JournalBuilder) -> None:
    """An app that follows no link cannot enter a loop."""
    tape.call("banking.transactions", bites=("CursorLoop()",))
    tape.effects({})

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.observed == "the app followed no pagination link, so none could lead it into a loop"


@pytest.mark.parametrize("bites", [(), ("Overlap(rows=1)",)])
def test_without_a_loop_the_result_is_inconclusive(tape: JournalBuilder, bites: tuple[str, ...]) -> None:
    """A list that ends is read to its end."""
    read_first_page(tape)
    read_second_page(tape, times=2, bites=bites)

    assert PROBE.examine(tape.journal).observed == "no response contained a looping pagination link"


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize(("reads", "verdict"), [(1, Verdict.INCONCLUSIVE), (2, Verdict.PASS)])
def test_a_busy_app_passes_if_it_began_to_read_again(tape: JournalBuilder, reads: int, times: int, verdict: Verdict) -> None:
    """It stopped at the loop, and tries again later with the message still pending."""
    for _ in range(reads):
        read_first_page(tape)
        read_second_page(tape, times=times)
    tape.effects({}, is_idle=False, pending=1)

    assert PROBE.examine(tape.journal).verdict is verdict
