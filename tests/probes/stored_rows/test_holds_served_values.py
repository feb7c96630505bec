"""holds_served_values: numbers and dates under the API's names have the values that the API served."""

from typing import Any

import pytest

from fiskil_harness.core.config.hooks import STATE
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import Finding, HoldsServedValues, Verdict

PROBE = HoldsServedValues()
TOTALS = (14.203, 9.5, 0.094)


def read(number: int, total: float) -> dict[str, Any]:
    """A meter read of one day."""
    return {
        "key": f"read {number}",
        "fiskil_id": f"energy_usage_{number}",
        "read_start_date": f"2026-10-0{number}",
        "read_end_date": f"2026-10-0{number}",
        "unit_of_measure": "KWH",
        "interval_read": {"aggregate_value": total, "interval_reads": [total]},
    }


READS = [read(number, total) for number, total in enumerate(TOTALS, start=1)]


def finding_of(tape: JournalBuilder, state: Any, *, bites: tuple[str, ...] = (), is_idle: bool = True) -> Finding:
    """The app reads three meter reads and shows *state*."""
    tape.rows(*READS, dataset="usage")
    tape.call("energy.usage", bites=bites)
    tape.effects(state, is_idle=is_idle)
    return PROBE.examine(tape.journal)


def copies(name: str, *values: Any, **others: Any) -> list[dict[str, Any]]:
    """Return the reads as the state shows them, with the field *name* of each changed."""
    return [{**row, "interval_read": {}, **others, name: value} for row, value in zip(READS, values, strict=True)]


def test_copies_of_the_rows_pass(tape: JournalBuilder) -> None:
    """Each of three rows has two dates and a number."""
    finding = finding_of(tape, {"usage": READS})

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 9)
    assert finding.observed == "9 numbers and dates are those that the API served"


@pytest.mark.parametrize("name", ["read_start_date", "readStartDate"])
def test_days_that_moved_fail(tape: JournalBuilder, name: str) -> None:
    """A date that went through local time is a day early, in every row."""
    finding = finding_of(tape, copies(name, "2026-09-30", "2026-10-01", "2026-10-02", read_start_date=None))

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "the app shows values that the API never served: 3 of 3 read_start_date of usage"
    assert finding.evidence[0] == "read 1: read_start_date is 2026-09-30, and the API served 2026-10-01"


@pytest.mark.parametrize(
    ("shown", "verdict"),
    [
        ("2026-10-02T09:27:00Z", Verdict.PASS),
        ("2026-10-02T19:27:00+10:00", Verdict.PASS),
        ("2026-10-02T09:27:00", Verdict.PASS),
        ("2026-10-02T20:27:00", Verdict.PASS),
        ("2026-10-02T09:00:00Z", Verdict.PASS),
        ("2026-10-02T00:00:00Z", Verdict.PASS),
        ("2026-10-02T12:00:00Z", Verdict.PASS),
        ("2026-10-01T13:00:00Z", Verdict.PASS),
        ("2026-10-02T08:12:00Z", Verdict.PASS),
        ("2026-10-02", Verdict.PASS),
        ("2026-10-01T22:27:00Z", Verdict.FAIL),
        ("2026-10-02T20:27:00Z", Verdict.FAIL),
        ("2026-10-02T09:27:00+10:00", Verdict.FAIL),
        ("2026-10-02 18:57:00+00:00", Verdict.FAIL),
    ],
)
def test_a_moment_that_moved_by_hours_fails(tape: JournalBuilder, shown: str, verdict: Verdict) -> None:
    """The app read UTC as the time of its own zone. A time without a zone may be in any zone, and a day has no time."""
    row = {"fiskil_id": "bank_tx_1", "amount": "-5.25", "posting_date_time": "2026-10-02T09:27:00Z"}
    paid = {"execution_date_time": "2026-10-02T08:12:00Z"}
    tape.rows({"key": "row 1", **row, **paid}, dataset="transactions")
    tape.call("banking.transactions")
    tape.effects([{**row, "posting_date_time": shown}], is_idle=True)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is verdict
    if verdict is Verdict.FAIL:
        line = f"row 1: posting_date_time is {shown}, and the API served 2026-10-02T09:27:00Z"
        assert finding.evidence == (line,)


