"""refuses_foreign_links: the app follows no pagination link to another origin, and sends its token to none."""

import pytest

from fiskil_harness.journal import ForeignOriginCalled
from fiskil_harness.journal.builder import END_USER, JournalBuilder
from fiskil_harness.probes import RefusesForeignLinks, Verdict

PROBE = RefusesForeignLinks()
REDIRECT = "RedirectCrossOrigin(status=307)"


def walk(tape: JournalBuilder, *, by: str = "NextForeign()") -> None:
    """Write a walk whose first page is fine and whose second page points to another origin."""
    tape.call("banking.transactions")
    tape.call("banking.transactions", query=f"end_user_id={END_USER}&page%5Bafter%5D=c1", bites=(by,))


def call_foreign_origin(tape: JournalBuilder, *, carries_token: bool) -> None:
    """A request arrived at the foreign origin."""
    tape.journal.write(ForeignOriginCalled(at_s=tape.now_s, path="/v1/banking/transactions", carries_token=carries_token))


@pytest.mark.parametrize("by", ["NextForeign()", REDIRECT])
def test_not_calling_the_foreign_origin_passes(tape: JournalBuilder, by: str) -> None:
    """The app may treat the link as an error or as the end of the walk: other probes judge that."""
    walk(tape, by=by)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("by", ["NextForeign()", REDIRECT])
def test_a_token_at_a_foreign_origin_fails(tape: JournalBuilder, by: str) -> None:
    """An attacker there can read all data that the token covers."""
    walk(tape, by=by)
    call_foreign_origin(tape, carries_token=True)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "the access token was sent to an origin that only a response had named"
    assert finding.evidence == (f"banking.transactions: response changed by {by}",)


def test_following_a_foreign_link_without_the_token_fails(tape: JournalBuilder) -> None:
    """A response made the server call an address of an attacker's choice."""
    walk(tape)
    call_foreign_origin(tape, carries_token=False)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "the app called an origin that only links.next had named, although without the token"


def test_a_redirect_may_be_followed_without_the_token(tape: JournalBuilder) -> None:
    """Most clients follow redirects by default."""
    walk(tape, by=REDIRECT)
    call_foreign_origin(tape, carries_token=False)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_call_after_both_faults_may_have_followed_the_redirect(tape: JournalBuilder) -> None:
    """The journal does not show which of them caused the call."""
    walk(tape)
    walk(tape, by=REDIRECT)
    call_foreign_origin(tape, carries_token=False)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_client_that_reads_only_first_pages_is_not_judged(tape: JournalBuilder) -> None:
    """An app that follows no link rejects none."""
    tape.call("banking.transactions", bites=("NextForeign()",))

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.observed == "the app followed no pagination link, so none could lead it to another origin"


def test_without_a_foreign_origin_the_result_is_inconclusive(tape: JournalBuilder) -> None:
    """No response pointed to another origin."""
    walk(tape, by="Overlap(rows=1)")

    assert PROBE.examine(tape.journal).observed == "no response pointed to another origin"
