"""applies_whole_posts_only: half a body has no effect, nor has GET, and nothing has two."""

import pytest

from fiskil_harness.journal import HALVED
from fiskil_harness.probes import AppliesWholePostsOnly, Finding, Verdict
from tests.probes.courier import Courier


def examined(courier: Courier) -> Finding:
    finding: Finding = AppliesWholePostsOnly().examine(courier.journal)
    return finding


def ugly(courier: Courier, name: str, kind: str) -> None:
    courier.send(
        event=f"{kind}:{name}",
        participant="",
        message_id=f"id-{name}",
        attempt=1,
        kind=kind,
        name=name,
        status=204,
        claims="consent.revoked",
        is_judged=False,
    )


@pytest.fixture
def courier() -> Courier:
    """A receiver that has taken a plain message."""
    one = Courier()
    one.deliver("e0")
    return one


@pytest.mark.parametrize(
    ("name", "kind", "count", "verdict"),
    [
        ("chunked", "odd", 0, Verdict.PASS),
        ("chunked", "odd", 1, Verdict.PASS),
        ("chunked", "odd", 2, Verdict.FAIL),
        ("cut_chunk", "broken", 0, Verdict.PASS),
        ("cut_chunk", "broken", 1, Verdict.FAIL),
        ("get", "method", 0, Verdict.PASS),
        ("get", "method", 1, Verdict.FAIL),
        ("head", "method", 1, Verdict.FAIL),
        ("put", "method", 1, Verdict.PASS),
        ("put", "method", 2, Verdict.FAIL),
    ],
)
def test_each_kind_has_its_most_effects(courier: Courier, name: str, kind: str, count: int, verdict: Verdict) -> None:
    """What is odd may have one, what is broken or safe none."""
    ugly(courier, name, kind)
    courier.effects({"e0": 1, f"id-{name}": count})

    finding = examined(courier)

    assert finding.verdict is verdict
    assert [(case.name, case.verdict) for case in finding.cases] == [(name, verdict)]


def test_a_method_that_acts_is_worth_advice(courier: Courier) -> None:
    """PUT is no reading, so an effect harms nobody who signed it."""
    ugly(courier, "put", "method")
    courier.effects({"e0": 1, "id-put": 1})

    assert examined(courier).advice == ("messages by PUT are applied as well; 405 would do",)


def test_one_right_signature_of_two_is_worth_advice(courier: Courier) -> None:
    """The bytes are those that Fiskil signed."""
    ugly(courier, "wrong_then_right", "odd")
    courier.effects({"e0": 1, "id-wrong_then_right": 1})

    assert examined(courier).advice == ("one right signature beside a wrong one was enough: wrong then right",)


def test_without_a_genuine_effect_nothing_is_proven(courier: Courier) -> None:
    """What shows nothing ever shows nothing now."""
    ugly(courier, "get", "method")
    courier.effects({})

    assert examined(courier).verdict is Verdict.INCONCLUSIVE


def test_an_app_at_work_is_in_doubt(courier: Courier) -> None:
    """The effect may come yet."""
    ugly(courier, "get", "method")
    courier.effects({"e0": 1}, is_idle=False)

    assert examined(courier).verdict is Verdict.INCONCLUSIVE


def told(*, after: str, kind: str = "broken") -> Courier:
    """An app that tells its state alone: a genuine revocation moved another's, and then ugly ones came."""
    courier = Courier()
    courier.event("control.e3")
    courier.next_step()
    courier.effects(state={"status": "active"}, participant="control", moment="before")
    courier.deliver("control.e3")
    courier.effects(state={"status": "revoked"}, participant="control", moment="after")
    courier.next_step()
    courier.effects(state={"status": "active"}, moment="before")
    courier.send(
        event=f"{kind}:cut",
        participant="",
        message_id="id-cut",
        attempt=1,
        kind=kind,
        name="cut",
        status=None,
        claims="consent.revoked",
        is_judged=False,
    )
    courier.effects(state={"status": after}, moment="after")
    return courier


def test_a_state_that_stays_passes() -> None:
    """Where a genuine message of that kind moves it."""
    assert examined(told(after="active")).verdict is Verdict.PASS


def test_a_state_that_moves_fails() -> None:
    """Half a message did what a whole one does."""
    finding = examined(told(after="revoked"))

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "messages that never arrived complete moved the state as a genuine one does: $.status"


def test_a_state_says_nothing_about_second_effects() -> None:
    """For what is odd counts are needed."""
    finding = examined(told(after="active", kind="odd"))

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.effects: applied")


@pytest.mark.parametrize(("count", "verdict"), [(0, Verdict.PASS), (1, Verdict.FAIL)])
def test_what_came_whole_later_is_judged_by_the_look_between(courier: Courier, count: int, verdict: Verdict) -> None:
    """Its effect in the end is that of the whole message, and no proof of anything."""
    courier.next_step()
    courier.deliver("e1", kind="broken", name="cut_in_order", status=None, trouble="hung up without an answer")
    courier.effects({"e0": 1, "id-e1": count}, moment=HALVED)
    courier.next_step()
    courier.deliver("e1", attempt=2)
    courier.effects({"e0": 1, "id-e1": 1})

    assert examined(courier).verdict is verdict


def test_half_of_what_was_told_before_accuses_nobody(courier: Courier) -> None:
    """The effect is that of the message which came whole."""
    courier.next_step()
    courier.deliver("e0", kind="broken", name="cut_in_order", attempt=2, status=None)
    courier.effects({"e0": 1}, moment=HALVED)

    assert examined(courier).verdict is Verdict.PASS