@pytest.mark.parametrize(
    "dates",
    [
        ("2026-10-01T00:00:00", "2026-10-02T00:00:00", "2026-10-03T00:00:00"),
        ("2026-09-30T14:00:00Z", "2026-10-01T14:00:00Z", "2026-10-02T14:00:00Z"),
        ("1 October", "2 October", "3 October"),
        (1790812800, 1790899200, 1790985600),
    ],
    ids=["time", "midnight in Sydney", "words", "seconds"],
)
def test_a_date_may_have_any_spelling(tape: JournalBuilder, dates: tuple[Any, ...]) -> None:
    """The same day is the same value; texts that are no dates are not judged."""
    assert finding_of(tape, copies("read_start_date", *dates)).verdict is Verdict.PASS


def test_a_period_may_end_before_the_next_day(tape: JournalBuilder) -> None:
    """An app may show the first day after a period as its end."""
    state = copies("read_end_date", "2026-10-02", "2026-10-03", "2026-10-04")

    assert finding_of(tape, state).verdict is Verdict.PASS


@pytest.mark.parametrize("values", [(14.2, 9.5, 0.09), (14, 10, 0), ("14.21", "9.5", "0.1")])
def test_lost_digits_fail(tape: JournalBuilder, values: tuple[Any, ...]) -> None:
    """Rounded totals add up to another bill."""
    finding = finding_of(tape, copies("aggregate_value", *values))

    assert finding.verdict is Verdict.FAIL
    assert "aggregate_value of usage" in finding.observed


@pytest.mark.parametrize(
    "values",
    [
        (14.203, 9.5, 0.094),
        ("14.203", "9.500", "0.0940"),
        (-14.203, -9.5, -0.094),
        (14203, 9500, 94),
        (14203.000000000002, 9500.0, 94.0),
        (14.203000068664551, 9.5, 0.0940000012516975),
    ],
    ids=["numbers", "texts", "signs", "watt hours", "float watt hours", "32 bits"],
)
def test_numbers_may_have_another_unit_sign_and_spelling(tape: JournalBuilder, values: tuple[Any, ...]) -> None:
    """The developer of an app chooses them for all rows."""
    finding = finding_of(tape, copies("aggregate_value", *values))

    assert (finding.verdict, finding.advice) == (Verdict.PASS, ())


def test_a_field_that_the_app_computes_is_advice(tape: JournalBuilder) -> None:
    """It has the API's name, and nothing in common with the API's values."""
    finding = finding_of(tape, copies("aggregate_value", 3, 1, 7))

    assert finding.verdict is Verdict.PASS
    assert finding.advice == ("aggregate_value of usage differs from the API's value in 3 of 3 rows",)


def test_half_of_the_rows_show_no_unit(tape: JournalBuilder) -> None:
    """One of two values happens to be a hundred times the API's, so the field may mean something else."""
    finding = finding_of(tape, copies("aggregate_value", 1420.3, 7, 0)[:2])

    assert finding.verdict is Verdict.PASS
    assert finding.advice == ("aggregate_value of usage differs from the API's value in 2 of 2 rows",)


def test_one_wrong_row_among_right_ones_fails(tape: JournalBuilder) -> None:
    """The value of another row is neither a unit nor a computation."""
    finding = finding_of(tape, copies("aggregate_value", 14.203, 9.5, 9.5))

    assert finding.evidence == ("read 3: aggregate_value is 9.5, and the API served 0.094",)


def test_zeros_do_not_hide_cents(tape: JournalBuilder) -> None:
    """Zero dollars are zero cents, so they do not show the unit."""
    rows = [tape.transaction(key, amount=amount) for key, amount in (("a", "0.00"), ("b", "0.00"), ("c", "-12.50"))]
    tape.rows(*rows)
    tape.call("banking.transactions")
    tape.effects([{**row, "amount": amount} for row, amount in zip(rows, (0, 0, 1250), strict=True)])

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(("amount", "verdict"), [("-12.34", Verdict.PASS), (12.35, Verdict.PASS), ("-12.3", Verdict.FAIL)])
def test_money_may_lose_fractions_of_a_cent(tape: JournalBuilder, amount: Any, verdict: Verdict) -> None:
    """No invoice contains them."""
    row = tape.transaction("a", amount="-12.345")
    tape.rows(row)
    tape.call("banking.transactions")
    tape.effects([{**row, "amount": amount}])

    assert PROBE.examine(tape.journal).verdict is verdict


def test_balances_fetched_from_the_institution_are_not_judged(tape: JournalBuilder) -> None:
    """They may be newer than those of the last sync. Source: data.fetch"""
    balance = {"key": "a", "fiskil_id": "balance_1", "current_balance": "10.55", "currency": "AUD"}
    tape.rows(balance, dataset="balances")
    tape.call("banking.balances", query="end_user_id=eu-alice&account_id=acc1&fetch=true")
    tape.effects([{**balance, "current_balance": "10.5"}])

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_values_of_an_earlier_version_pass(tape: JournalBuilder) -> None:
    """Another probe judges whether they are up to date."""
    tape.rows(*READS, dataset="usage")
    tape.rows(*(read(number, 5.125) for number in (1, 2, 3)), dataset="usage")
    tape.call("energy.usage")
    tape.effects(READS)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(
    "state",
    [
        [{"fiskil_id": row["fiskil_id"], "arrangement_id": "c1", "read_start_date": "2026-09-30"} for row in READS],
        [{**row, "read_start_date": "2026-09-30", "sums": {"read_start_date": "2026-10-01"}} for row in READS],
        [{"rows": READS, "charts": [{**row, "read_start_date": "2026-09-30"} for row in READS]}],
    ],
    ids=["no copy of the row", "a name twice in a record", "right in another record"],
)
def test_records_that_may_mean_something_else_are_not_judged(tape: JournalBuilder, state: Any) -> None:
    """The app may have a reason for a value that is not the row's own."""
    assert finding_of(tape, state).verdict is Verdict.PASS


@pytest.mark.parametrize(("offset", "verdict"), [("Z", Verdict.PASS), ("+10:00", Verdict.FAIL)])
def test_times_under_a_name_of_the_app_are_compared(tape: JournalBuilder, offset: str, verdict: Verdict) -> None:
    """The app reads a time in UTC as the time in Brisbane."""
    rows = [{**row, "updated_at": f"2026-10-0{number}T09:27:00Z"} for number, row in enumerate(READS, start=1)]
    tape.rows(*rows, dataset="usage")
    tape.call("energy.usage")
    tape.effects([{"id": row["fiskil_id"], "readAt": row["updated_at"].replace("Z", offset)} for row in rows])

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is verdict
    assert ("3 of 3 readAt of usage" in finding.observed) == (verdict is Verdict.FAIL)


def test_a_state_without_names_of_the_api_passes(tape: JournalBuilder) -> None:
    """An app chooses its own names."""
    finding = finding_of(tape, [{"id": row["fiskil_id"], "day": "2026-09-30"} for row in READS])

    assert finding.verdict is Verdict.PASS
    assert finding.observed == "the app's state shows no number under the API's name, and no date of a row"


def test_a_state_without_ids_is_not_judged(tape: JournalBuilder) -> None:
    """Rows cannot be matched."""
    assert finding_of(tape, {"count": 3}).hook == STATE


def test_an_app_that_reads_nothing_is_not_judged(tape: JournalBuilder) -> None:
    """A receiver may store the messages only."""
    tape.rows(*READS, dataset="usage")
    tape.effects({"count": 3})

    assert PROBE.examine(tape.journal).hook == STATE


