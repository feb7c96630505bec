"""The base of all probes: its three results, and the texts that it takes from the class."""

from typing import ClassVar

import pytest

from fiskil_harness import probes
from fiskil_harness.probes import Case, Verdict, name_of
from fiskil_harness.probes.probe import Probe

CASES = (Case(name="odd", verdict=Verdict.FAIL),)


class Example(Probe, frozen=True, kw_only=True, tag="example"):
    """An example probe."""

    expected: ClassVar[str] = "something"
    source: ClassVar[str] = "webhooks.signature"
    fix: ClassVar[str] = "do it"


def test_a_pass_carries_expectation_source_and_count() -> None:
    """A PASS contains the expectation and the source of its class, but no fix."""
    finding = Example().passes("3 held", examined=3, advice=("be quicker",), cases=CASES)

    assert (finding.probe, finding.verdict, finding.observed, finding.examined) == ("example", Verdict.PASS, "3 held", 3)
    assert (finding.expected, finding.source, finding.fix) == ("something", "webhooks.signature", "")
    assert (finding.advice, finding.cases) == (("be quicker",), CASES)


def test_a_pass_with_nothing_examined_is_inconclusive() -> None:
    """A probe that examined nothing never passes."""
    finding = Example().passes("0 held", examined=0)

    assert (finding.verdict, finding.observed) == (Verdict.INCONCLUSIVE, "nothing to examine: 0 held")


def test_a_failure_carries_evidence_and_a_fix() -> None:
    """A FAIL contains at most 12 lines of evidence."""
    evidence = tuple(f"witness {number}" for number in range(20))

    finding = Example().fails("it broke", evidence=evidence, examined=20, advice=("be quicker",), cases=CASES)

    assert (finding.verdict, finding.fix, finding.examined) == (Verdict.FAIL, "do it", 20)
    assert finding.evidence == evidence[:12]
    assert (finding.advice, finding.cases) == (("be quicker",), CASES)
    assert Example().fails("it broke").examined == 1


def test_an_inconclusive_finding_names_the_missing_hook() -> None:
    """The finding still contains the advice and the cases."""
    finding = Example().inconclusive("it is unknown", hook="app.observe.effects", advice=("be quicker",), cases=CASES)

    assert (finding.verdict, finding.hook, finding.fix) == (Verdict.INCONCLUSIVE, "app.observe.effects", "")
    assert (finding.advice, finding.cases, finding.examined) == (("be quicker",), CASES, 0)


def test_the_name_of_a_probe_is_its_tag() -> None:
    """An object without a tag is named after its class."""
    assert (name_of(Example()), name_of(object())) == ("example", "object")


def test_an_unknown_probe_is_named() -> None:
    """The error repeats the name that a scenario used."""
    with pytest.raises(AttributeError, match=r"There is no probes\.AppliesTwice\."):
        probes.AppliesTwice  # noqa: B018
