"""A plugin's probe judges from the journal only, names its practices, and returns a finding of its own."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from fiskil_harness import Finding, Journal, Probe, Verdict
from fiskil_harness.journal import Delivery
from fiskil_harness.probes import PROBES, evaluation
from fiskil_harness.probes.admission import problem_of

fetch = httpx.get
OBSERVED = "deliveries"
Examine = Callable[[Any, Journal], Any]


def probe(examine: Any, *practices: str) -> type[Probe]:
    """Return a class of probes with this method."""

    class Tried(Probe, frozen=True, kw_only=True, tag="tried"):
        """A probe of a plugin."""

    Tried.examine = examine  # type: ignore[method-assign]
    Tried.practices = practices or ("webhooks.prompt-2xx",)
    return Tried


def examine(self: Probe, journal: Journal) -> Finding:
    return self.passes("deliveries", examined=len(journal.all(Delivery)))


def with_constant(self: Probe, journal: Journal) -> Finding:
    return self.passes(OBSERVED, examined=len(journal.all(Delivery)))


def with_app(self: Probe, journal: Journal, app: object) -> Finding:
    return self.passes("deliveries", examined=0)


def with_request(self: Probe, journal: Journal) -> Finding:
    return self.inconclusive(httpx.get("http://127.0.0.1:9", timeout=30).text)


def with_hidden_request(self: Probe, journal: Journal) -> Finding:
    return self.inconclusive(requested())


def requested() -> str:
    return "".join(httpx.get(url, timeout=30).text for url in ("http://127.0.0.1:9",))


def with_function(self: Probe, journal: Journal) -> Finding:
    return self.inconclusive(fetch("http://127.0.0.1:9", timeout=30).text)


def with_file(self: Probe, journal: Journal) -> Finding:
    with open("app.log") as file:  # noqa: PTH123 - the builtin is what is refused
        return self.inconclusive(file.read())


def with_late_import(self: Probe, journal: Journal) -> Finding:
    import subprocess

    return self.inconclusive(subprocess.run(["true"], check=False).args[0])


def without_result(self: Probe, journal: Journal) -> None:
    self.passes("deliveries", examined=1)


def with_text(self: Probe, journal: Journal) -> str:
    return "deliveries"


def with_other_name(self: Probe, journal: Journal) -> Finding:
    return Finding(probe="applies_once", verdict=Verdict.INCONCLUSIVE, observed="")


def too_sure(self: Probe, journal: Journal) -> Finding:
    return self.passes("nothing failed", examined=1)


def careless(self: Probe, journal: Journal) -> Finding:
    return self.passes(journal.all(Delivery)[0].event, examined=1)


@pytest.mark.parametrize("method", [examine, with_constant])
def test_a_good_probe_is_admitted(method: Examine) -> None:
    """It has a practice, is inconclusive about an empty journal, and may use a constant of its module."""
    assert problem_of(probe(method)) == ""


@pytest.mark.parametrize(
    ("method", "problem"),
    [
        (with_app, "has examine(self, journal, app), but it gets the journal alone. A probe judges from the journal only"),
        (with_request, "uses httpx. A probe judges from the journal only, so that `judge` can run it again."),
        (with_hidden_request, "uses httpx. "),
        (with_function, "uses httpx. "),
        (with_file, "uses open(). "),
        (with_late_import, "uses subprocess. "),
        (without_result, "returned NoneType, not a Finding. End examine with return self.passes(...), self.fails(...)"),
        (with_text, "returned str, not a Finding. "),
        (with_other_name, "returned a Finding of the probe 'applies_once'. "),
        (too_sure, "returns PASS for an empty journal, in which it observed nothing. Return self.inconclusive(...)."),
        (careless, "fails on an empty journal with IndexError: "),
        (Probe.examine, "has no method examine(self, journal)."),
    ],
)
def test_another_probe_is_refused(method: Any, problem: str) -> None:
    """The reason says what the probe does, and what it must do."""
    assert problem_of(probe(method)).startswith(problem)


def test_its_practices_exist() -> None:
    """Without a practice, its findings would not change the gate."""
    nothing = probe(examine)
    nothing.practices = ()

    assert problem_of(nothing).startswith("names no practices, so its findings would count for nothing.")
    assert problem_of(probe(examine, "webhooks.prompt")).startswith(
        "names an unknown practice. No practice 'webhooks.prompt' in fixtures/practices.toml. "
        "Did you mean 'webhooks.prompt-2xx'?"
    )


def test_a_probe_that_returns_no_finding_is_inconclusive() -> None:
    """A probe with arguments is not tried when it is loaded, so its mistake shows in the run: it never counts as a PASS."""
    findings = evaluation.findings(
        [probe(without_result)()], Journal(), practices=("webhooks.prompt-2xx",), crashed="", missing=""
    )

    assert [(finding.verdict, finding.observed) for finding in findings] == [
        (Verdict.INCONCLUSIVE, "the probe itself returned NoneType, not a Finding")
    ]


@pytest.mark.parametrize("name", PROBES)
def test_probes_that_ship_observe_nothing_in_an_empty_journal(name: str) -> None:
    """Those that ship keep the rules for plugins; their practices are in a fixture."""
    kind = PROBES[name]

    class Named(kind, frozen=True, tag=name):  # type: ignore[misc, valid-type]
        """The probe as a plugin would register it."""

        practices = ("webhooks.prompt-2xx",)

    assert problem_of(Named) == ""