@pytest.mark.parametrize("fields", [{"bites": ("MoneyForm()",)}, {"is_idle": False}])
def test_disturbed_reads_and_busy_apps_are_not_judged(tape: JournalBuilder, fields: dict[str, Any]) -> None:
    """A fault may have served the value, and a busy app may still write the right one."""
    assert finding_of(tape, copies("aggregate_value", 14, 9, 0), **fields).verdict is Verdict.INCONCLUSIVE


def transactions(tape: JournalBuilder, *amounts: str, name: str = "amount") -> list[dict[str, Any]]:
    """Return one transaction for each of *amounts*."""
    return [{**tape.transaction(f"r{number}"), name: amount} for number, amount in enumerate(amounts)]


def judged(tape: JournalBuilder, rows: list[dict[str, Any]], shown: list[dict[str, Any]]) -> Finding:
    """The app reads the transactions *rows* and shows *shown*."""
    tape.rows(*rows)
    tape.call("banking.transactions")
    tape.effects(shown)
    return PROBE.examine(tape.journal)


@pytest.mark.parametrize(
    ("served", "shown"),
    [
        (("12.495",), ("12.50",)),
        (("12.495",), (12.5,)),
        (("0.01", "0.00"), (1, 0)),
        (("19.99", "4.35", "12.495"), (1999, 435, 1250)),
    ],
    ids=["fraction of a cent", "number", "one cent", "cents"],
)
def test_money_may_be_in_cents(tape: JournalBuilder, served: tuple[str, ...], shown: tuple[Any, ...]) -> None:
    """Fractions of a cent may be rounded, in whatever spelling."""
    rows = transactions(tape, *served)

    finding = judged(tape, rows, [{**row, "amount": value} for row, value in zip(rows, shown, strict=True)])

    assert (finding.verdict, finding.advice) == (Verdict.PASS, ())


def test_cents_that_lost_one_fail(tape: JournalBuilder) -> None:
    """The product of a float and 100 was cut off."""
    amounts = ("19.99", "4.35", "1.15", "8.29", "10.00", "12.50", "3.30", "7.77", "2.50", "60.10")
    rows = transactions(tape, *amounts)

    finding = judged(tape, rows, [{**row, "amount": int(float(row["amount"]) * 100)} for row in rows])

    assert finding.verdict is Verdict.FAIL
    assert finding.observed.endswith(" of 10 amount of transactions")
    assert 0 < len(finding.evidence) < 5


def test_a_rate_keeps_every_digit(tape: JournalBuilder) -> None:
    """Four hundredths is another rate than 4.35 percent; as a number of percent it may have any unit."""
    rows = transactions(tape, "0.0435", "0.0410", name="deposit_rate")

    assert judged(tape, rows, [{**row, "deposit_rate": 0.04} for row in rows]).verdict is Verdict.FAIL
    in_percent = [{**row, "deposit_rate": float(row["deposit_rate"]) * 100} for row in rows]
    assert judged(JournalBuilder(), rows, in_percent).verdict is Verdict.PASS


def test_a_record_with_nothing_but_cut_off_numbers_fails(tape: JournalBuilder) -> None:
    """Two balances without their cents are a copy of the row, although nothing else in the record shows that."""
    row = {"key": "a", "fiskil_id": "balance_1", "current_balance": "120.55", "available_balance": "80.10"}
    tape.rows(row, dataset="balances")
    tape.call("banking.balances")
    tape.effects([{"fiskil_id": "balance_1", "current_balance": 120, "available_balance": 80}])

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


