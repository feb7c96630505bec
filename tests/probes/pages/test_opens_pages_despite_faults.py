"""opens_pages_despite_faults: a page responds although the API calls that it causes fail."""

import pytest

from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import OpensPagesDespiteFaults, Verdict

PROBE = OpensPagesDespiteFaults()


def open_page(tape: JournalBuilder, *, status: int | None = 200, bites: tuple[str, ...] = ("Stall(after_bytes=1)",)) -> None:
    """Record a page that was opened, and the API call that it caused."""
    tape.call("consents.list", bites=bites)
    tape.hook("page", status=status, took_s=0.2)


def test_a_page_that_responds_passes(tape: JournalBuilder) -> None:
    """Its status is judged elsewhere, because 503 with a text is lawful."""
    open_page(tape, status=503)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)
    assert finding.observed == "every page responded while its API calls failed"


def test_a_page_without_a_response_fails(tape: JournalBuilder) -> None:
    """The evidence names the route and the fault."""
    open_page(tape, status=None)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("while consents.list met Stall",))


def test_a_page_that_calls_no_api_passes(tape: JournalBuilder) -> None:
    """No fault of the API can reach it; calls after the page belong to other work."""
    tape.hook("page", took_s=0.2)
    tape.call("consents.list", status=503, bites=("Status(status=503)",))

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.PASS, "no page calls the API when it is opened")


@pytest.mark.parametrize("status", [200, None])
def test_a_page_whose_calls_met_no_fault_is_inconclusive(tape: JournalBuilder, status: int | None) -> None:
    """A page may be broken for another reason."""
    open_page(tape, status=status, bites=())

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.observed == "a page caused calls to consents.list, and no fault met them"


def test_without_pages_the_result_is_inconclusive(tape: JournalBuilder) -> None:
    """The config names none."""
    tape.hook("refresh", took_s=0.2)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.pages")
