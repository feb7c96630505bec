"""reads_own_end_user: each refresh reads the end user under whom the customer consented."""

import pytest

from fiskil_harness.journal.builder import MOMENT_S, JournalBuilder
from fiskil_harness.probes import ReadsOwnEndUser, Verdict

PROBE = ReadsOwnEndUser()
CUSTOMERS = {"": "eu_1", "p2": "eu_2"}


def connect(tape: JournalBuilder, **customers: str) -> None:
    """Each customer consents under their end user, and the app is notified."""
    for participant, end_user_id in (customers or CUSTOMERS).items():
        tape.journey("APPROVED", participant=participant, end_user_id=end_user_id)
        tape.deliver_event("consent.received", participant=participant)
    tape.wait(1)


def refresh(tape: JournalBuilder, participant: str, *end_user_ids: str, status: int | None = 200) -> None:
    """The app reads the transactions of these end users when the customer's data is requested again, twice."""
    for _ in range(2):
        tape.wait(1)
        for end_user_id in end_user_ids:
            tape.call("banking.transactions", end_user_id=end_user_id)
        tape.hook("refresh", participant=participant, status=status, took_s=0.5)


def test_the_data_of_each_customer_passes(tape: JournalBuilder) -> None:
    """The app knows both customers."""
    connect(tape)
    refresh(tape, "", "eu_1")
    refresh(tape, "p2", "eu_2")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("others", [("eu_2",), ("eu_9",)])
def test_the_data_of_another_end_user_alone_fails(tape: JournalBuilder, others: tuple[str, ...]) -> None:
    """The app stored the end user of another customer, or one without a consent."""
    connect(tape)
    refresh(tape, "", *others)
    refresh(tape, "p2", "eu_2")

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "the refreshes for a customer did not read the end user under whom this customer consented"


def test_a_customer_with_several_end_users_passes(tape: JournalBuilder) -> None:
    """An app may create an end user for each journey, and read all of them."""
    connect(tape)
    refresh(tape, "", "eu_9", "eu_1")
    refresh(tape, "p2", "eu_2")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_an_unknown_customer_fails_beside_others(tape: JournalBuilder) -> None:
    """The app knows one of two customers who consented."""
    connect(tape)
    refresh(tape, "", "eu_1")
    refresh(tape, "p2", status=404)

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


@pytest.mark.parametrize("status", [200, 404, 409, 429, 502, None])
def test_refreshes_without_a_call_are_not_judged(tape: JournalBuilder, status: int | None) -> None:
    """The hook may be wrong, the app busy, or its data new enough."""
    connect(tape)
    refresh(tape, "", status=status)
    refresh(tape, "p2", status=status)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_one_refresh_among_other_work_is_not_judged(tape: JournalBuilder) -> None:
    """An app that reads by itself may read another customer's data at this moment."""
    connect(tape)
    refresh(tape, "p2", "eu_2")
    tape.wait(1)
    tape.call("banking.transactions", end_user_id="eu_2")
    tape.hook("refresh", took_s=0.5)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_shared_end_user_is_not_judged(tape: JournalBuilder) -> None:
    """The config may name the same customer in every request."""
    connect(tape, first="eu_1", second="eu_1")
    refresh(tape, "first", "eu_2")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_customer_whose_consent_is_unknown_to_the_app_is_not_judged(tape: JournalBuilder) -> None:
    """The app acknowledged no event about the consent."""
    tape.journey("APPROVED", end_user_id="eu_1")
    refresh(tape, "", "eu_2")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_an_app_that_reads_in_a_queue_passes(tape: JournalBuilder) -> None:
    """It responds at once, and reads after its response."""
    connect(tape)
    for participant, end_user_id in CUSTOMERS.items():
        for _ in range(2):
            tape.wait(1)
            tape.hook("refresh", participant=participant, took_s=0.1)
            tape.next_step()
            tape.call("banking.transactions", end_user_id=end_user_id)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_one_refresh_of_two_with_the_data_of_others_is_not_judged(tape: JournalBuilder) -> None:
    """It may coincide with other work of the app, but it does not show that the app knows its customers."""
    connect(tape)
    refresh(tape, "p2", "eu_2")
    for end_user_id in ("eu_1", "eu_2"):
        tape.wait(1)
        tape.call("banking.transactions", end_user_id=end_user_id)
        tape.hook("refresh", took_s=0.5)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_call_when_the_next_refresh_begins_belongs_to_that_refresh(tape: JournalBuilder) -> None:
    """The refreshes before read another customer's data only."""
    connect(tape)
    refresh(tape, "p2", "eu_2")
    for _ in range(2):
        tape.wait(1)
        tape.call("banking.transactions", end_user_id="eu_2")
        tape.hook("refresh", took_s=0.5)
        tape.wait(1)
        tape.call("banking.transactions", end_user_id="eu_1")
        tape.hook("refresh", participant="p2", took_s=MOMENT_S)

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("route", "end_user_id", "verdict"),
    [
        ("banking.transactions", "eu_9", Verdict.FAIL),
        ("consents.list", "eu_9", Verdict.FAIL),
        ("banking.transactions", "", Verdict.INCONCLUSIVE),
        ("auth_session", "eu_9", Verdict.INCONCLUSIVE),
        ("banking.products", "eu_9", Verdict.INCONCLUSIVE),
    ],
)
def test_only_reads_of_an_end_users_consents_or_data_count(
    tape: JournalBuilder, route: str, end_user_id: str, verdict: Verdict
) -> None:
    """Another call does not show whose data the app shows to the customer."""
    connect(tape)
    for _ in range(2):
        tape.wait(1)
        tape.call(route, end_user_id=end_user_id)
        tape.hook("refresh", took_s=0.5)
    refresh(tape, "p2", "eu_2")

    assert PROBE.examine(tape.journal).verdict is verdict
