"""holds_exact_amounts: each amount in the state is one that the API served, with every digit."""

from collections.abc import Callable
from typing import Any

import pytest

from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import HoldsExactAmounts, Verdict

PROBE = HoldsExactAmounts()
LARGE = "-90071992547409.93"


ORDINARY = (("a", "-1.50"), ("b", "-2.75"), ("c", "1180.00"))
MORE = (*ORDINARY, ("d", "-4.20"), ("e", "-5.13"))


def sync(
    tape: JournalBuilder, unusual: str = LARGE, *, ordinary: tuple[tuple[str, str], ...] = ORDINARY
) -> list[dict[str, Any]]:
    """A sync contains ordinary rows and one with an unusual amount."""
    plain = [tape.transaction(key, amount=amount) for key, amount in ordinary]
    rows = [*plain, tape.transaction("unusual", amount=unusual)]
    tape.rows(*rows)
    tape.deliver_event("banking.transactions.sync.completed")
    tape.call("banking.transactions")
    return rows


def state_with(rows: list[dict[str, Any]], last: Any, *, shape: Callable[[str], Any] = str) -> list[dict[str, Any]]:
    """The rows as a state shows them, the last one with the amount *last*."""
    others = [{"id": row["fiskil_id"], "amount": shape(row["amount"])} for row in rows[:-1]]
    return [*others, {"id": rows[-1]["fiskil_id"], "amount": last}]


def cents(text: str) -> int:
    """Return the amount in whole cents."""
    return int(text.replace(".", ""))


@pytest.mark.parametrize("amount", [LARGE, LARGE.lstrip("-"), "-9.007199254740993E+13"])
def test_an_exact_amount_passes(tape: JournalBuilder, amount: str) -> None:
    """The sign and the notation do not matter."""
    tape.effects({"rows": state_with(sync(tape), amount)})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.PASS, "1 unusual amounts are shown exactly")


def test_whole_cents_pass(tape: JournalBuilder) -> None:
    """An integer of any size is exact."""
    tape.effects({"rows": state_with(sync(tape), cents(LARGE), shape=cents)})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("amount", ["-90071992547409.94", "-90071992547409.9", -9007199254740994, "NaN"])
def test_another_amount_fails(tape: JournalBuilder, amount: Any) -> None:
    """A float may have rounded it."""
    tape.effects({"rows": state_with(sync(tape), amount)})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("unusual: not exact",))
    assert finding.observed == "the app shows amounts of transactions that the API never served"


def test_numbers_with_a_point_are_compared_as_doubles(tape: JournalBuilder) -> None:
    """The original text of a JSON number is unknown, so it does not count against the app."""
    tape.effects({"rows": state_with(sync(tape), float(LARGE), shape=float)})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("amount", ["-12.345678", "-12.34", "-12.35", "-12.3457"])
def test_more_places_than_cents_may_be_rounded(tape: JournalBuilder, amount: str) -> None:
    """Rounding to two places or more, up or down, passes."""
    tape.effects({"rows": state_with(sync(tape, "-12.345678"), amount)})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("amount", ["-12.3", "-12.36", "-12"])
def test_fewer_places_than_cents_fail(tape: JournalBuilder, amount: str) -> None:
    """It is another amount."""
    tape.effects({"rows": state_with(sync(tape, "-12.345678"), amount)})

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


@pytest.mark.parametrize("amount", ["-0.00", "0.00", "0", 0])
def test_negative_zero_is_zero(tape: JournalBuilder, amount: Any) -> None:
    """Zero needs no sign."""
    tape.effects({"rows": state_with(sync(tape, "-0.00"), amount)})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_the_previous_amount_may_stay(tape: JournalBuilder) -> None:
    """Another probe checks if the app must accept the new one."""
    rows = sync(tape, "-3.25")
    tape.effects({"rows": state_with(rows, "-3.25")})
    tape.rows(*rows[:-1], {**rows[-1], "amount": LARGE})
    tape.effects({"rows": state_with(rows, "-3.25")})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.INCONCLUSIVE, "none of the unusual amounts is shown")


def serve_page(tape: JournalBuilder, body: bytes, bite: str) -> None:
    """The API serves a page whose amounts a fault has changed."""
    tape.call("banking.transactions", bites=(bite,), response_body=body)


def test_amounts_of_a_changed_page_count_as_served(tape: JournalBuilder) -> None:
    """If a row has two amounts under one name, the app may use either."""
    rows = sync(tape, "-3.25")
    serve_page(
        tape,
        b'{"transactions":[{"fiskil_id":"bank_tx_unusual","amount":"0.00","amount":"-3.25"}]}',
        "DuplicateKeys(truth=last)",
    )
    tape.effects({"rows": state_with(rows, "0.00")})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_an_amount_that_was_never_served_fails(tape: JournalBuilder) -> None:
    """NaN is no amount."""
    rows = sync(tape, "-3.25")
    serve_page(tape, b'{"transactions":[{"fiskil_id":"bank_tx_unusual","amount":NaN}]}', "NotANumber(token=NaN)")
    tape.effects({"rows": state_with(rows, "NaN")})

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_truncated_page_is_inconclusive(tape: JournalBuilder) -> None:
    """It may have contained any amount."""
    rows = sync(tape)
    serve_page(tape, b'{"transac\n[... 99999 bytes, sha256 00]', "MoneyForm(form=number)")
    tape.effects({"rows": state_with(rows, "-1.00")})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("amount", "verdict"),
    [
        ("$90,071,992,547,409.93", Verdict.PASS),
        ("$90,071,992,547,409.94", Verdict.FAIL),
        ("90071992547409.94 each", Verdict.INCONCLUSIVE),
    ],
)
def test_an_amount_may_have_a_currency_and_commas(tape: JournalBuilder, amount: str, verdict: Verdict) -> None:
    """Another text is no number to compare."""
    tape.effects({"rows": state_with(sync(tape), amount, shape=lambda text: f"AUD {text.lstrip('-')} debit")})

    assert PROBE.examine(tape.journal).verdict is verdict


@pytest.mark.parametrize(("cent", "verdict"), [(0, Verdict.PASS), (1, Verdict.FAIL), (40, Verdict.PASS)])
def test_an_ordinary_amount_that_lost_a_cent_fails(tape: JournalBuilder, cent: int, verdict: Verdict) -> None:
    """The others show where the amounts are. A value that is far off may be another one, such as the app's own share."""
    rows = sync(tape, ordinary=MORE)
    state = state_with(rows, cents(LARGE), shape=cents)
    state[0]["amount"] += cent
    tape.effects({"rows": state})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (verdict, ("a: not exact",) if cent == 1 else ())


@pytest.mark.parametrize(("nanos", "verdict"), [(-930000000, Verdict.PASS), (-940000000, Verdict.FAIL)])
def test_an_amount_may_be_an_object_with_units_and_billionths(tape: JournalBuilder, nanos: int, verdict: Verdict) -> None:
    """Google's type ``Money`` has this form."""
    rows = sync(tape)
    for row, last in zip(rows, ((-1, -500000000), (-2, -750000000), (1180, 0), (-90071992547409, nanos)), strict=True):
        row["money"] = {"currency": "AUD", "units": str(last[0]), "nanos": last[1]}
    tape.effects([{"id": row["fiskil_id"], "money": row["money"]} for row in rows])

    assert PROBE.examine(tape.journal).verdict is verdict


@pytest.mark.parametrize(
    "money", [{"units": True}, {"units": None}, {"units": "NaN"}, {"units": 1, "nanos": "x"}, {"nanos": 5}]
)
def test_another_object_is_no_amount(tape: JournalBuilder, money: dict[str, Any]) -> None:
    """The result names the notation."""
    tape.effects([{"id": row["fiskil_id"], "money": money} for row in sync(tape)])

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.observed == "the app's state shows transactions, but no amounts that the harness can read"


def test_dollars_beside_cents_are_no_amount(tape: JournalBuilder) -> None:
    """Few amounts have no cents, so the field is not taken for the amount."""
    rows = sync(tape, ordinary=(("a", "-15.00"), ("b", "-20.00"), ("c", "-7.45")))
    tape.effects([{"id": row["fiskil_id"], "dollars": int(row["amount"].split(".")[0]), "cents": 93} for row in rows])

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_without_amounts_in_the_state_the_result_is_inconclusive(tape: JournalBuilder) -> None:
    """The finding names the effects hook, which reports no rows."""
    sync(tape)
    tape.effects({"total": "-1.50"})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.effects: state")


def test_with_ordinary_amounts_only_the_result_is_inconclusive(tape: JournalBuilder) -> None:
    """Every number type can represent them."""
    tape.effects({"rows": state_with(sync(tape, "-3.25"), "-3.25")})

    assert PROBE.examine(tape.journal).observed == "no amount of transactions was unusual"
