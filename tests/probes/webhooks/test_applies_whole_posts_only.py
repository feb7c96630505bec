"""applies_whole_posts_only: incomplete bodies and GET have no effect, and no request has two."""

import pytest

from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import AppliesWholePostsOnly, Finding, Verdict
from tests.probes.receivers import receiver_journal


def examined(courier: JournalBuilder) -> Finding:
    """Return the probe's finding for the journal."""
    finding: Finding = AppliesWholePostsOnly().examine(courier.journal)
    return finding


def send_malformed(courier: JournalBuilder, name: str, kind: str) -> None:
    """Send a malformed message of this kind."""
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
def courier() -> JournalBuilder:
    """A receiver that has acknowledged a plain message."""
    courier = receiver_journal()
    courier.deliver("e0")
    return courier


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
def test_each_kind_of_request_has_a_maximum_of_effects(
    courier: JournalBuilder, name: str, kind: str, count: int, verdict: Verdict
) -> None:
    """Unusual requests may have one effect, broken and safe ones none."""
    send_malformed(courier, name, kind)
    courier.effects(applied={"e0": 1, f"id-{name}": count})

    finding = examined(courier)

    words = f"{name.replace('_', ' ')}: applied {count} {'time' if count == 1 else 'times'}"
    assert finding.verdict is verdict
    assert [(case.name, case.verdict, case.observed) for case in finding.cases] == [(name, verdict, words)]


def test_an_applied_put_request_is_advice(courier: JournalBuilder) -> None:
    """PUT is not a safe method, so one effect of a signed message is harmless."""
    send_malformed(courier, "put", "method")
    courier.effects(applied={"e0": 1, "id-put": 1})

    assert examined(courier).advice == ("messages by PUT are applied too; respond with 405",)


def test_one_right_signature_of_two_is_advice(courier: JournalBuilder) -> None:
    """The body is signed by Fiskil."""
    send_malformed(courier, "wrong_then_right", "odd")
    courier.effects(applied={"e0": 1, "id-wrong_then_right": 1})

    assert examined(courier).advice == ("one right signature next to a wrong one was accepted: wrong then right",)


def test_without_a_genuine_effect_the_result_is_inconclusive(courier: JournalBuilder) -> None:
    """An app that shows no effect of genuine messages cannot show one of others."""
    send_malformed(courier, "get", "method")
    courier.effects(applied={})

    assert examined(courier).verdict is Verdict.INCONCLUSIVE


def test_a_busy_app_is_inconclusive(courier: JournalBuilder) -> None:
    """The effect may still come."""
    send_malformed(courier, "get", "method")
    courier.effects(applied={"e0": 1}, is_idle=False)

    assert examined(courier).verdict is Verdict.INCONCLUSIVE


def judged_by_state(*, after: str, kind: str = "broken") -> JournalBuilder:
    """An app that reports only its state: a genuine message changed another end user's state, then a broken one came."""
    courier = receiver_journal()
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


def test_an_unchanged_state_passes() -> None:
    """A genuine message of that kind changes the state."""
    assert examined(judged_by_state(after="active")).verdict is Verdict.PASS


def test_a_changed_state_fails() -> None:
    """An incomplete message had the effect of a complete one."""
    finding = examined(judged_by_state(after="revoked"))

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "incomplete messages changed the state as a genuine one does: $.status"


def test_second_effects_need_counts() -> None:
    """The state does not show how often an unusual message was applied."""
    finding = examined(judged_by_state(after="active", kind="odd"))

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.effects: applied")


@pytest.mark.parametrize(("count", "verdict"), [(0, Verdict.PASS), (1, Verdict.FAIL)])
def test_a_message_completed_later_is_judged_by_the_effects_in_between(
    courier: JournalBuilder, count: int, verdict: Verdict
) -> None:
    """The last effect is that of the complete message and proves nothing."""
    courier.next_step()
    courier.deliver("e1", kind="broken", name="cut_in_order", status=None, problem="hung up without a response")
    courier.effects(applied={"e0": 1, "m-e1": count}, moment="half_sent")
    courier.next_step()
    courier.deliver("e1", attempt=2)
    courier.effects(applied={"e0": 1, "m-e1": 1})

    assert examined(courier).verdict is verdict


def test_an_incomplete_repetition_of_an_applied_message_passes(courier: JournalBuilder) -> None:
    """The effect is that of the complete message."""
    courier.next_step()
    courier.deliver("e0", kind="broken", name="cut_in_order", attempt=2, status=None)
    courier.effects(applied={"e0": 1}, moment="half_sent")

    assert examined(courier).verdict is Verdict.PASS
