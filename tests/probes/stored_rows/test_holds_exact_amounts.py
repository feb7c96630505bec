"""holds_exact_amounts: wherever an amount is shown, it is one that was served, with every digit."""

from collections.abc import Callable
from typing import Any

import pytest

from fiskil_harness.probes import HoldsExactAmounts, Verdict
from tests.probes.tape import Tape

PROBE = HoldsExactAmounts()
LARGE = "-90071992547409.93"


def synced(tape: Tape, odd: str = LARGE) -> list[dict[str, Any]]:
    """Three ordinary rows and one that is not."""
    plain = [tape.transaction(key, amount=amount) for key, amount in (("a", "-1.50"), ("b", "-2.75"), ("c", "1180.00"))]
    rows = [*plain, tape.transaction("odd", amount=odd)]
    tape.rows(*rows)
    tape.told("banking.transactions.sync.completed")
    tape.call("banking.transactions")
    return rows


def shown(rows: list[dict[str, Any]], odd: Any, *, shape: Callable[[str], Any] = str) -> list[dict[str, Any]]:
    """The rows as a state shows them: the last one with *odd* for its amount."""
    kept = [{"id": row["fiskil_id"], "amount": shape(row["amount"])} for row in rows[:-1]]
    return [*kept, {"id": rows[-1]["fiskil_id"], "amount": odd}]


def cents(text: str) -> int:
    """Whole cents."""
    return int(text.replace(".", ""))


@pytest.mark.parametrize("odd", [LARGE, LARGE.lstrip("-"), "-9.007199254740993E+13"])
def test_every_digit_passes(tape: Tape, odd: str) -> None:
    """With or without its sign, and however it is spelt."""
    tape.effects({"rows": shown(synced(tape), odd)})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.PASS, "1 unusual amounts are shown exactly")


def test_whole_cents_pass(tape: Tape) -> None:
    """An integer of any size is exact."""
    tape.effects({"rows": shown(synced(tape), cents(LARGE), shape=cents)})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("odd", ["-90071992547409.94", "-90071992547409.9", -9007199254740994, "NaN"])
def test_another_amount_fails(tape: Tape, odd: Any) -> None:
    """A float has rounded it, or somebody else."""
    tape.effects({"rows": shown(synced(tape), odd)})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("odd: not exact",))
    assert finding.observed == "amounts of transactions are shown that the API never served"


def test_numbers_with_a_point_are_compared_as_doubles(tape: Tape) -> None:
    """The text that was written is not known any more, so nobody is accused by it."""
    tape.effects({"rows": shown(synced(tape), float(LARGE), shape=float)})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("odd", ["-12.345678", "-12.34", "-12.35", "-12.3457"])
def test_more_places_than_cents_may_be_rounded(tape: Tape, odd: str) -> None:
    """To two places or more, in either direction."""
    tape.effects({"rows": shown(synced(tape, "-12.345678"), odd)})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("odd", ["-12.3", "-12.36", "-12"])
def test_less_than_cents_fails(tape: Tape, odd: str) -> None:
    """That is another amount."""
    tape.effects({"rows": shown(synced(tape, "-12.345678"), odd)})

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


@pytest.mark.parametrize("odd", ["-0.00", "0.00", "0", 0])
def test_minus_nothing_is_nothing(tape: Tape, odd: Any) -> None:
    """Zero has no sign to lose."""
    tape.effects({"rows": shown(synced(tape, "-0.00"), odd)})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_the_amount_before_may_stay(tape: Tape) -> None:
    """Whether an app must take the new one is another probe's question."""
    rows = synced(tape, "-3.25")
    tape.effects({"rows": shown(rows, "-3.25")})
    tape.rows(*rows[:-1], {**rows[-1], "amount": LARGE})
    tape.effects({"rows": shown(rows, "-3.25")})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.INCONCLUSIVE, "none of the unusual amounts is shown")


def written(tape: Tape, body: bytes, bite: str) -> None:
    """A page whose amounts a fault has spoilt."""
    tape.call("banking.transactions", bites=(bite,), response_body=body)


def test_what_a_spoilt_page_wrote_was_served_too(tape: Tape) -> None:
    """Of two amounts under one name an app takes either."""
    rows = synced(tape, "-3.25")
    written(
        tape, b'{"transactions":[{"fiskil_id":"bank_tx_odd","amount":"0.00","amount":"-3.25"}]}', "DuplicateKeys(truth=last)"
    )
    tape.effects({"rows": shown(rows, "0.00")})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_what_nobody_wrote_was_not(tape: Tape) -> None:
    """NaN is no amount, and a third one came from nowhere."""
    rows = synced(tape, "-3.25")
    written(tape, b'{"transactions":[{"fiskil_id":"bank_tx_odd","amount":NaN}]}', "NotANumber(token=NaN)")
    tape.effects({"rows": shown(rows, "NaN")})

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_page_that_was_not_kept_accuses_nobody(tape: Tape) -> None:
    """It may have said anything."""
    rows = synced(tape)
    written(tape, b'{"transac\n[... 99999 bytes, sha256 00]', "MoneyForm(form=number)")
    tape.effects({"rows": shown(rows, "-1.00")})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_other_words_beside_the_amount_are_left_alone(tape: Tape) -> None:
    """A formatted amount, or none, is no number to compare."""
    tape.effects({"rows": shown(synced(tape), "$90,071,992,547,409.94")})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_without_amounts_in_the_state_nothing_can_be_said(tape: Tape) -> None:
    """The effects hook would have to show them."""
    rows = synced(tape)
    tape.effects({"ids": [row["fiskil_id"] for row in rows]})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.effects")


def test_ordinary_amounts_are_nothing_to_see(tape: Tape) -> None:
    """Every type can hold them."""
    tape.effects({"rows": shown(synced(tape, "-3.25"), "-3.25")})

    assert PROBE.examine(tape.journal).observed == "no amount of transactions was unusual"
