"""What every probe shares: three ways to answer, and a claim whose words stand at the class."""

from typing import ClassVar

from fiskil_harness.probes import Case, Verdict, name_of
from fiskil_harness.probes.probe import PlainProbe

CASES = (Case(name="odd", verdict=Verdict.FAIL),)


class Claims(PlainProbe, frozen=True, kw_only=True, tag="claims"):
    """A probe that claims something."""

    expected: ClassVar[str] = "something"
    source: ClassVar[str] = "webhooks.signature"
    fix: ClassVar[str] = "do it"


def test_what_holds_passes_with_what_was_examined() -> None:
    """Its expectation and source go with it, and no remedy."""
    finding = Claims().passes("3 held", examined=3, advice=("be quicker",), cases=CASES)

    assert (finding.probe, finding.verdict, finding.observed, finding.examined) == ("claims", Verdict.PASS, "3 held", 3)
    assert (finding.expected, finding.source, finding.fix) == ("something", "webhooks.signature", "")
    assert (finding.advice, finding.cases) == (("be quicker",), CASES)


def test_nothing_examined_is_doubt_and_says_so() -> None:
    """Vacuity never passes."""
    finding = Claims().passes("0 held", examined=0)

    assert (finding.verdict, finding.observed) == (Verdict.INCONCLUSIVE, "nothing to examine: 0 held")


def test_a_failure_has_witnesses_and_a_remedy() -> None:
    """A dozen witnesses are enough for anybody."""
    evidence = tuple(f"witness {number}" for number in range(20))

    finding = Claims().fails("it broke", evidence=evidence, examined=20, advice=("be quicker",), cases=CASES)

    assert (finding.verdict, finding.fix, finding.examined) == (Verdict.FAIL, "do it", 20)
    assert finding.evidence == evidence[:12]
    assert (finding.advice, finding.cases) == (("be quicker",), CASES)
    assert Claims().fails("it broke").examined == 1


def test_doubt_names_the_hook_that_would_help() -> None:
    """With everything that was seen all the same."""
    finding = Claims().inconclusive("nobody knows", hook="app.observe.effects", advice=("be quicker",), cases=CASES)

    assert (finding.verdict, finding.hook, finding.fix) == (Verdict.INCONCLUSIVE, "app.observe.effects", "")
    assert (finding.advice, finding.cases, finding.examined) == (("be quicker",), CASES, 0)


def test_a_probe_is_called_by_its_tag() -> None:
    """And a stranger by its class."""
    assert (name_of(Claims()), name_of(object())) == ("claims", "object")
