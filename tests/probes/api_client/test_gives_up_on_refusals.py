"""gives_up_on_refusals: what is refused whatever the token is given up, and come back to; a few tries are nobody's loop."""

import pytest

from fiskil_harness.probes import GivesUpOnRefusals, Verdict
from tests.probes.tape import Tape

PROBE = GivesUpOnRefusals()
FRESH_REFUSED = ("Unauthorised()",)
SCOPE_LACKING = ("Forbidden()",)


def refused(tape: Tape, times: int, *, status: int = 401, bites: tuple[str, ...] = FRESH_REFUSED) -> None:
    """The app asks so often for transactions, with a new token each time, and is asked for nothing else meanwhile."""
    tape.hook("refresh", status=502, took_s=tape.now_s)
    for number in range(times):
        tape.call("banking.transactions", status=status, bearer=f"t{number}", bites=bites)
        tape.call("token")


def test_giving_up_and_coming_back_passes(tape: Tape) -> None:
    """One renewal, an error, and work again when nothing is refused."""
    tape.call("banking.transactions", status=401, bites=FRESH_REFUSED)
    tape.call("token")
    tape.call("banking.transactions", status=401, bearer="t2", bites=FRESH_REFUSED)
    tape.hook("refresh", status=503)
    tape.call("banking.transactions", bearer="t2")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)
    assert finding.observed == "what was refused was given up, and read again once that was over"


@pytest.mark.parametrize(("status", "bites"), [(401, FRESH_REFUSED), (403, SCOPE_LACKING)])
def test_asking_on_and_on_fails(tape: Tape, status: int, bites: tuple[str, ...]) -> None:
    """The twenty-first equal call for one thing to do is a loop, whatever comes afterwards."""
    refused(tape, 21, status=status, bites=bites)
    tape.call("banking.transactions")

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert (
        finding.observed == "banking.transactions was asked more than 20 times for each thing to do, and refused each time"
    )
    assert finding.evidence == (f"GET banking.transactions: {status}",)


def test_twenty_calls_are_let_pass(tape: Tape) -> None:
    """A message may be tried again later, eight times and twice each."""
    refused(tape, 20)
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_many_things_to_do_allow_for_many_calls(tape: Tape) -> None:
    """Each message that came meanwhile may be worked on in vain."""
    for _ in range(10):
        tape.told("banking.transactions.sync.completed")
        for _ in range(4):
            tape.call("banking.transactions", status=401, bites=FRESH_REFUSED)
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_calls_for_many_accounts_are_many_questions(tape: Tape) -> None:
    """Thirty accounts, each asked for once, are no loop."""
    for number in range(30):
        tape.call("banking.transactions", status=403, bites=SCOPE_LACKING, query=f"account_id=a{number}")
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_taking_tokens_on_and_on_fails(tape: Tape) -> None:
    """Tokens that are taken and not even tried are a loop too."""
    tape.call("banking.transactions", status=401, bites=FRESH_REFUSED)
    for _ in range(21):
        tape.call("token")
    tape.call("banking.transactions", status=401, bites=FRESH_REFUSED)
    tape.call("banking.transactions")

    finding = PROBE.examine(tape.journal)

    seen = "more than 20 tokens were taken for each thing to do, while calls were refused whatever the token"
    assert (finding.verdict, finding.observed) == (Verdict.FAIL, seen)


def test_a_token_for_each_call_passes(tape: Tape) -> None:
    """While one dataset is refused, an app that takes a token for each call takes as many as go well elsewhere."""
    tape.call("banking.balances", status=403, bites=SCOPE_LACKING)
    for number in range(30):
        tape.call("token")
        tape.call("banking.transactions", bearer=f"t{number}")
    tape.call("banking.balances", status=403, bites=SCOPE_LACKING)
    tape.call("banking.balances")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_not_coming_back_after_a_restart_fails(tape: Tape) -> None:
    """Nothing is refused any more, the app began anew, and fails all the same."""
    tape.call("banking.transactions", status=403, bites=SCOPE_LACKING)
    tape.hook("refresh", status=502)
    tape.restart()
    tape.wait(1)
    tape.hook("refresh", status=502)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed.startswith("the app does not come back to what was refused")


def test_leaving_the_api_alone_for_a_while_is_no_crime(tape: Tape) -> None:
    """An app that was not started again may wait for longer than a scenario lasts."""
    tape.call("banking.transactions", status=401, bites=FRESH_REFUSED)
    tape.hook("refresh", status=502)
    tape.wait(1)
    tape.hook("refresh", status=502)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_coming_back_elsewhere_only_is_not_seen_as_coming_back(tape: Tape) -> None:
    """What was refused itself has to be read again."""
    tape.call("banking.balances", status=403, bites=SCOPE_LACKING)
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def lacked_scope(tape: Tape, *, shown: dict[str, str], shown_at_the_end: dict[str, str], is_quiescent: bool = True) -> None:
    """Balances were refused for a while; what the state showed before and shows at the end."""
    tape.rows({"fiskil_id": "own"})
    tape.effects(shown, moment="settled")
    tape.call("banking.balances", status=403, bites=SCOPE_LACKING)
    tape.hook("refresh", status=502)
    tape.call("banking.balances")
    tape.effects(shown_at_the_end, is_idle=is_quiescent)


def test_dropping_everything_for_good_fails(tape: Tape) -> None:
    """A lack of scope is no end of a consent, and the rows are served as before."""
    lacked_scope(tape, shown={"row": "own"}, shown_at_the_end={})

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "the transactions that the app showed before the refusals are gone for good"
    assert finding.evidence == ("shows no transactions any more",)


def test_showing_everything_again_passes(tape: Tape) -> None:
    """Whether it was hidden meanwhile is the app's own business."""
    lacked_scope(tape, shown={"row": "own"}, shown_at_the_end={"row": "own"})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_what_never_showed_cannot_be_gone(tape: Tape) -> None:
    """A state may show other things than rows."""
    lacked_scope(tape, shown={}, shown_at_the_end={})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_what_was_shared_under_a_consent_that_ended_may_be_gone(tape: Tape) -> None:
    """It has to be."""
    tape.told("consent.revoked")
    lacked_scope(tape, shown={"row": "own"}, shown_at_the_end={})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_what_is_read_again_just_now_is_not_gone(tape: Tape) -> None:
    """The app was at work when it was asked."""
    lacked_scope(tape, shown={"row": "own"}, shown_at_the_end={}, is_idle=False)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_without_refusals_there_is_nothing_to_see(tape: Tape) -> None:
    """A dead token is another question."""
    tape.call("banking.transactions", status=401)
    tape.call("token")
    tape.call("banking.transactions", bearer="t2")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE
