"""refuses_forgeries: what Fiskil did not sign has no effect."""

from typing import Any

import pytest

from fiskil_harness.probes import Finding, RefusesForgeries, Verdict
from tests.probes.courier import Courier

PROBE = RefusesForgeries()


def examined(courier: Courier) -> Finding:
    finding: Finding = PROBE.examine(courier.journal)
    return finding


def controlled(**answer: Any) -> Courier:
    """A genuine message was applied."""
    courier = Courier()
    courier.deliver("e0", **answer)
    courier.next_step()
    return courier


def test_forgeries_without_effect_pass() -> None:
    """Refused, and nothing applied but the genuine message."""
    courier = controlled()
    courier.forge("unsigned")
    courier.forge("other_secret", status=403)
    courier.effects({"e0": 1})

    finding = examined(courier)

    assert (finding.verdict, finding.examined, finding.advice) == (Verdict.PASS, 2, ())


@pytest.mark.parametrize(("late", "told"), [(3, True), (2, False)])
def test_slow_refusals_are_advice(late: int, told: bool) -> None:
    """Several of them, beside an answer that was quick; the verdict is as it was."""
    courier = controlled()
    names = ("unsigned", "other_secret", "random_signature", "empty_header")
    made = [courier.forge(name, took_s=1.5 if number < late else 0.01) for number, name in enumerate(names)]
    courier.effects({"e0": 1})

    finding = examined(courier)

    words = "refusals of forged messages took more than 1 s; check the signature before any other work"
    assert (finding.verdict, finding.examined) == (Verdict.PASS, len(made))
    assert finding.advice == ((words,) if told else ())


def test_a_slow_machine_is_no_slow_refusal() -> None:
    """Where genuine messages take as long, nobody is told anything."""
    courier = controlled(took_s=2)
    courier.forge("unsigned", took_s=2)
    courier.forge("other_secret", took_s=2)
    courier.forge("random_signature", took_s=2)
    courier.effects({"e0": 1})

    assert examined(courier).advice == ()


@pytest.mark.parametrize("status", [204, 401, 500])
def test_an_applied_forgery_fails_whatever_the_answer_was(status: int) -> None:
    """Effects outrank statuses."""
    courier = controlled()
    courier.forge("unsigned", status=status)
    courier.forge("other_secret")
    courier.effects({"e0": 1, "forged:unsigned": 1})

    finding = examined(courier)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "a forged message was applied: unsigned"
    assert finding.evidence == (f"unsigned: {status}",)


def test_an_applied_forgery_needs_no_genuine_effect() -> None:
    """A receiver with a wrong key takes nothing genuine, and is caught all the same."""
    courier = controlled(status=401)
    courier.forge("raw_key_hex", status=204)
    courier.effects({"forged:raw_key_hex": 1})

    assert examined(courier).verdict is Verdict.FAIL


def test_without_a_genuine_effect_nothing_is_proven() -> None:
    """An app that does nothing refuses forgeries in vain."""
    courier = controlled()
    courier.forge("unsigned")
    courier.effects({})

    assert examined(courier).verdict is Verdict.INCONCLUSIVE


def test_nothing_forged_proves_nothing() -> None:
    """The probe wants to have seen forgeries."""
    courier = controlled()
    courier.effects({"e0": 1})

    assert examined(courier).verdict is Verdict.INCONCLUSIVE


def moves(courier: Courier, before: Any, after: Any, *, participant: str = "") -> None:
    """The state around the step that is going on."""
    courier.effects(state=before, participant=participant, moment="before")
    courier.effects(state=after, participant=participant, moment="after")


def of_state(after_forgery: Any, *, before: Any = None) -> Courier:
    """A genuine revocation moved the control's state; forged ones left the other's as told."""
    courier = Courier()
    moves(courier, {"consent": "active", "refused": 0}, {"consent": "revoked", "refused": 0}, participant="control")
    courier.deliver("control.e3")
    courier.next_step()
    moves(courier, before or {"consent": "active", "refused": 0}, after_forgery)
    courier.forge("unsigned")
    return courier


def test_a_state_that_moves_as_a_genuine_message_moves_it_fails() -> None:
    """Without counts, going where a genuine message goes is the witness."""
    finding = examined(of_state({"consent": "revoked", "refused": 1}))

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "forged consent.revoked messages moved the state as a genuine one does: $.consent"


def test_a_state_that_moves_elsewhere_accuses_nobody() -> None:
    """Counting refusals is no effect of a forgery."""
    finding = examined(of_state({"consent": "active", "refused": 1}))

    assert finding.verdict is Verdict.PASS


def test_counts_do_not_hide_a_state_that_moved() -> None:
    """An app that works before it verifies may count only what it verified."""
    courier = of_state({"consent": "revoked", "refused": 1})
    courier.effects({"control.e3": 1}, participant="control")

    assert examined(courier).verdict is Verdict.FAIL


def test_a_control_that_moved_nothing_proves_nothing() -> None:
    """A state that no message moves shows no forgery either."""
    courier = Courier()
    moves(courier, {"ok": True}, {"ok": True}, participant="control")
    courier.deliver("control.e3")
    courier.next_step()
    moves(courier, {"ok": True}, {"ok": True})
    courier.forge("unsigned")

    finding = examined(courier)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.effects")


def test_the_very_answer_of_genuine_messages_fails() -> None:
    """A receiver that says the same to all would lose every event in silence if its secret were wrong (rule 12)."""
    courier = controlled(response_body=b"ok", status=200)
    courier.forge("unsigned", status=200, response_body=b"ok")
    courier.effects({"e0": 1})

    finding = examined(courier)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "1 of 1 forged messages got the answer of genuine ones: 200"


@pytest.mark.parametrize(
    ("genuine", "forged"),
    [
        ({"status": 202, "answer": b""}, {"status": 202, "answer": b""}),
        ({"status": 200, "answer": b"taken"}, {"status": 200, "answer": b"ignored"}),
        ({"status": 204}, {"status": 202}),
    ],
)
def test_another_2xx_without_effect_is_advice(genuine: dict[str, Any], forged: dict[str, Any]) -> None:
    """202 promises nothing, and an answer that differs can be told apart."""
    courier = controlled(**genuine)
    courier.forge("unsigned", **forged)
    courier.effects({"e0": 1})

    finding = examined(courier)

    assert finding.verdict is Verdict.PASS
    assert finding.advice[0].startswith("2xx, though without effect, on unsigned")


def test_other_methods_may_be_answered() -> None:
    """A page or a health check under the same path is nobody's forgery."""
    courier = controlled()
    courier.forge("get_unsigned", status=204)
    courier.forge("unsigned")
    courier.effects({"e0": 1})

    finding = examined(courier)

    assert (finding.verdict, finding.advice) == (Verdict.PASS, ())


def test_a_server_error_is_advice() -> None:
    """An exception on a junk header is ugly and harmless (rule 7)."""
    courier = controlled()
    courier.forge("non_ascii_header", status=500)
    courier.forge("unsigned", status=503)
    courier.effects({"e0": 1})

    finding = examined(courier)

    assert finding.verdict is Verdict.PASS
    assert finding.advice == ("5xx on non ascii header; 4xx would say that the sender is wrong",)


def test_no_answer_at_all_fails() -> None:
    """Junk that keeps a receiver busy for ever takes it down (rule 7)."""
    courier = controlled()
    courier.forge("empty_header", status=None, trouble="no answer within the limit")
    courier.effects({"e0": 1})

    assert examined(courier).observed == "1 forged messages got no answer at all"


def test_a_closed_connection_is_a_refusal() -> None:
    """Some servers hang up on what they do not like."""
    courier = controlled()
    courier.forge("long_header", status=None, trouble="connection reset")
    courier.effects({"e0": 1})

    assert examined(courier).verdict is Verdict.PASS


def test_a_receiver_that_is_gone_afterwards_fails() -> None:
    """What was sent last before nobody listened is named."""
    courier = controlled()
    courier.forge("empty_header", status=None, trouble="connection reset")
    courier.forge("unsigned", status=None, trouble="connection refused")
    courier.effects({"e0": 1})

    finding = examined(courier)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "the receiver did not listen any more after a forged message: empty header"


def test_an_answer_that_tells_the_right_signature_fails() -> None:
    """Whoever gets it needs no secret."""
    courier = controlled()
    courier.forge("unsigned")
    courier.leaked("the answer to forged:unsigned", "expected signature")
    courier.effects({"e0": 1})

    assert examined(courier).observed == "the answer to a forged message tells the expected signature"


def test_not_starting_without_the_secret_passes() -> None:
    """An app that is down believes nobody."""
    courier = controlled()
    courier.started("refusal")
    courier.effects({"e0": 1})

    finding = examined(courier)

    assert (finding.verdict, finding.observed) == (Verdict.PASS, "the app does not start without its webhook secret")


def test_whoever_dies_of_a_forgery_does_not_believe_it() -> None:
    """Silence is a case of its own, and says nothing of what would have been believed."""
    courier = Courier()
    courier.deliver("e0")
    courier.forge("unsigned", status=None, trouble="the connection was reset")
    courier.forge("letters_1", status=None, trouble="connection refused")
    courier.effects({"e0": 1})

    finding = PROBE.examine(courier.journal)

    assert finding.verdict is Verdict.FAIL
    assert {case.name: case.verdict for case in finding.cases} == {
        "answers_junk": Verdict.FAIL,
        "unsigned": Verdict.INCONCLUSIVE,
        "letters_1": Verdict.INCONCLUSIVE,
    }


def test_a_genuine_message_of_another_kind_is_no_model_of_a_forged_one() -> None:
    """A forged revocation that leaves the state where a genuine update leaves it had no effect of its own."""
    courier = Courier()
    moves(courier, {"consent": "active"}, {"consent": "updated"}, participant="control")
    courier.deliver("control.e2")
    courier.next_step()
    moves(courier, {"consent": "active"}, {"consent": "updated"})
    courier.forge("unsigned")

    assert examined(courier).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("control", "otherwise"), [({"e0": 1}, Verdict.PASS), ({}, Verdict.INCONCLUSIVE)])
def test_each_forgery_is_a_case_of_its_own(control: dict[str, int], otherwise: Verdict) -> None:
    """The one that was believed failed; the others held only where a genuine effect shows that theirs would be seen."""
    courier = Courier()
    courier.deliver("e0")
    courier.forge("unsigned", status=401)
    courier.forge("empty_key", status=204)
    courier.effects({**control, "forged-id-empty_key": 1})

    finding = examined(courier)

    assert [(case.name, case.verdict, case.observed, case.events) for case in finding.cases[1:]] == [
        ("unsigned", otherwise, "unsigned: 401", ("forged:unsigned",)),
        ("empty_key", Verdict.FAIL, "empty key: 204", ("forged:empty_key",)),
    ]


def test_of_forgeries_that_moved_a_state_the_acknowledged_ones_are_suspected() -> None:
    """And all of them where none was acknowledged."""
    courier = of_state({"consent": "revoked", "refused": 1})
    courier.forge("empty_key", status=204)

    finding = examined(courier)

    assert [case.name for case in finding.cases if case.verdict is Verdict.FAIL] == ["empty_key"]
    assert [case.verdict for case in examined(of_state({"consent": "revoked", "refused": 1})).cases[1:]] == [Verdict.FAIL]
