"""recognises_duplicates: a message that comes again is the same one, however its signature is spelt."""

from fiskil_harness.probes import Finding, RecognisesDuplicates, Verdict
from tests.probes.courier import Courier

PROBE = RecognisesDuplicates()


def examined(counts: dict[str, int], *names: str, tells: bool = True) -> Finding:
    """Events e0, e1 ... came again as *names*, and were applied as often as told."""
    courier = Courier()
    for number, name in enumerate(names):
        courier.event(f"e{number}", "consent.updated")
        courier.deliver(f"e{number}")
        courier.deliver(f"e{number}", kind="replay", name=name, is_judged=False)
    courier.effects(counts if tells else None, {"consents": {}})
    return PROBE.examine(courier.journal)


def verdicts(finding: Finding) -> dict[str, Verdict]:
    return {case.name: case.verdict for case in finding.cases}


def test_one_effect_each_passes() -> None:
    """Whatever the repetition looked like."""
    finding = examined({"e0": 1, "e1": 1}, "plain", "unpadded")

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 2)
    assert verdicts(finding) == {"plain": Verdict.PASS, "unpadded": Verdict.PASS}


def test_a_second_effect_fails_by_its_spelling() -> None:
    """The case says which spelling made the message a new one."""
    finding = examined({"e0": 1, "e1": 2, "e2": 1}, "plain", "unpadded", "hex")

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "message e1 was applied 2 times: it came again as unpadded"
    assert verdicts(finding) == {"plain": Verdict.PASS, "unpadded": Verdict.FAIL, "hex": Verdict.PASS}


def test_whoever_knows_nothing_again_is_not_blamed_for_spellings() -> None:
    """Where the plain repetition is applied again, the others tell nothing more."""
    finding = examined({"e0": 2, "e1": 2}, "plain", "unpadded")

    assert finding.verdict is Verdict.FAIL
    assert verdicts(finding) == {"plain": Verdict.FAIL, "unpadded": Verdict.INCONCLUSIVE}


def test_counts_are_needed() -> None:
    """A state alone does not tell how often."""
    finding = examined({}, "plain", tells=False)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.effects: applied")


def test_whoever_does_nothing_proves_nothing() -> None:
    """Neither does a journal without repetitions."""
    assert examined({"e0": 0}, "plain").verdict is Verdict.INCONCLUSIVE
    assert PROBE.examine(Courier().journal).verdict is Verdict.INCONCLUSIVE
