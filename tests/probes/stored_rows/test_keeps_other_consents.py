"""keeps_other_consents: the end of one consent removes no row of another."""

from typing import Any

import pytest

from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import KeepsOtherConsents, Verdict

PROBE = KeepsOtherConsents()
FIRST, SECOND = (JournalBuilder.transaction(key, arrangement_id=consent) for key, consent in (("a", "arr1"), ("b", "arr2")))


def end_second(tape: JournalBuilder, *, outcome: str = "ack") -> None:
    """Two consents have one row each, and the second consent is revoked."""
    tape.consent("arr1")
    tape.consent("arr2")
    tape.rows(FIRST, SECOND)
    tape.effects([FIRST, SECOND], moment="before")
    tape.consent("arr2", is_active=False)
    tape.deliver_event("consent.revoked", consent="arr2", outcome=outcome)


@pytest.mark.parametrize("after", [[], None])
def test_deleted_rows_of_the_active_consent_fail(tape: JournalBuilder, after: Any) -> None:
    """The first consent is still active."""
    end_second(tape)
    tape.effects(after)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("gone transactions a",))


def account(key: str, consent: str) -> dict[str, Any]:
    """Return a row of an account under the consent."""
    return {"fiskil_id": f"account-{key}", "account_id": f"account-{key}", "arrangement_id": consent}


def end_one_of_two_banks(tape: JournalBuilder, *, after: list[Any]) -> None:
    """Let the first consent have five rows of transactions and two accounts, and the second end; the state shows *after*."""
    transactions = [JournalBuilder.transaction(key, arrangement_id="arr1") for key in "abcde"]
    accounts = [account("one", "arr1"), account("two", "arr1")]
    tape.consent("arr1")
    tape.consent("arr2")
    tape.rows(*transactions)
    tape.rows(*accounts, dataset="accounts")
    tape.effects([*transactions, *accounts, SECOND], moment="before")
    tape.consent("arr2", is_active=False)
    tape.deliver_event("consent.revoked", consent="arr2", outcome="ack")
    ids = {row["fiskil_id"]: row for row in (*transactions, *accounts)}
    tape.effects([ids.get(key, ids.get(f"account-{key}")) or JournalBuilder.transaction(key) for key in after])


@pytest.mark.parametrize(
    ("after", "gone"),
    [
        (["a", "b", "c", "d", "e"], ("gone accounts row 1", "gone accounts row 2")),
        (["one", "two", "a", "b"], ("gone transactions c", "gone transactions d", "gone transactions e")),
    ],
)
def test_a_dataset_of_which_less_than_half_remains_fails(
    tape: JournalBuilder, after: list[str], gone: tuple[str, ...]
) -> None:
    """The app deletes the rows of one table without regard to the consent, and another table still shows some of them."""
    end_one_of_two_banks(tape, after=after)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, gone)
    assert finding.observed == f"{len(gone)} of 7 rows of an active consent disappeared when another consent ended"


def test_a_few_missing_rows_pass(tape: JournalBuilder) -> None:
    """Some rows may have become too old, and one account may be closed."""
    end_one_of_two_banks(tape, after=["a", "b", "c", "one"])

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 4)


def test_rows_of_the_active_consent_that_stay_pass(tape: JournalBuilder) -> None:
    """The app deletes only the rows of the ended consent."""
    end_second(tape)
    tape.effects([FIRST])

    assert (PROBE.examine(tape.journal).verdict, PROBE.examine(tape.journal).examined) == (Verdict.PASS, 1)


def test_a_refused_event_proves_nothing(tape: JournalBuilder) -> None:
    """The app deleted the rows for another reason."""
    end_second(tape, outcome="refuse")
    tape.effects([])

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_two_ended_consents_prove_nothing(tape: JournalBuilder) -> None:
    """No consent is active."""
    end_second(tape)
    tape.consent("arr1", is_active=False)
    tape.deliver_event("consent.revoked", consent="arr1")
    tape.effects([])

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_busy_app_is_not_judged(tape: JournalBuilder) -> None:
    """It may be about to read the rows again."""
    end_second(tape)
    tape.effects([], pending=1, is_idle=False)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_an_app_that_showed_nothing_before_proves_nothing(tape: JournalBuilder) -> None:
    """Its state showed no rows."""
    tape.consent("arr1")
    tape.consent("arr2")
    tape.rows(FIRST, SECOND)
    tape.effects({}, moment="before")
    tape.consent("arr2", is_active=False)
    tape.deliver_event("consent.revoked", consent="arr2")
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE
