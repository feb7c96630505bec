"""survives_fuzzing: lawful bodies are taken, all others do no harm."""

from typing import Any

from fiskil_harness.probes import Finding, SurvivesFuzzing, Verdict
from tests.probes.courier import Courier

PROBE = SurvivesFuzzing()


def examined(*sent: tuple[str, Any], before: int = 204, after: int | None = 204, **counts: int) -> Finding:
    """Bodies of a kind with a status or a trouble, between two genuine messages."""
    courier = Courier()
    courier.deliver("e0", status=before)
    for number, (name, answer) in enumerate(sent):
        courier.journal.names[f"fuzz{number}"] = f"fuzz:{number}"
        status, trouble = (None, answer) if isinstance(answer, str) else (answer, "")
        courier.send(
            event=f"fuzz:{number}",
            participant="",
            message_id=f"fuzz{number}",
            attempt=1,
            kind="unusual",
            name=name,
            status=status,
            trouble=trouble,
            claims="consent.updated",
            is_judged=False,
        )
    courier.deliver("e2", status=after, trouble="" if after else "connection refused")
    courier.effects({"e0": 1, "e2": 1, **counts}, {"consents": {}})
    return PROBE.examine(courier.journal)


def failed(finding: Finding) -> list[str]:
    return [case.name for case in finding.cases if case.verdict is Verdict.FAIL]


def test_lawful_bodies_that_were_taken_pass() -> None:
    """Beyond the document any answer will do; a server error is advice."""
    finding = examined(("valid", 204), ("broken", 400), ("broken", 200), ("broken", 500))

    assert (finding.verdict, finding.examined, failed(finding)) == (Verdict.PASS, 4, [])
    assert finding.observed == "1 lawful bodies were acknowledged, and 3 others did no harm"
    assert finding.advice == ("5xx on signed bodies that the sender never sends; 400 would end the retries",)


def test_a_refused_lawful_body_fails() -> None:
    """By 500 or by 422, with its number; the same seed draws it again."""
    finding = examined(("valid", 204), ("valid", 500), ("valid", 422))

    assert (finding.verdict, failed(finding)) == (Verdict.FAIL, ["takes_lawful_bodies"])
    assert finding.evidence == ("fuzz 1, valid: 500", "fuzz 2, valid: 422", "the same seed generates the same bodies")


def test_silence_fails() -> None:
    """Whatever the body was: it hung, or it died of the body before."""
    hung = examined(("broken", "no answer within the limit"))
    dead = examined(("broken", "the connection was reset"), ("broken", "connection refused"), after=None)

    assert (hung.verdict, failed(hung)) == (Verdict.FAIL, ["answers_everything"])
    assert dead.observed == "the receiver did not listen any more after a drawn body"
    assert failed(dead) == ["answers_everything", "works_afterwards"]


def test_a_second_effect_fails() -> None:
    """A drawn message is applied once at most."""
    assert failed(examined(("valid", 204), fuzz0=2)) == ["applies_once"]


def test_a_receiver_that_works_no_more_fails() -> None:
    """What was taken before is refused afterwards."""
    assert failed(examined(("valid", 204), after=500)) == ["works_afterwards"]


def test_without_a_control_nothing_is_said() -> None:
    """A receiver that takes nothing genuine refuses for another reason; and where nothing was drawn there is nothing."""
    assert examined(("valid", 500), before=500).verdict is Verdict.INCONCLUSIVE
    assert examined().verdict is Verdict.INCONCLUSIVE
