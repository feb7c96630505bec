"""asks_for_little: nothing is asked for or read that the team does not say it uses."""

import msgspec

from fiskil_harness.journal import Declared
from fiskil_harness.probes import AsksForLittle, Verdict
from tests.probes.tape import Tape

PROBE = AsksForLittle()


def says(tape: Tape, *datasets: str) -> None:
    """The config states what the app uses."""
    tape.journal.write(Declared(datasets=datasets))


def test_reading_what_is_declared_passes(tape: Tape) -> None:
    """Public data needs no consent, so nobody counts it."""
    says(tape, "accounts", "transactions")
    tape.call("banking.accounts")
    tape.call("banking.transactions")
    tape.call("banking.products")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_reading_more_fails(tape: Tape) -> None:
    """Under the name of the permission."""
    says(tape, "accounts")
    tape.call("banking.accounts")
    tape.call("banking.payees")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("read payees",))


def test_asking_for_more_fails(tape: Tape) -> None:
    """Though it is never read."""
    says(tape, "accounts")
    body = msgspec.json.encode({"end_user_id": "eu", "permissions": ["accounts", "identity"]})
    tape.call("auth_session", request_body=body)
    tape.call("banking.accounts")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("asked for identity",))


def test_what_is_declared_and_never_read_proves_nothing(tape: Tape) -> None:
    """It may be read when somebody presses a button that nobody pressed."""
    says(tape, "accounts", "payees")
    tape.call("banking.accounts")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_who_does_not_say_is_asked(tape: Tape) -> None:
    """Without the fact there is nothing to compare with."""
    tape.call("banking.accounts")

    assert PROBE.examine(tape.journal).hook == "app.facts.datasets"


def test_a_read_in_vain_is_no_read(tape: Tape) -> None:
    """A refused read takes nothing."""
    says(tape, "accounts")
    tape.call("banking.payees", status=403)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE
