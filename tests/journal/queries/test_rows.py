"""Rows in the app's state: where they are, which values a record contains, and whether the app had to show them."""

from typing import Any

import pytest

from fiskil_harness.core.config.hooks import EFFECTS, STATE
from fiskil_harness.journal import Rows
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.journal.queries.rows import (
    MANY,
    NO_VISIBLE_EFFECT,
    PENDING,
    STILL_BUSY,
    Place,
    duplicated,
    effects_around,
    effects_before,
    holds_value,
    is_announced,
    labelled_rows,
    last_effects,
    latest_rows,
    places,
    row_lines,
    rows_read,
    shown,
    snapshots,
    state_before,
    syncs,
    why_not_required,
    why_still_busy,
)

ROW = {"id": "r1", "v": 1}
TABLE = {letter: {} for letter in "abcdefg"}


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ({"rows": [ROW]}, [Place("$.rows[*].id", ROW)]),
        ({"ids": ["r1", "r2"]}, [Place("$.ids[*]", ["r1", "r2"])]),
        ({"ids": [["r1"], ROW]}, [Place("$.ids[*].id", ROW), Place("$.ids[*][*]", ["r1"])]),
        ({"last": {"tags": ["r1"]}}, [Place("$.last.tags[*]", ["r1"])]),
        ({"r1": {"v": 1}}, [Place("$.*", {"v": 1})]),
        ({"rows": {"r1": "x", "r2": "y"}}, [Place("$.rows.*", "x")]),
        ({"acc1": ROW}, [Place("$.*.id", ROW)]),
        ({**TABLE, "h": ROW}, [Place("$.*.id", ROW)]),
        ({**TABLE, "h": [ROW]}, [Place("$.*[*].id", ROW)]),
        ({**dict(list(TABLE.items())[1:]), "h": ROW}, [Place("$.h.id", ROW)]),
        ({**TABLE, "h": ROW, "count": 9}, [Place("$.h.id", ROW)]),
        ("r1", [Place("$", "r1")]),
        (["r1"], [Place("$[*]", ["r1"])]),
        ({"text": "r1 and more", "other": 1, "none": None}, []),
    ],
)
def test_a_text_is_found_at_its_place(state: Any, expected: list[Place]) -> None:
    """Ids and list indexes in the path are replaced, and so are the keys of a table of at least eight objects."""
    assert len(TABLE) == MANY - 1
    assert places(state, ["r1", "unknown"]) == {"r1": expected, "unknown": []}


def test_only_the_given_texts_are_found() -> None:
    """Keys and values count at any depth."""
    assert shown({"a": [{"b": ["r1"]}], "r2": {"c": 1}}, ["r1", "r2", "r3", "1"]) == {"r1", "r2"}


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ({"rows": ["r1", "r2"]}, []),
        ({"rows": ["r1", "r1", "r2"]}, ["r1"]),
        ({"rows": ["r1"], "past": ["r1"]}, []),
        ({"rows": ["r1", "r2"], "past": ["r1", "r1"]}, []),
        ({"rows": ["r1"], "past": ["r1", "r1"]}, ["r1"]),
        ({"rows": ["r1", "r1", "r2"], "past": ["r1"]}, ["r1"]),
        ({"rows": ["r1", "r1", "r2", "r2"]}, ["r1", "r2"]),
    ],
)
def test_a_text_is_duplicated_in_one_list(state: Any, expected: list[str]) -> None:
    """If another list has each text exactly once, the repetition is on purpose."""
    found = places(state, ["r1", "r2"])

    assert duplicated({text: found[text] for text in ("r1", "r2")}) == expected


@pytest.mark.parametrize(
    ("record", "value"),
    [
        ({"a": [{"b": "Coffee  Shop"}]}, "COFFEE SHOP"),
        ({"a": -1250}, "12.50"),
        ({"a": 12.5}, "-12.50"),
        ({"a": 12.505}, "12.505"),
        ({"a": 0.1234}, "0.1234"),
        ({"a": "12.5"}, "12.50"),
        ({"a": "$1,234.50"}, "-1234.50"),
        ({"a": "AUD 12.50 debit"}, "12.50"),
        ({"a": "(12.50)"}, "12.50"),
        ({"a": "\u2212A$ 12.50 CR"}, "12.50"),
        ({"a": 12}, "12.00"),
        ({"a": 1200}, 12.0),
        ({"a": 12}, 12),
        ({"a": 1}, 100),
        ({"a": "POSTED"}, "posted"),
        ("POSTED", "posted"),
        ({"a": "1.2.3"}, "1.2.3"),
    ],
)
def test_a_record_contains_a_value_in_another_spelling(record: Any, value: Any) -> None:
    """Case, spaces, sign, unit, currency and JSON type do not matter."""
    assert holds_value(record, value)


@pytest.mark.parametrize(
    ("record", "value"),
    [
        ({"a": "coffee"}, "COFFEE SHOP"),
        ({"a": 1251}, "12.50"),
        ({"a": 12.51}, "12.50"),
        ({"a": "12"}, 12),
        ({"a": True}, 1),
        ({"a": 1}, True),
        ({"a": False}, 0),
        ({"a": None}, "none"),
        ({"a": "None"}, None),
        ({"a": "1.2.3"}, "1.2"),
        ({"a": "$12.51"}, "12.50"),
        ({"a": "12.50 KWH"}, "12.50"),
        ({"a": "1.0e999999999"}, "12.50"),
        ({"a": "12.50 each"}, "12.50"),
        ({"a": "$12,50.00"}, "1250.00"),
        ({"posted": "a"}, "posted"),
        ({}, ""),
    ],
)
def test_another_value_is_no_spelling(record: Any, value: Any) -> None:
    """Truth values and null are no numbers or texts, and names of fields are no values."""
    assert not holds_value(record, value)


def test_the_latest_rows_are_those_of_the_participant(tape: JournalBuilder) -> None:
    """Other datasets and participants are left out."""
    tape.rows("r1")
    tape.rows("r2")
    tape.rows("r3", dataset="balances")
    tape.rows("r4", participant="b")

    latest = latest_rows(tape.journal, "transactions")

    assert latest is not None
    assert latest.rows == ({"fiskil_id": "r2"},)
    assert latest_rows(tape.journal, "accounts") is None
    assert latest_rows(tape.journal, "transactions", "b") == syncs(tape.journal, "transactions", "b")[0]
    assert [rows.rows[0]["fiskil_id"] for rows in syncs(tape.journal, "transactions")] == ["r1", "r2"]
    assert [(dataset, row["fiskil_id"], name) for dataset, row, name in labelled_rows(tape.journal)] == [
        ("transactions", "r1", "transactions row 1"),
        ("transactions", "r2", "transactions row 1"),
        ("balances", "r3", "balances row 1"),
    ]


def test_rows_without_a_name_are_numbered() -> None:
    """A report lists them in order."""
    assert row_lines("lost", [{"key": "b"}, {"key": "a"}, {}]) == ("lost a", "lost b", "lost row 0")


def test_effects_are_selected_by_time_and_step(tape: JournalBuilder) -> None:
    """Effects at the moment itself, and those of other participants and steps, are left out."""
    tape.next_step()
    tape.effects("old", moment="before")
    second_s = tape.now_s
    tape.effects("new", moment="after")
    tape.effects("other", participant="b", moment="after")
    tape.next_step()
    tape.effects("next", moment="before")

    earlier = effects_before(tape.journal, second_s)
    around = effects_around(tape.journal, 0, "")

    assert earlier is not None
    assert earlier.state == state_before(tape.journal, second_s) == "old"
    assert [effects.state if effects else None for effects in around] == ["old", "new"]
    assert state_before(tape.journal, second_s + 0.01) == "new"
    assert state_before(tape.journal, 1.0) is None
    assert effects_before(tape.journal, 9.0, "c") is None
    assert effects_around(tape.journal, 1, "")[1] is None
    others = [effects_around(tape.journal, 0, "b")[1], last_effects(tape.journal, "b"), *snapshots(tape.journal, "b")]
    assert [effects.state for effects in others if effects] == ["other"] * 3
    assert [effects.state for effects in snapshots(tape.journal)] == ["old", "new", "next"]
    assert last_effects(tape.journal) == snapshots(tape.journal)[-1]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, (STILL_BUSY, "")),
        ({"waits_for": "e1"}, (f"{STILL_BUSY}: e1 was not processed", "")),
        ({"pending": None}, (NO_VISIBLE_EFFECT, PENDING)),
        ({"pending": None, "waits_for": "e1"}, (f"{NO_VISIBLE_EFFECT}: e1 was not processed", PENDING)),
    ],
)
def test_a_busy_app_has_a_reason(tape: JournalBuilder, fields: dict[str, Any], expected: tuple[str, str]) -> None:
    """An app that reports unfinished work needs no other hook."""
    tape.effects({}, is_idle=False, **fields)

    assert why_still_busy(effects_before(tape.journal, 9.0)) == expected
    assert why_still_busy(None) == (STILL_BUSY, EFFECTS)


SYNCED = "banking.transactions.sync.completed"


def synced(tape: JournalBuilder, **delivery: Any) -> Rows:
    """Record rows, and a delivery about them."""
    tape.rows("r1")
    [rows] = tape.journal.all(Rows)
    tape.event("e0", delivery.pop("claims", SYNCED))
    tape.deliver("e0", **delivery)
    tape.effects({})
    return rows


@pytest.mark.parametrize(
    ("delivery", "expected"),
    [
        ({}, True),
        ({"at_s": 1.0}, True),
        ({"at_s": 0.99}, False),
        ({"status": 503}, False),
        ({"kind": "forged"}, False),
        ({"claims": "banking.balances.sync.completed"}, False),
        ({"claims": "consent.received"}, False),
    ],
)
def test_an_acknowledged_event_announces_its_rows(tape: JournalBuilder, delivery: dict[str, Any], expected: bool) -> None:
    """It came at the time of the sync or later."""
    rows = synced(tape, **delivery)

    assert is_announced(tape.journal, rows) is expected


def test_the_event_of_another_participant_announces_nothing(tape: JournalBuilder) -> None:
    """Each end user has rows of their own."""
    tape.rows("r1")
    [rows] = tape.journal.all(Rows)
    tape.event("b.e0", SYNCED)
    tape.deliver("b.e0")

    assert not is_announced(tape.journal, rows)


@pytest.mark.parametrize(
    ("hook", "route", "expected"),
    [
        ({}, "banking.transactions", True),
        ({}, "", True),
        ({"status": 302}, "banking.transactions", True),
        ({"status": 302}, "banking.balances", False),
        ({"status": 500}, "banking.transactions", False),
        ({"took_s": 2.0}, "banking.transactions", True),
        ({"took_s": 2.01}, "banking.transactions", False),
        ({"participant": "b"}, "banking.transactions", False),
        ({"name": "start_session"}, "banking.transactions", False),
    ],
)
def test_a_later_refresh_announces_rows(tape: JournalBuilder, hook: dict[str, Any], route: str, expected: bool) -> None:
    """It began at the time of the sync or later, and a redirect counts after a read of the dataset."""
    tape.rows("r1")
    [rows] = tape.journal.all(Rows)
    if route:
        tape.call(route, at_s=2.5)
    tape.now_s = 3.0
    tape.hook(**{"name": "refresh", "took_s": 1.0, **hook})

    assert is_announced(tape.journal, rows) is expected


@pytest.mark.parametrize(
    ("forbidden", "expected"), [("banking.balances", True), ("banking.accounts", False), ("banking.transactions", False)]
)
def test_a_refresh_that_reads_only_what_is_shared_announces_rows(
    tape: JournalBuilder, forbidden: str, expected: bool
) -> None:
    """The app may report the refusal of other data as an error."""
    tape.consent("arr1", "transactions", "accounts")
    tape.rows("r1")
    [rows] = tape.journal.all(Rows)
    tape.call("banking.transactions")
    tape.call(forbidden, status=403)
    tape.hook("refresh", status=502, took_s=0.12)

    assert is_announced(tape.journal, rows) is expected