@pytest.mark.parametrize("shown", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00+10:00", "1789032240000", "20261001"])
def test_a_text_without_a_plain_day_is_not_compared(tape: JournalBuilder, shown: str) -> None:
    """It may mean "never", or be the number of milliseconds since 1970 as text."""
    rows = transactions(tape, "1.00", "2.00")

    finding = judged(tape, rows, [rows[0], {**rows[1], "posting_date_time": shown}])

    assert finding.verdict is Verdict.PASS


def test_a_number_of_any_size_is_read(tape: JournalBuilder) -> None:
    """A number with a million digits is no copy of a served one."""
    rows = transactions(tape, "0.10", "0.30")

    assert judged(tape, rows, [{**rows[0], "amount": "1e999999"}, rows[1]]).verdict is Verdict.PASS


def finding_of_text(tape: JournalBuilder, shown: dict[str, str], *, bites: tuple[str, ...] = ()) -> Finding:
    """The API serves the description "CAFÉ", and the state shows *shown* in the row."""
    (row,) = transactions(tape, "1.00")
    tape.rows({**row, "description": "CAFÉ"})
    tape.call("banking.transactions", bites=bites)
    tape.effects([{**row, **shown}])
    return PROBE.examine(tape.journal)


@pytest.mark.parametrize("name", ["description", "title"])
def test_text_in_a_wrong_encoding_fails(tape: JournalBuilder, name: str) -> None:
    """The app may use another name for the field."""
    finding = finding_of_text(tape, {name: "Caf\u00c3\u2030"})

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "the app shows texts in a wrong encoding"
    assert finding.evidence == ("r0: description was decoded wrongly; the API served CAFÉ",)


@pytest.mark.parametrize(
    ("shown", "observed"),
    [
        ("Café", "; 1 of 1 texts beyond ASCII have every letter"),
        ("Cafe", "; it shows none of 1 texts beyond ASCII as they were served, so their decoding is not judged"),
    ],
)
def test_a_pass_states_how_many_texts_have_every_letter(tape: JournalBuilder, shown: str, observed: str) -> None:
    """An app that shows no such text passes by its numbers and dates only."""
    finding = finding_of_text(tape, {"description": shown})

    assert finding.verdict is Verdict.PASS
    assert finding.observed == f"2 numbers and dates are those that the API served{observed}"


def test_text_after_a_fault_is_not_judged(tape: JournalBuilder) -> None:
    """The fault may have changed the letters on their way."""
    finding = finding_of_text(tape, {"description": "CAF?"}, bites=("Latin1",))

    assert finding.verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("shown", "is_idle", "verdict"),
    [
        (("one", "two"), True, Verdict.PASS),
        (("two", "one"), True, Verdict.FAIL),
        (("two", "one"), False, Verdict.INCONCLUSIVE),
    ],
)
def test_rows_under_another_account_fail(
    tape: JournalBuilder, shown: tuple[str, str], is_idle: bool, verdict: Verdict
) -> None:
    """The state has the rows of each account inside the account; a busy app is not judged."""
    rows = [tape.transaction(key, account_id=account) for key, account in (("a", "one"), ("b", "two"))]
    names = {"one": "Everyday", "two": "Saver"}
    accounts = [{"fiskil_id": f"bank_{account}", "account_id": account, "nickname": names[account]} for account in names]
    tape.rows(*accounts, dataset="accounts")
    tape.rows(*rows)
    tape.call("banking.accounts")
    tape.call("banking.transactions")
    entries = [{"ref": row["fiskil_id"]} for row in rows]
    pots = [
        {"account": account, "title": names[account], "entries": [entry]}
        for account, entry in zip(shown, entries, strict=True)
    ]
    tape.effects({"pots": pots}, is_idle=is_idle)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is verdict
    if verdict is Verdict.FAIL:
        assert finding.observed == "the app shows rows under an account that is not theirs"
        assert finding.evidence == ("transactions a: another account", "transactions b: another account")


def test_a_missing_value_shown_as_text_fails(tape: JournalBuilder) -> None:
    """Only the last two reads have a register; the first one shows the word for a missing value."""
    reads = [READS[0], *({**row, "register_id": f"E{number}x"} for number, row in enumerate(READS[1:], start=1))]
    tape.rows(*reads, dataset="usage")
    tape.call("energy.usage")
    tape.effects([{**row, "register_id": row.get("register_id", "undefined")} for row in reads])

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.FAIL, "the app shows missing values as text")
    assert finding.evidence == ('read 1: register_id is shown as "undefined", and the API served no register_id',)
