"""recognises_duplicates: a repeated message is recognised, whatever the encoding of its signature."""

from fiskil_harness.probes import Finding, RecognisesDuplicates, Verdict
from tests.probes.receivers import receiver_journal

PROBE = RecognisesDuplicates()


def examined(counts: dict[str, int], *names: str, reports_counts: bool = True) -> Finding:
    """Return the finding after events e0, e1 ... were repeated as *names* and applied as in *counts*."""
    courier = receiver_journal()
    for number, name in enumerate(names):
        courier.event(f"e{number}", "consent.updated")
        courier.deliver(f"e{number}")
        courier.deliver(f"e{number}", kind="replay", name=name, is_judged=False)
    courier.effects(applied=counts if reports_counts else None, state={"consents": {}})
    return PROBE.examine(courier.journal)


def verdicts(finding: Finding) -> dict[str, Verdict]:
    """Return the verdict of each case."""
    return {case.name: case.verdict for case in finding.cases}


def test_one_effect_each_passes() -> None:
    """The variant of the repetition does not matter."""
    finding = examined({"e0": 1, "e1": 1}, "plain", "unpadded")

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 2)
    assert verdicts(finding) == {"plain": Verdict.PASS, "unpadded": Verdict.PASS}


def test_a_second_effect_fails_the_case_of_its_variant() -> None:
    """The case names the variant that was applied again."""
    finding = examined({"e0": 1, "e1": 2, "e2": 1}, "plain", "unpadded", "hex")

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "message e1 was applied 2 times: it was repeated as unpadded"
    assert verdicts(finding) == {"plain": Verdict.PASS, "unpadded": Verdict.FAIL, "hex": Verdict.PASS}


def test_without_any_deduplication_the_variants_are_inconclusive() -> None:
    """If the exact repetition is applied again, the variants prove nothing more."""
    finding = examined({"e0": 2, "e1": 2}, "plain", "unpadded")

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "message e0 was applied 2 times: it was repeated unchanged, and 1 more"
    assert finding.evidence == ("e0 plain attempt 1 replay: 204", "e1 unpadded attempt 1 replay: 204")
    assert verdicts(finding) == {"plain": Verdict.FAIL, "unpadded": Verdict.INCONCLUSIVE}


def test_counts_are_needed() -> None:
    """A state does not show how often a message was applied."""
    finding = examined({}, "plain", reports_counts=False)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.effects: applied")


def test_an_app_that_applies_nothing_is_inconclusive() -> None:
    """A journal without repetitions is inconclusive too."""
    finding = examined({"e0": 0}, "plain")

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.effects")
    assert finding.observed == "none of the repeated messages was applied"
    assert PROBE.examine(receiver_journal().journal).verdict is Verdict.INCONCLUSIVE


def test_a_repetition_of_a_message_that_was_not_applied_is_inconclusive() -> None:
    """Its case proves nothing, and the others pass."""
    finding = examined({"e0": 0, "e1": 1}, "plain", "unpadded")

    assert verdicts(finding) == {"plain": Verdict.INCONCLUSIVE, "unpadded": Verdict.PASS}


def test_a_variant_that_is_applied_again_fails_without_a_plain_repetition() -> None:
    """Nothing shows that the app applies every repetition again."""
    finding = examined({"e0": 2}, "unpadded")

    assert verdicts(finding) == {"unpadded": Verdict.FAIL}
