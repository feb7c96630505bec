"""keeps_end_users_apart: each end user's state is made of their own, and moved by messages about them."""

from typing import Any

from fiskil_harness.probes import Finding, KeepsEndUsersApart, Verdict
from tests.probes.courier import Courier

A, B = {"consent-": "active", "rows": ["row-a"]}, {"consent-second": "active", "rows": ["row-b"]}


def examined(courier: Courier) -> Finding:
    finding: Finding = KeepsEndUsersApart().examine(courier.journal)
    return finding


def two(*, a: Any = A, b: Any = B) -> Courier:
    """Two end users were told, and rows of each were served; what the app tells of each."""
    courier = Courier()
    courier.deliver("e0")
    courier.deliver("second.e0")
    courier.rows("row-a")
    courier.rows("row-b", participant="second")
    courier.effects(state=a)
    courier.effects(state=b, participant="second")
    return courier


def test_states_of_their_own_pass() -> None:
    """Each shows its own consent and rows."""
    finding = examined(two())

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 2)


def test_a_row_of_another_fails_without_its_id() -> None:
    """Whose it is, and what it is, in words that are the same in every run."""
    finding = examined(two(b={**B, "rows": ["row-b", "row-a"]}))

    assert finding.verdict is Verdict.FAIL
    assert finding.evidence == ("second: shows an id of the first end user",)


def test_a_consent_of_another_fails() -> None:
    """Keys count as values do."""
    finding = examined(two(a={**A, "consent-second": "active"}))

    assert finding.evidence == ("the first end user: shows consent of second",)


def test_one_state_for_all_proves_nothing() -> None:
    """A hook that ignores whom it is asked about cannot be judged by."""
    finding = examined(two(a={**A, **B}, b={**A, **B}))

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.effects")


def test_states_without_ids_prove_nothing() -> None:
    """Nothing that could be mixed up is shown."""
    assert examined(two(a={"n": 1}, b={"n": 2})).verdict is Verdict.INCONCLUSIVE


def test_one_end_user_proves_nothing() -> None:
    """There is nobody else."""
    courier = Courier()
    courier.deliver("e0")
    courier.effects(state=A)

    assert examined(courier).verdict is Verdict.INCONCLUSIVE


def moved(*, a: str = "active", b: str = "active", end_user: str = "eu-nobody", name: str = "nobody") -> Finding:
    """A third end user was genuinely revoked; then a foreign revocation came, after which a and b stand as told."""
    courier = Courier()
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
    return examined(courier)


def test_a_message_about_nobody_that_moves_nobody_passes() -> None:
    """Acknowledging it is fine."""
    assert moved().verdict is Verdict.PASS


def test_a_message_about_nobody_that_moves_somebody_fails() -> None:
    """The last one who connected is not meant."""
    finding = moved(b="revoked")

    assert finding.verdict is Verdict.FAIL
    assert finding.evidence == ("second: $.consent moved by consent.revoked about nobody",)


def test_a_mixed_message_must_not_move_the_owner_of_the_consent() -> None:
    """A message is about the end user whose id it carries."""
    finding = moved(a="revoked", end_user="eu-second", name="mixed")

    assert finding.evidence == ("the first end user: $.consent moved by consent.revoked about another end user",)


def test_a_mixed_message_may_move_whom_it_names() -> None:
    """It is about them."""
    assert moved(b="revoked", end_user="eu-second", name="mixed").verdict is Verdict.PASS


def test_an_end_user_without_a_state_proves_nothing() -> None:
    """And a single one whose state is told says that it is the others that are lacking."""
    alone = Courier()
    alone.deliver("e0")
    alone.effects(state=A)

    for finding in (examined(two(b=None)), examined(alone)):
        assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.effects")
        assert finding.observed == "the effects hook tells no state of several end users"


def test_states_alike_but_for_the_order_of_their_keys_are_one_for_all() -> None:
    """An app that tells everybody the same does not tell them apart by chance."""
    finding = examined(two(a={"n": 1, "rows": []}, b={"rows": [], "n": 1}))

    assert finding.observed == "the effects hook tells the same state for every end user"