def test_rows_that_were_announced_must_be_shown(tape: JournalBuilder) -> None:
    """There is no reason against it."""
    rows = synced(tape)

    assert why_not_required(tape.journal, rows, "transactions") == ("", "")


def test_nothing_must_be_shown_of_no_rows(tape: JournalBuilder) -> None:
    """An empty list may be a result, however."""
    tape.rows()
    [rows] = tape.journal.all(Rows)
    tape.hook("refresh", took_s=0.0)
    tape.effects({})

    assert why_not_required(tape.journal, rows, "transactions") == ("the API served no transactions", "")
    assert why_not_required(tape.journal, None, "balances", may_be_empty=True) == ("the API served no balances", "")
    assert why_not_required(tape.journal, rows, "transactions", may_be_empty=True) == ("", "")


@pytest.mark.parametrize(
    ("hooks", "clause"),
    [
        ([], ""),
        ([{"status": 500}], ", because app.drive.refresh responded 500"),
        ([{"status": 500}, {"status": None}], ", because app.drive.refresh did not respond"),
        ([{"status": 500, "participant": "b"}], ""),
        ([{"status": 500, "took_s": 2.0}], ", because app.drive.refresh responded 500"),
        ([{"status": 500, "took_s": 2.01}], ""),
        ([{"status": 500, "name": "start_session"}], ""),
    ],
)
def test_rows_that_were_not_announced_need_not_be_shown(
    tape: JournalBuilder, hooks: list[dict[str, Any]], clause: str
) -> None:
    """The reason mentions the last refresh after the sync, which failed."""
    rows = synced(tape, status=503)
    tape.now_s = 3.0
    for hook in hooks:
        tape.hook(**{"name": "refresh", "took_s": 0.0, **hook})

    reason = f"the app was not notified of the latest sync of transactions{clause}"
    assert why_not_required(tape.journal, rows, "transactions") == (reason, "")


def test_the_state_of_the_participant_must_show_the_rows(tape: JournalBuilder) -> None:
    """The state of another end user shows nothing."""
    tape.rows("r1", participant="b")
    [rows] = tape.journal.all(Rows)
    tape.event("b.e0", SYNCED)
    tape.deliver("b.e0")
    tape.effects({})
    assert why_not_required(tape.journal, rows, "transactions")[1] == STATE

    tape.effects({}, participant="b")
    assert why_not_required(tape.journal, rows, "transactions") == ("", "")


def test_without_a_state_no_row_is_required(tape: JournalBuilder) -> None:
    """Only the state could show it."""
    tape.rows("r1")
    [rows] = tape.journal.all(Rows)
    reason = ("the effects hook does not report `state`", STATE)
    assert why_not_required(tape.journal, rows, "transactions") == reason

    tape.effects(None)
    assert why_not_required(tape.journal, rows, "transactions") == reason


def test_only_rows_that_the_queries_select_were_read(tape: JournalBuilder) -> None:
    """An app that read nothing may know every row from elsewhere; earlier reads and other end users do not count."""
    tape.rows(tape.transaction("a"), tape.transaction("b", account_id="acc2"))
    [rows] = tape.journal.all(Rows)
    early = tape.call("banking.transactions", query="account_id=acc2")
    tape.call("banking.transactions", query="account_id=acc2", participant="b")
    assert [row["key"] for row in rows_read(tape.journal, rows)] == ["b"]
    assert rows_read(tape.journal, rows, since_s=early.at_s + 0.01) == list(rows.rows)

    tape.call("banking.transactions", query="account_id=acc1")
    assert [row["key"] for row in rows_read(tape.journal, rows, since_s=early.at_s + 0.01)] == ["a"]
    assert [row["key"] for row in rows_read(tape.journal, rows, since_s=early.at_s)] == ["a", "b"]


def test_a_read_at_any_time_counts(tape: JournalBuilder) -> None:
    """The app may read before its first event."""
    tape.rows(tape.transaction("a"), tape.transaction("b", account_id="acc2"))
    [rows] = tape.journal.all(Rows)
    tape.call("banking.transactions", query="account_id=acc2", at_s=0.5)

    assert [row["key"] for row in rows_read(tape.journal, rows)] == ["b"]
