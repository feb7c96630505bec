"""separates_end_users: each state contains only the end user's own data, and only their messages change it."""

from typing import Any

from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import Finding, SeparatesEndUsers, Verdict
from tests.probes.receivers import receiver_journal

A, B = {"consent-": "active", "rows": ["row-a"]}, {"consent-second": "active", "rows": ["row-b"]}


def examine(courier: JournalBuilder) -> Finding:
    """Return the finding for this journal."""
    finding: Finding = SeparatesEndUsers().examine(courier.journal)
    return finding


def two_end_users(*, a: Any = A, b: Any = B) -> JournalBuilder:
    """Two end users with a notified consent and rows each, and the state that the app reports for each."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.deliver("second.e0")
    courier.rows("row-a", dataset="accounts")
    courier.rows("row-b", participant="second", dataset="accounts")
    courier.effects(state=a)
    courier.effects(state=b, participant="second")
    return courier


def test_separate_states_pass() -> None:
    """Each state shows its own consent and rows."""
    finding = examine(two_end_users())

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 2)


def test_a_foreign_row_fails_and_its_id_is_hidden() -> None:
    """The evidence uses words that are the same in every run."""
    finding = examine(two_end_users(b={**B, "rows": ["row-b", "row-a"]}))

    assert finding.verdict is Verdict.FAIL
    assert finding.evidence == ("second: shows an id of the first end user",)


def test_a_foreign_consent_fails() -> None:
    """Keys count like values."""
    finding = examine(two_end_users(a={**A, "consent-second": "active"}))

    assert finding.evidence == ("the first end user: shows consent of second",)


def test_one_state_for_every_end_user_proves_nothing() -> None:
    """The hook ignores its end user parameter."""
    finding = examine(two_end_users(a={**A, **B}, b={**A, **B}))

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.effects: state")


def test_states_without_ids_prove_nothing() -> None:
    """The states show nothing that could be mixed up."""
    assert examine(two_end_users(a={"n": 1}, b={"n": 2})).verdict is Verdict.INCONCLUSIVE


def test_one_end_user_proves_nothing() -> None:
    """There is no other end user."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.effects(state=A)

    assert examine(courier).verdict is Verdict.INCONCLUSIVE


def revoke_foreign(*, a: str = "active", b: str = "active", end_user: str = "eu-unknown", name: str = "unknown") -> Finding:
    """A third end user is genuinely revoked, then a foreign revocation arrives; *a* and *b* are the states afterwards."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.deliver("second.e0")
    for state, moment in (("active", "before"), ("revoked", "after")):
        courier.effects(state={"id": "consent-third", "consent": state}, participant="third", moment=moment)
    courier.deliver("third.e3")
    courier.next_step()
    for participant, after in (("", a), ("second", b)):
        for state, moment in (("active", "before"), (after, "after")):
            courier.effects(state={"id": f"consent-{participant}", "consent": state}, participant=participant, moment=moment)
    courier.send(
        event=f"foreign:{name}",
        participant="",
        message_id="foreign",
        attempt=1,
        kind="foreign",
        name=name,
        status=204,
        claims="consent.revoked",
        end_user=end_user,
    )
    return examine(courier)


def test_a_message_about_an_unknown_end_user_without_effect_passes() -> None:
    """The app may acknowledge it."""
    assert revoke_foreign().verdict is Verdict.PASS


def test_a_message_about_an_unknown_end_user_with_an_effect_fails() -> None:
    """It does not mean the end user who connected last."""
    finding = revoke_foreign(b="revoked")

    assert finding.verdict is Verdict.FAIL
    assert finding.evidence == ("second: $.consent changed by consent.revoked about an unknown end user",)


def test_a_mixed_message_must_not_change_the_owner_of_the_consent() -> None:
    """A message is about the end user whose id it contains."""
    finding = revoke_foreign(a="revoked", end_user="eu-second", name="mixed")

    assert finding.evidence == ("the first end user: $.consent changed by consent.revoked about another end user",)


def test_a_mixed_message_may_change_the_named_end_user() -> None:
    """It is about that end user."""
    assert revoke_foreign(b="revoked", end_user="eu-second", name="mixed").verdict is Verdict.PASS


def test_an_end_user_without_a_state_proves_nothing() -> None:
    """Neither does a single end user with a state."""
    alone = receiver_journal()
    alone.deliver("e0")
    alone.effects(state=A)

    for finding in (examine(two_end_users(b=None)), examine(alone)):
        assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.effects: state")
        assert finding.observed == "the effects hook reports no state for several end users"


def test_states_that_differ_only_in_key_order_are_equal() -> None:
    """The hook returns the same state for every end user."""
    finding = examine(two_end_users(a={"n": 1, "rows": []}, b={"rows": [], "n": 1}))

    assert finding.observed == "the effects hook reports the same state for every end user"
