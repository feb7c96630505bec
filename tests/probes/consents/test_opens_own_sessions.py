"""opens_own_sessions: no two customers get auth sessions of the same end user."""

import pytest

from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import OpensOwnSessions, Verdict

PROBE = OpensOwnSessions()


def test_end_users_of_their_own_pass(tape: JournalBuilder) -> None:
    """Each customer has one end user, also in a second journey."""
    tape.journey("APPROVED", session="s1", participant="", end_user_id="eu_1")
    tape.journey("APPROVED", session="s2", participant="p2", end_user_id="eu_2")
    tape.journey("APPROVED", session="s3", participant="p2", end_user_id="eu_2", attempt=2)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_shared_end_user_fails(tape: JournalBuilder) -> None:
    """The customer who completes the journey would share their data with the other."""
    tape.journey("APPROVED", session="s1", participant="", end_user_id="eu_1")
    tape.journey("APPROVED", session="s2", participant="p2", end_user_id="eu_2")
    tape.journey("APPROVED", session="s3", participant="p3", end_user_id="eu_2")

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "the app opened auth sessions of one end user for two customers"


def test_one_end_user_for_all_customers_is_inconclusive(tape: JournalBuilder) -> None:
    """The config may name the same customer in every request."""
    tape.journey("APPROVED", session="s1", participant="", end_user_id="eu_1")
    tape.journey("APPROVED", session="s2", participant="p2", end_user_id="eu_1")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "all customers have the same end user, perhaps because the config names no other",
    )


def test_consents_without_a_journey_do_not_count(tape: JournalBuilder) -> None:
    """The harness creates them in the sandbox if the app starts no journeys."""
    tape.journey("APPROVED", session="", participant="", end_user_id="eu_1")
    tape.journey("APPROVED", session="", participant="p2", end_user_id="eu_1")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("session", "end_user_id"), [("", "eu_1"), ("s1", "")])
def test_a_journey_without_a_session_or_an_end_user_does_not_count(
    tape: JournalBuilder, session: str, end_user_id: str
) -> None:
    """Two customers share what the app did not choose, and one customer has an auth session of their own."""
    tape.journey("APPROVED", session=session, participant="", end_user_id=end_user_id)
    tape.journey("APPROVED", session=session, participant="p2", end_user_id=end_user_id)
    tape.journey("APPROVED", session="s3", participant="p3", end_user_id="eu_3")

    finding = PROBE.examine(tape.journal)

    assert finding.observed == "the app opened no auth sessions for two customers"


def test_one_customer_may_have_two_sessions_of_one_end_user(tape: JournalBuilder) -> None:
    """The customer began the journey twice."""
    tape.journey("APPROVED", session="s1", participant="", end_user_id="eu_1")
    tape.journey("APPROVED", session="s2", participant="", end_user_id="eu_1", attempt=2)
    tape.journey("APPROVED", session="s3", participant="p2", end_user_id="eu_2")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 2)
    assert finding.observed == "each of 2 customers got auth sessions of their own"
