"""refuses_foreign_links: another origin is not called for a page, and a token goes to none, whoever names it."""

import pytest

from fiskil_harness.journal import Strayed
from fiskil_harness.probes import RefusesForeignLinks, Verdict
from tests.probes.tape import ALICE, Tape

PROBE = RefusesForeignLinks()
REDIRECT = "RedirectCrossOrigin(status=307)"


def led(tape: Tape, *, by: str = "NextForeign()") -> None:
    """A walk whose first page is fine and whose second leads elsewhere."""
    tape.call("banking.transactions")
    tape.call("banking.transactions", query=f"end_user_id={ALICE}&page%5Bafter%5D=c1", bites=(by,))


def strayed(tape: Tape, *, carries_token: bool) -> None:
    """Somebody came."""
    tape.journal.write(Strayed(at_s=tape.now_s, path="/v1/banking/transactions", carries_token=carries_token))


@pytest.mark.parametrize("by", ["NextForeign()", REDIRECT])
def test_staying_at_home_passes(tape: Tape, by: str) -> None:
    """The link is refused, as an error or as the end of the walk: other probes ask which."""
    led(tape, by=by)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("by", ["NextForeign()", REDIRECT])
def test_a_token_abroad_fails(tape: Tape, by: str) -> None:
    """Whoever listens there can read all that the token opens."""
    led(tape, by=by)
    strayed(tape, carries_token=True)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "the access token was sent to an origin that only an answer had named"
    assert finding.evidence == (f"banking.transactions was answered by {by}",)


def test_a_foreign_page_without_token_fails_too(tape: Tape) -> None:
    """It is no page of the API's, and the server was made to call where an answer wanted it to."""
    led(tape)
    strayed(tape, carries_token=False)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "an origin was called that only links.next had named, though without the token"


def test_a_redirect_may_be_followed_without_the_token(tape: Tape) -> None:
    """Most clients do so unasked, and what comes back is no answer of the API's."""
    led(tape, by=REDIRECT)
    strayed(tape, carries_token=False)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_who_was_led_by_both_may_have_followed_the_redirect(tape: Tape) -> None:
    """Which of them it was is not to be told."""
    led(tape)
    led(tape, by=REDIRECT)
    strayed(tape, carries_token=False)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_client_of_first_pages_cannot_be_judged(tape: Tape) -> None:
    """Who follows no link at all refuses none."""
    tape.call("banking.transactions", bites=("NextForeign()",))

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.observed == "the app followed no link to a next page, so none could lead it away"


def test_without_a_bite_there_is_nothing_to_see(tape: Tape) -> None:
    """Nobody was led anywhere."""
    led(tape, by="Overlap(rows=1)")

    assert PROBE.examine(tape.journal).observed == "no answer led to another origin"
